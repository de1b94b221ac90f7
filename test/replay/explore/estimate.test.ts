import { expect, test } from "vitest";
import { estimate } from "../../../src/replay/explore/estimate.ts";

test("is the product of the parts, with the error of independent levels", () => {
  const half = { level: 1, trials: 100, reached: 50 };
  expect(estimate([half])).toEqual({ probability: 0.5, standardError: 0.5 * Math.sqrt(0.01) });
  const { probability, standardError } = estimate([half, { ...half, level: undefined }]);
  expect(probability).toBe(0.25);
  expect(standardError / 0.25).toBeCloseTo(Math.sqrt(1.01 ** 2 - 1), 12);
  expect(estimate([half, { level: 2, trials: 100, reached: 0 }]).probability).toBe(0);
});
