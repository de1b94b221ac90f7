import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
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
  return fc.assert(property, { numRuns: runs(200) }).then(() => pieces);
}

describe("the result is the same for any number of jobs and any cut", () => {
  test("verify", async () => {
    const pieces = await sameForAnyJobs((run) => run.verify({ full: true }));
    // It would prove nothing if this thread did all of the work.
    expect(pieces).toBeGreaterThan(50);
  });
});
