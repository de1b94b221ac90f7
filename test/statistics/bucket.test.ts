import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketOf, edgeOf, LAST_BUCKET } from "../../src/statistics/bucket.ts";
import { runs } from "../support/runs.ts";

const number = fc.double({ noNaN: true });

describe("a bucket", () => {
  test("holds numbers that differ from its edge by at most 1/128", () => {
    fc.assert(
      fc.property(number, (x) => {
        const edge = edgeOf(bucketOf(x));
        if (!Number.isFinite(x) || x === 0) {
          expect(edge).toBe(x === 0 ? 0 : x);
          return;
        }
        // Scaled by powers of two, which is exact, so that the bound itself is not rounded.
        const scale = Math.abs(x) < 2 ** -900 ? 2 ** 100 : Math.abs(x) > 2 ** 900 ? 2 ** -100 : 1;
        const [value, near] = [Math.abs(x * scale), Math.abs(edge * scale)];
        expect(Math.sign(edge) || Math.sign(x)).toBe(Math.sign(x));
        expect(near).toBeLessThanOrEqual(value);
        expect(value - near).toBeLessThanOrEqual(value / 128);
      }),
      {
        numRuns: runs(1000),
        examples: [[5e-324], [-5e-324], [1.7976931348623157e308], [2 ** -1022]],
      },
    );
  });

  test("is never smaller for a larger number", () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(bucketOf(low)).toBeLessThanOrEqual(bucketOf(high));
        expect(bucketOf(-low)).toBe(-bucketOf(low) + 0);
      }),
      { numRuns: runs(1000) },
    );
  });

  test("is that of its own edge", () => {
    fc.assert(
      fc.property(number, (x) => {
        const bucket = bucketOf(x);
        expect(bucketOf(edgeOf(bucket))).toBe(bucket);
      }),
      { numRuns: runs(1000) },
    );
  });

  test("has one whole number up to 255", () => {
    for (let x = -255; x <= 255; x++) expect(edgeOf(bucketOf(x))).toBe(x);
    expect(bucketOf(256)).toBe(bucketOf(257));
  });

  test("of the last kind is that of infinity", () => {
    expect(edgeOf(LAST_BUCKET)).toBe(Number.POSITIVE_INFINITY);
    expect(bucketOf(Number.MAX_VALUE)).toBe(LAST_BUCKET - 1);
  });
});
