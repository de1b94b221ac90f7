import { describe, expect, test } from "vitest";
import { exponential, normal } from "../../src/random/distributions.ts";
import { normalQuantile } from "../../src/random/quantile.ts";
import { xoshiro } from "../../src/random/xoshiro/index.ts";

const LAST = 1 - 2 ** -53;

/** A source that gives `u` once. */
function sourceOf(u: number): { random(): number; taken: number } {
  return {
    taken: 0,
    random() {
      if (this.taken++ > 0) throw new Error("a second draw");
      return u;
    },
  };
}

describe("normal", () => {
  const shares = [0, 2 ** -53, 1e-12, 0.074, 0.075, 0.3, 0.5, 0.7, 0.925, 0.9999, LAST];

  test.each(shares)("takes exactly one uniform draw, here %d", (u) => {
    for (const standardDeviation of [0, 1, 7]) {
      const source = sourceOf(u);
      expect(Number.isFinite(normal(source, 3, standardDeviation))).toBe(true);
      expect(source.taken).toBe(1);
    }
  });

  test("a draw of 0 and the last draw give the finite ends -8.292 and 8.292", () => {
    expect(normal(sourceOf(0))).toBe(normalQuantile(2 ** -54));
    expect(normal(sourceOf(0))).toBeCloseTo(-8.292361075813595, 14);
    expect(normal(sourceOf(LAST))).toBe(-normal(sourceOf(0)));
  });

  test("is symmetric: the draws k and 2^53 - 1 - k give opposite deviates", () => {
    const rng = xoshiro(1);
    for (let i = 0; i < 2_000; i++) {
      const u = rng.random() ** (1 + (i % 5));
      const cell = Math.floor(u * 2 ** 53) * 2 ** -53;
      expect(normal(sourceOf(LAST - cell))).toBe(-normal(sourceOf(cell)));
    }
  });

  test("is the quantile at the middle of the draw's cell", () => {
    for (const u of [0.1, 0.25, 0.5, 0.75, 0.999].map((x) => Math.floor(x * 2 ** 53) / 2 ** 53)) {
      expect(normal(sourceOf(u))).toBeCloseTo(normalQuantile(u), 13);
    }
    expect(normal(sourceOf(0.5))).toBeCloseTo(2 ** -54 * Math.sqrt(2 * Math.PI), 30);
  });

  test("stays within 8.293 standard deviations, and not within 8.292", () => {
    expect(normal(sourceOf(LAST))).toBeLessThan(8.293);
    expect(normal(sourceOf(LAST))).toBeGreaterThan(8.292);
  });

  test("keeps the order of draws that are 2^-50 apart, everywhere", () => {
    const rng = xoshiro(3);
    const near = [0, 0.075, 0.2, 0.25, 0.5, 0.75, 0.8, 0.925, Math.exp(-25), 1 - Math.exp(-25)];
    const inOrder = (u: number): boolean =>
      normal(sourceOf(u)) < normal(sourceOf(u + 2 ** -50)) || u + 2 ** -50 > LAST;
    const wrong: number[] = [];
    for (let i = 0; i < 100_000; i++) {
      const u = rng.random();
      const close = (near[i % near.length] as number) + Math.floor((u - 0.5) * 2 ** 10) * 2 ** -53;
      for (const each of [u, Math.min(Math.max(close, 0), LAST)]) {
        if (!inOrder(each)) wrong.push(each);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("seldom swaps neighbouring draws, and only by the last bit", () => {
    const [u, next] = [0.20041981196479863, 0.20041981196479874];
    expect(next - u).toBe(2 ** -53);
    expect(normal(sourceOf(u)) - normal(sourceOf(next))).toBe(2 ** -53);
    const rng = xoshiro(4);
    let swapped = 0;
    for (let i = 0; i < 100_000; i++) {
      const u = rng.random() / 2;
      const fall = normal(sourceOf(u)) - normal(sourceOf(u + 2 ** -53));
      if (fall > 0) swapped++;
      expect.soft(fall).toBeLessThan(2 ** -49);
    }
    expect(swapped).toBeGreaterThan(0);
    expect(swapped).toBeLessThan(1_000);
  });

  test("paired runs stay in step: other parameters, the same draws", () => {
    const a = xoshiro(2);
    const b = xoshiro(2);
    for (let i = 0; i < 1_000; i++) {
      const z = a.normal();
      expect(b.normal(10, 4)).toBe(10 + 4 * z);
    }
    expect(a.state()).toEqual(b.state());
  });

  test.each([
    [Number.NaN, 1, "expected the mean to be a finite number, got NaN"],
    [0, -1, "expected the standard deviation to be a finite number, at least 0, got -1"],
    [0, Number.POSITIVE_INFINITY, "expected the standard deviation to be a finite number"],
  ])("normal(%d, %d) says what was expected", (mean, standardDeviation, message) => {
    const source = sourceOf(0.5);
    expect(() => normal(source, mean, standardDeviation)).toThrow(message);
    expect(source.taken).toBe(0);
  });
});

describe("exponential", () => {
  test("is -log(1 - u) of one draw: 0 for 0, the logarithm of 2 for one half", () => {
    const source = sourceOf(0);
    expect(exponential(source)).toBe(0);
    expect(source.taken).toBe(1);
    expect(exponential(sourceOf(0.5), 2)).toBeCloseTo(2 * Math.LN2, 15);
    expect(exponential(sourceOf(LAST))).toBeCloseTo(53 * Math.LN2, 13);
  });

  test("keeps the precision of the smallest draws", () => {
    expect(exponential(sourceOf(2 ** -53))).toBe(2 ** -53);
    // -log(1 - 2^-30) is 2^-30 + 2^-61 + ...
    expect(exponential(sourceOf(2 ** -30))).toBe(2 ** -30 + 2 ** -61);
  });

  test("says what was expected", () => {
    expect(() => exponential(sourceOf(0.5), -1)).toThrow(
      "expected the mean to be a finite number, at least 0, got -1",
    );
  });
});
