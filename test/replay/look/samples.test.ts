import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../../src/node/host/environment.ts";
import { sample, sampledSteps } from "../../../src/replay/look/samples.ts";
import { codeOf } from "../../../src/replay/programs.ts";
import { recordInto } from "../../../src/replay/run/open-run.ts";
import type { Simulation } from "../../../src/replay/simulation.ts";
import { families, recorded } from "../../support/arbitraries.ts";
import { bruteForce } from "../../support/brute-force.ts";
import { counted, slicedEnvironment } from "../../support/environments.ts";

const counter: Simulation<number, object> = { name: "counter", init: () => 0, step: (x) => x + 1 };

describe("sampled steps", () => {
  test("are evenly spaced, include both ends, and come once each", async () => {
    const run = await recordInto(nodeEnvironment(), codeOf(counter), { steps: 1000, blockSize: 7 });
    const other = await recordInto(nodeEnvironment(), codeOf(counter), {
      steps: 1000,
      blockSize: 4,
    });
    const both = [run.replayer, other.replayer];
    const steps = sampledSteps({ from: 3, to: 1000 }, 11, both);
    expect([steps[0], steps.at(-1)]).toEqual([3, 1000]);
    expect(steps).toHaveLength(11);
    expect(steps.slice(1, -1).filter((step) => step % 28 !== 0)).toEqual([]);
    // There are too few checkpoints, so any step may be taken.
    expect(sampledSteps({ from: 0, to: 100 }, 51, both)).toEqual(
      Array.from({ length: 51 }, (_, i) => 2 * i),
    );
    expect(sampledSteps({ from: 5, to: 9 }, 70, both)).toEqual([5, 6, 7, 8, 9]);
    expect(sampledSteps({ from: 5, to: 5 }, 70, both)).toEqual([5]);
  });

  test("need no replay if they are checkpoints, and one pass over each block if not", async () => {
    const { simulation, count } = counted(counter);
    const record = async (steps: number, blockSize: number) =>
      (await recordInto(nodeEnvironment(), codeOf(simulation), { steps, blockSize })).replayer;
    const long = await record(10_000, 10);
    count.steps = 0;
    const steps = sampledSteps({ from: 0, to: 10_000 }, 66, [long]);
    expect(await sample(long, steps, (state) => state)).toEqual(steps);
    expect(count.steps).toBe(0);
    const one = await record(1_000, 1_000);
    count.steps = 0;
    const some = sampledSteps({ from: 0, to: 1_000 }, 66, [one]);
    expect(await sample(one, some, (state) => state)).toEqual(some);
    expect(count.steps).toBeLessThan(1_000);
  });

  test("give the states that brute force gives", async () => {
    await fc.assert(
      fc.asyncProperty(families, fc.integer({ min: 1, max: 40 }), async ({ lineage }, most) => {
        const run = await recorded(
          slicedEnvironment(() => 20),
          lineage,
        );
        const { metrics } = bruteForce(lineage);
        const steps = sampledSteps({ from: 0, to: run.steps }, most, [run.replayer]);
        const found = await sample(run.replayer, steps, (state) => lineage.form.metric(state));
        expect(found).toEqual(steps.map((step) => metrics[step]));
      }),
      { numRuns: 40 },
    );
  });
});
