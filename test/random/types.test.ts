import { expectTypeOf, test } from "vitest";
import { numpy } from "../../src/random/numpy/index.ts";
import type { IntegerType } from "../../src/random/numpy/integers.ts";

/** The types of a call, which `npm run types` checks. */
test("numpy's integers are of the type that the bounds, the size and the dtype say", () => {
  const rng = numpy(1);
  const any: { readonly dtype: IntegerType } = { dtype: "int8" };
  expectTypeOf(rng.integers(6)).toEqualTypeOf<number>();
  expectTypeOf(rng.integers(1, 7)).toEqualTypeOf<number>();
  expectTypeOf(rng.integers(1, 6, { endpoint: true })).toEqualTypeOf<number>();
  expectTypeOf(rng.integers(6, { dtype: "uint8" })).toEqualTypeOf<number>();
  expectTypeOf(rng.integers(0, 6, any)).toEqualTypeOf<number>();
  expectTypeOf(rng.integers(6n)).toEqualTypeOf<bigint>();
  expectTypeOf(rng.integers(0, 6n)).toEqualTypeOf<bigint>();
  expectTypeOf(rng.integers(0n, 6, { dtype: "uint8" })).toEqualTypeOf<bigint>();
  expectTypeOf(rng.integers(6, { size: 3 })).toEqualTypeOf<Float64Array>();
  expectTypeOf(rng.integers(0, 6, { size: 3 })).toEqualTypeOf<Float64Array>();
  expectTypeOf(rng.integers(0, 6, { size: 3, dtype: "int64" })).toEqualTypeOf<Float64Array>();
  expectTypeOf(rng.integers(0, 6, { size: 3, dtype: "uint8" })).toEqualTypeOf<Uint8Array>();
  expectTypeOf(rng.integers(6, { size: 3, dtype: "int32" })).toEqualTypeOf<Int32Array>();
  expectTypeOf(rng.integers(0n, 6n, { size: 3 })).toEqualTypeOf<BigInt64Array>();
  expectTypeOf(rng.integers(0, 6n, { size: 3, dtype: "uint64" })).toEqualTypeOf<BigUint64Array>();
  expectTypeOf(rng.integers(0n, 6n, { size: 3, dtype: "int8" })).toEqualTypeOf<Int8Array>();
  // The types also hold at the ends.
  expectTypeOf(rng.integers(-(2 ** 53), 2 ** 53, { size: 1 })).toEqualTypeOf<Float64Array>();
});

test("numpy's choices", () => {
  const rng = numpy(1);
  expectTypeOf(rng.choice(5)).toEqualTypeOf<number>();
  expectTypeOf(rng.choice(2, { p: [0.5, 0.5] })).toEqualTypeOf<number>();
  expectTypeOf(rng.choice(["a", "b"], { p: [0.5, 0.5] })).toEqualTypeOf<string>();
  expectTypeOf(rng.choice("ab")).toEqualTypeOf<string>();
  expectTypeOf(rng.choice(5, { size: 2 })).toEqualTypeOf<Float64Array>();
  expectTypeOf(rng.choice(["a", "b"], { size: 2, replace: false })).toEqualTypeOf<string[]>();
  expectTypeOf(rng.permutation(["a", "b"])).toEqualTypeOf<string[]>();
  expectTypeOf(rng.permutation(new Uint8Array(2))).toEqualTypeOf<number[]>();
});
