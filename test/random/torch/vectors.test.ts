import { describe, expect, test } from "vitest";
import type { TorchGenerator } from "../../../src/random/torch/generator.ts";
import { torch } from "../../../src/random/torch/torch.ts";
import { readVectors } from "../../support/vectors.ts";
import { fromHex } from "../hex.ts";
import { digest, listDigest, stateOf } from "./digest.ts";

interface Drawn {
  readonly size: number;
  readonly n: number;
  readonly first: (string | number)[];
  readonly bytes: string;
  readonly state: string;
}
interface Typed extends Drawn {
  readonly dtype: "float32" | "float64";
}
interface Normals extends Typed {
  readonly after: number;
  readonly last: string[];
  readonly spare: string | null;
}

const vectors = readVectors<{
  seeds: {
    seed: string;
    initialSeed: string;
    state0: string;
    randint65536: number[];
    state: string;
  }[];
  rand: Typed[];
  randint: (Drawn & { low: number; high: number })[];
  randintWide: (Drawn & { low: string; high: string })[];
  randperm: Drawn[];
  random_: Drawn[];
  randn: Normals[];
  normal: { mean: number; standardDeviation: number; values: string[] };
  randomSplit: { n: number; parts: number[]; lengths: number[]; sha256: string; state: string }[];
}>("torch-2.13");

const seeded = (): TorchGenerator => torch(42, { version: "2.13" });

describe("torch 2.13", () => {
  test.each(vectors.seeds)("seeds by $seed", (vector) => {
    const rng = torch(BigInt(vector.seed));
    expect(rng.initialSeed()).toBe(BigInt(vector.initialSeed));
    expect(stateOf(rng)).toBe(vector.state0);
    expect([...rng.randint(0, 2 ** 16, 3)]).toEqual(vector.randint65536);
    expect(stateOf(rng)).toBe(vector.state);
  });

  test.each(vectors.rand)("rand($size) of $dtype", ({ size, dtype, ...vector }) => {
    const rng = seeded();
    const values = dtype === "float64" ? rng.rand(size, { dtype }) : rng.rand(size, { dtype });
    expect([...values.subarray(0, 3)]).toEqual((vector.first as string[]).map(fromHex));
    expect(digest(values)).toBe(vector.bytes);
    expect(stateOf(rng)).toBe(vector.state);
    const singly = seeded();
    for (const value of values.subarray(0, 20))
      expect(singly.rand(undefined, { dtype })).toBe(value);
  });

  test.each(vectors.randint)("randint($low, $high)", ({ low, high, first, bytes, state }) => {
    const rng = seeded();
    const values = rng.randint(low, high, 1000);
    expect([...values.subarray(0, 4)]).toEqual(first);
    expect(digest(values)).toBe(bytes);
    expect(stateOf(rng)).toBe(state);
    const singly = seeded();
    expect(first.map(() => singly.randint(low, high))).toEqual(first);
    const wide = seeded();
    expect(first.map(() => Number(wide.randint(BigInt(low), BigInt(high))))).toEqual(first);
    if (low === 0) expect(seeded().randint(high)).toBe(first[0]);
  });

  test.each(vectors.randintWide)("randint($low, $high) of bigints", (vector) => {
    const rng = seeded();
    const values = rng.randint(BigInt(vector.low), BigInt(vector.high), 1000);
    expect([...values.subarray(0, 3)]).toEqual((vector.first as string[]).map(BigInt));
    expect(digest(values)).toBe(vector.bytes);
    expect(stateOf(rng)).toBe(vector.state);
  });

  test.each(vectors.randperm)("randperm($n)", ({ n, first, bytes, state }) => {
    const rng = seeded();
    const order = rng.randperm(n);
    expect([...order.subarray(0, 5)]).toEqual(first);
    expect(digest(order)).toBe(bytes);
    expect(stateOf(rng)).toBe(state);
  });

  test.each(vectors.random_)("random_ of $size int64", ({ size, first, bytes, state }) => {
    const rng = seeded();
    const values = rng.random_(size);
    expect([...values.subarray(0, 3)]).toEqual((first as string[]).map(BigInt));
    expect(digest(values)).toBe(bytes);
    expect(stateOf(rng)).toBe(state);
    const singly = seeded();
    for (const value of values.subarray(0, 3)) expect(singly.random_()).toBe(value);
  });

  test.each(vectors.randn)("randn($size) of $dtype after $after single ones", (vector) => {
    const { size, dtype } = vector;
    const rng = seeded();
    for (let i = 0; i < vector.after; i++) rng.randn();
    const values = dtype === "float64" ? rng.randn(size, { dtype }) : rng.randn(size, { dtype });
    const ends = [...values.subarray(0, 3), ...values.subarray(Math.max(size - 2, 0))];
    const expected = [...(vector.first as string[]), ...vector.last].map(fromHex);
    // Logarithm, sine and cosine of doubles may differ from those of the C library in a last bit.
    if (dtype === "float64") expectNear(ends, expected);
    else expect(ends).toEqual(expected);
    if (dtype === "float32") expect(digest(values)).toBe(vector.bytes);
    const state = rng.getRngState();
    const view = new DataView(state.buffer);
    expectNear([view.getFloat64(5024, true)], [vector.spare === null ? 0 : fromHex(vector.spare)]);
    view.setFloat64(5024, 0);
    expect(digest(state)).toBe(vector.state);
  });

  test("normal(2, 3) is torch.normal of one float64", () => {
    const rng = seeded();
    const { mean, standardDeviation, values } = vectors.normal;
    const drawn = values.map(() => rng.normal(mean, standardDeviation));
    // The mean may cancel all but the last bits of a deviate of up to 10.
    expectNear(drawn, values.map(fromHex), 10);
  });

  test.each(vectors.randomSplit)("random_split of $n by $parts", (vector) => {
    const rng = seeded();
    const parts = rng.randomSplit(vector.n, vector.parts);
    expect(parts.map(({ length }) => length)).toEqual(vector.lengths);
    expect(listDigest(parts)).toBe(vector.sha256);
    expect(stateOf(rng)).toBe(vector.state);
  });
});

function expectNear(values: readonly number[], expected: readonly number[], least = 0): void {
  expect(values.length).toBe(expected.length);
  values.forEach((value, i) => {
    const bound = Math.max(Math.abs(value), least) * 1e-15;
    expect(Math.abs(value - (expected[i] as number))).toBeLessThanOrEqual(bound);
  });
}
