import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { lookOf } from "../../src/replay/look/expression.ts";
import type { Look } from "../../src/replay/look/look.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { fractions, lineages, recorded } from "../support/arbitraries.ts";
import { type Pretended, withPretendedWorkers } from "../support/pretend-workers.ts";
import { runs } from "../support/runs.ts";

/** How the work is cut, and how many share it. */
const ways: fc.Arbitrary<Pretended> = fc
  .record({
    jobs: fc.integer({ min: 2, max: 4 }),
    times: fc.array(fc.nat(90), { minLength: 1, maxLength: 6 }),
    leastMs: fc.integer({ min: 1, max: 200 }),
    mostMs: fc.integer({ min: 200, max: 400 }),
    fails: fc.constantFrom(0, 0, 2, 3),
  })
  .map(({ times, fails, ...way }) => {
    let at = 0;
    return {
      ...way,
      elapsedMs: () => times[at++ % times.length] as number,
      failsAt: (piece) => fails > 0 && piece % fails === 0,
    };
  });

const cases = fc.record({ lineage: lineages, way: ways, at: fc.tuple(fractions, fractions) });

/** A result, or the code and the message of the error. */
async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    const { code, message, data } = error as { code?: string; message: string; data?: unknown };
    return { code, message, data };
  }
}

/** Expects the same of a run on one thread and on several, and tells how many pieces workers did. */
function sameForAnyJobs(
  look: (run: Run<unknown, never>, range: { from: number; to: number }) => Promise<unknown>,
): Promise<number> {
  let pieces = 0;
  const property = fc.asyncProperty(cases, async ({ lineage, way, at }) => {
    const run = (await recorded(nodeEnvironment(), lineage)) as unknown as Run<unknown, never>;
    const [from = 0, to = 0] = at.map((part) => Math.round(part * run.steps)).sort((a, b) => a - b);
    const alone = await outcome(() => look(run, { from, to }));
    const together = await withPretendedWorkers(run, lineage.form.simulation as never, way);
    expect(await outcome(() => look(together.run, { from, to }))).toEqual(alone);
    pieces += together.seen.pieces;
  });
  return fc.assert(property, { numRuns: runs(60) }).then(() => pieces);
}

describe("the result is the same for any number of jobs and any cut", () => {
  test("verify", async () => {
    const pieces = await sameForAnyJobs((run) => run.verify({ full: true }));
    // It would prove nothing if this thread did all of the work.
    expect(pieces).toBeGreaterThan(20);
  });

  const value = (text: string): Look => lookOf({ kind: "value", texts: [text] });
  const NUMBERS = "[JSON.stringify(state).length, step % 7, 1 / (step + 1)]";

  test.each([
    ["find", "step % 17 === 16"],
    ["find", "JSON.stringify(state).length % 5 === 4"],
    ["find", "step > 1e9"],
    ["find", "step === 40 ? nothing : false"],
    ["count", "step % 3 === 1"],
    ["count", "JSON.stringify(state) === JSON.stringify(previous)"],
    ["count", "step === 40 ? nothing : true"],
    ["stats", NUMBERS],
    ["stats", "1 / (step + 0.1)"],
    ["stats", "step === 50 ? undefined : 1"],
  ] as const)("%s %s", async (verb, text) => {
    const previous = text.includes("previous");
    // A search that ends early may need no worker.
    const least = verb === "find" ? 0 : 20;
    const pieces = await sameForAnyJobs((run, range) => {
      const look = value(text) as never;
      return run[verb](look, { ...range, previous } as never) as Promise<unknown>;
    });
    expect(pieces).toBeGreaterThan(least);
  });
});
