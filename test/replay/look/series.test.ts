import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { record } from "../../../src/index.ts";
import { bucketsOf, bucketsWithin } from "../../../src/replay/look/buckets.ts";
import type { Bucket } from "../../../src/replay/look/series.ts";
import type { Simulation } from "../../../src/replay/simulation.ts";
import { branched, families, forked, recorded } from "../../support/arbitraries.ts";
import { bruteForce } from "../../support/brute-force.ts";
import { slicedEnvironment } from "../../support/environments.ts";
import { runs } from "../../support/runs.ts";

const counter: Simulation<number, object> = { name: "counter", init: () => 0, step: (x) => x + 1 };

const stepOf = (_state: unknown, ctx: { readonly step: number }): number => ctx.step;

/** The bucket of the values from one step to another, by looking at each of them. */
function bucketOf(values: readonly number[], from: number, to: number): Bucket {
  let [min, max] = [Number.NaN, Number.NaN];
  for (const value of values.slice(from, to + 1)) {
    if (Number.isNaN(min) || value < min) min = value;
    if (Number.isNaN(max) || value > max) max = value;
  }
  return { from, to, min, max, first: values[from] as number, last: values[to] as number };
}

describe("a series", () => {
  test("has the exact extremes and ends of each bucket, for any run, range and slices", async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.integer({ min: 1, max: 30 }),
        fc.nat(1000),
        fc.nat(1000),
        fc.infiniteStream(fc.constantFrom(1, 40, 400)),
        async ({ lineage: first, plans }, points, a, b, slices) => {
          const env = slicedEnvironment(() => slices.next().value as number);
          let [lineage, run] = [first, await recorded(env, first)];
          const [plan] = plans;
          if (plan !== undefined) {
            ({ lineage } = forked(lineage, plan));
            run = await branched(run, lineage);
          }
          const { metrics } = bruteForce(lineage);
          const [from, to] = [a % (run.steps + 1), b % (run.steps + 1)].sort((x, y) => x - y) as [
            number,
            number,
          ];
          const metric = (state: unknown): number => lineage.form.metric(state as never);
          const options = { from, to, points };
          const found = await run.series([metric, stepOf], options);
          const expected = bucketsOf({ from, to }, points);
          expect(found[0]).toEqual(
            expected.map((bucket) => bucketOf(metrics, bucket.from, bucket.to)),
          );
          expect(found[1]).toEqual(
            expected.map((bucket) => {
              const [least, most] = [bucket.from, bucket.to];
              return { ...bucket, min: least, max: most, first: least, last: most };
            }),
          );
        },
      ),
      { numRuns: runs(40) },
    );
  });

  test("leaves NaN out of the extremes, and keeps infinities", async () => {
    const run = await record(counter, { steps: 11, seed: 1 });
    const values = [
      1,
      Number.NaN,
      -3,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      5,
      Infinity,
      -0,
      2,
      2,
      2,
    ];
    const metric = (x: number): number => values[x] as number;
    expect(await run.series(metric, { points: 4 })).toEqual([
      { from: 0, to: 2, min: -3, max: 1, first: 1, last: -3 },
      { from: 3, to: 5, min: Number.NaN, max: Number.NaN, first: Number.NaN, last: Number.NaN },
      { from: 6, to: 8, min: -0, max: Infinity, first: 5, last: -0 },
      { from: 9, to: 11, min: 2, max: 2, first: 2, last: 2 },
    ]);
  });

  test("of the change in a step, with the previous state", async () => {
    const run = await record(counter, { steps: 20, seed: 1 });
    const change = (x: number, _ctx: unknown, before: number | undefined): number =>
      x - Number(before);
    const found = await run.series([change, (x) => x], { from: 5, previous: true, points: 1 });
    expect(found).toEqual([
      [{ from: 5, to: 20, min: 1, max: 1, first: 1, last: 1 }],
      [{ from: 5, to: 20, min: 5, max: 20, first: 5, last: 20 }],
    ]);
    await expect(run.series(change)).rejects.toThrow("ask for it with { previous: true }");
  });

  test("names the step at which a metric fails, or gives no number", async () => {
    const run = await record(counter, { steps: 20, seed: 1 });
    const failing = (x: number): number => (x === 7 ? (undefined as never) : x);
    await expect(run.series(failing)).rejects.toMatchObject({
      code: "FUNCTION_FAILED",
      message: "expected the function to give a number, got undefined at step 7",
      data: { step: 7 },
    });
    const throwing = (x: number): number => {
      if (x === 9) throw new Error("nine");
      return x;
    };
    await expect(run.series([throwing])).rejects.toThrow("failed at step 9: Error: nine");
  });

  test.each([0, -1, 1.5, 1_000_001, Number.NaN])("refuses %d points", async (points) => {
    const run = await record(counter, { steps: 3, seed: 1 });
    await expect(run.series((x) => x, { points })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

describe("buckets", () => {
  test("cover a range without gaps, and differ by one step at most", () => {
    const steps = fc.oneof(
      fc.nat(500),
      fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 52),
    );
    fc.assert(
      fc.property(steps, steps, fc.integer({ min: 1, max: 300 }), (from, length, points) => {
        const to = from + length;
        const buckets = bucketsOf({ from, to }, points);
        expect([buckets[0]?.from, buckets.at(-1)?.to]).toEqual([from, to]);
        expect(buckets).toHaveLength(Math.min(points, length + 1));
        const lengths = buckets.map((bucket, i) => {
          if (i > 0) expect(bucket.from).toBe((buckets[i - 1]?.to as number) + 1);
          return bucket.to - bucket.from;
        });
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("within a part of the range keep the cuts of the whole", () => {
    const buckets = bucketsOf({ from: 0, to: 99 }, 10);
    expect(bucketsWithin(buckets, { from: 25, to: 41 })).toEqual([
      { from: 25, to: 29 },
      { from: 30, to: 39 },
      { from: 40, to: 41 },
    ]);
    expect(bucketsWithin(buckets, { from: 200, to: 300 })).toEqual([]);
  });
});
