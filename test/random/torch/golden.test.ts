import { describe, expect, test } from "vitest";
import type { TorchGenerator } from "../../../src/random/torch/generator.ts";
import { torch } from "../../../src/random/torch/torch.ts";
import { readVectors } from "../../support/vectors.ts";
import { fromHex } from "../hex.ts";
import { listDigest, stateOf } from "./digest.ts";

interface Loading {
  readonly dataset: number;
  readonly train: number;
  readonly batch: number;
  readonly split_first8: number[];
  readonly split_sha256: string;
  readonly epochs: readonly {
    readonly epoch: number;
    readonly state_before_sha256: string;
    readonly first8: number[];
    readonly order_sha256: string;
  }[];
}

interface Case {
  readonly seed: string;
  readonly state0_sha256: string;
  readonly rand_f32: string[];
  readonly rand_f64: string[];
  readonly randint_0_100: number[];
  readonly randint_0_2e40: number[];
  readonly randperm10: number[];
  readonly randperm1000_sha256: string;
  readonly int64_random_: string;
  readonly state_sha256: string;
  readonly default_generator: Loading;
  readonly own_generator: Loading;
}

const { cases } = readVectors<{ cases: Case[] }>("torch");

describe.each(cases)("torch 1.13 seeded by $seed", (vector) => {
  const seeded = (): TorchGenerator => torch(BigInt(vector.seed));

  test("draws the reference's numbers, in its order", () => {
    const rng = seeded();
    expect(stateOf(rng)).toBe(vector.state0_sha256);
    expect([...rng.rand(5)]).toEqual(vector.rand_f32.map(fromHex));
    expect([...rng.rand(5, { dtype: "float64" })]).toEqual(vector.rand_f64.map(fromHex));
    expect([...rng.randint(0, 100, 6)]).toEqual(vector.randint_0_100);
    expect([...rng.randint(0, 2 ** 40, 3)]).toEqual(vector.randint_0_2e40);
    expect([...rng.randperm(10)]).toEqual(vector.randperm10);
    expect(listDigest([...rng.randperm(1000)])).toBe(vector.randperm1000_sha256);
    expect(rng.random_()).toBe(BigInt(vector.int64_random_));
    expect(stateOf(rng)).toBe(vector.state_sha256);
  });

  test.each([
    ["the default generator", "default_generator"],
    ["a generator of its own", "own_generator"],
  ] as const)("a loader with %s gives 12 epochs", (_, key) => {
    const loading = vector[key];
    const rng = seeded();
    const { dataset, train, batch } = loading;
    const [indices = []] = rng.randomSplit(dataset, [train, dataset - train]);
    expect(indices.slice(0, 8)).toEqual(loading.split_first8);
    expect(listDigest(indices)).toBe(loading.split_sha256);
    const own = key === "own_generator" ? { generator: rng } : {};
    const loader = rng.dataLoader({ length: train, batchSize: batch, shuffle: true, ...own });
    for (const epoch of loading.epochs) {
      expect(stateOf(rng)).toBe(epoch.state_before_sha256);
      const { order, batches } = loader.epoch();
      const samples = order.map((position) => indices[position]);
      expect(samples.slice(0, 8)).toEqual(epoch.first8);
      expect(listDigest(samples)).toBe(epoch.order_sha256);
      expect(batches.flat()).toEqual(order);
      expect(batches.map(({ length }) => length)).toEqual([...new Array(22).fill(64), 36]);
    }
  });
});
