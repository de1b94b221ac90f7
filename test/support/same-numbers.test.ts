import { expect, test } from "vitest";
import { sameNumbers } from "./same-numbers.ts";

test("typed arrays are the same if their types and all their elements are", () => {
  const floats = Float64Array.of(-0, Number.NaN, 1);
  expect(sameNumbers(floats, floats.slice())).toBe(true);
  for (const others of [[0, Number.NaN, 1], [-0, Number.NaN], [-0, Number.NaN, 2], []]) {
    expect(sameNumbers(floats, Float64Array.from(others))).toBe(false);
  }
  expect(sameNumbers(BigInt64Array.of(5n), BigInt64Array.of(6n))).toBe(false);
});

test("what is not two typed arrays of one type is left to vitest", () => {
  const bytes = Uint8Array.of(1, 2);
  for (const other of [[1, 2], Buffer.from(bytes), new DataView(bytes.buffer), undefined]) {
    expect(sameNumbers(bytes, other)).toBeUndefined();
    expect(sameNumbers(other, bytes)).toBeUndefined();
  }
});

test("`expect` uses this", () => {
  const million = new Uint8Array(2 ** 20);
  const changed = Uint8Array.from(million).fill(1, 1_000_000);
  expect({ deep: [million] }).toStrictEqual({ deep: [Uint8Array.from(million)] });
  expect({ deep: [million] }).not.toEqual({ deep: [changed] });
  expect(Buffer.from([1])).not.toEqual(Uint8Array.of(1));
});
