import { expect, test } from "vitest";
import { gamma } from "../../../src/random/python/gamma.ts";

/** A source that gives `values` one after the other. */
function sourceOf(...values: number[]): { random(): number; left: number[] } {
  return {
    left: values,
    random() {
      const value = this.left.shift();
      if (value === undefined) throw new Error("no more values");
      return value;
    },
  };
}

test("above a shape of 1 a first draw too near 0 or 1 is drawn again, without a second", () => {
  const expected = gamma(sourceOf(0.4, 0.9), 3);
  const source = sourceOf(0, 1e-8, 1e-7, 0.9999999, 1 - 2 ** -53, 0.4, 0.9);
  expect(gamma(source, 3)).toBe(expected);
  expect(source.left).toEqual([]);
});

test("at a shape of 1 it is one exponential deviate, down to 0", () => {
  expect(gamma(sourceOf(0.5), 1)).toBe(-Math.log(0.5));
  expect(gamma(sourceOf(0), 1)).toBe(-0);
});

test("below a shape of 1 a rejected pair is drawn again", () => {
  const expected = gamma(sourceOf(0.3, 0.1), 0.5);
  const source = sourceOf(0.9, 0.999999, 0.3, 0.1);
  expect(gamma(source, 0.5)).toBe(expected);
  expect(source.left).toEqual([]);
});
