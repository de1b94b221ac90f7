import { describe, expect, test } from "vitest";
import { numpy } from "../../../src/random/numpy/index.ts";

describe("beta of tiny shapes, as numpy 2.4 draws it", () => {
  test("is 0 or 1 by one draw if both are below 3e-103", () => {
    expect([...numpy(5).beta(1e-200, 3e-200, 8)]).toEqual([0, 0, 0, 0, 1, 0, 0, 1]);
    const rng = numpy(5);
    rng.beta(1e-200, 1e-200, 8);
    expect([...rng.integers(0, 10 ** 6, { size: 2 })]).toEqual([1015, 48757]);
  });

  test("is never NaN", () => {
    for (const [a, b] of [
      [1e-310, 1e-310],
      [5e-324, 5e-324],
      [3e-103, 1e-103],
      [1e-102, 1e-102],
      [1e-5, 1e-5],
    ] as const) {
      for (const value of numpy(5).beta(a, b, 500)) expect(value >= 0 && value <= 1).toBe(true);
    }
  });

  test("compares logarithms if only one power is 0", () => {
    expect([...numpy(5).beta(0.001, 0.001, 4)]).toEqual([0.02550943599924142, 1, 0, 1]);
  });
});
