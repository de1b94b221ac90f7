import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { torchAlgorithm } from "../../../src/random/torch/algorithm.ts";
import type { TorchGenerator } from "../../../src/random/torch/generator.ts";
import { torch } from "../../../src/random/torch/torch.ts";
import { testGenerator } from "../laws.ts";

testGenerator(torchAlgorithm);

describe("a seed of 32 bytes", () => {
  const seed = Uint8Array.from({ length: 32 }, (_, i) => (7 * i + 3) % 256);
  const made = (bytes: Uint8Array): TorchGenerator =>
    torchAlgorithm.fromSeed(bytes) as TorchGenerator;

  test("gives what PyTorch 2.13 draws of the words of Python's random.Random", () => {
    const rng = made(seed);
    const digest = createHash("sha256").update(rng.getRngState()).digest("hex");
    expect(digest).toBe("94ec4726ea97febc5ed743b16762d9ffc1d27371822ede7b40e55af4efc9c711");
    expect(rng.initialSeed()).toBe(3759703178913843715n);
    expect([...rng.rand(2, { dtype: "float64" })]).toEqual([
      0.9895498758530094, 0.020974576058258476,
    ]);
    expect([...rng.randperm(6)]).toEqual([3, 5, 0, 1, 2, 4]);
  });

  test("matters in each of its bytes: no two blocks share a stream", () => {
    const drawn = new Set([made(seed).random()]);
    for (let i = 0; i < 32; i++) {
      const other = seed.slice();
      other[i] = (other[i] as number) ^ 1;
      drawn.add(made(other).random());
    }
    expect(drawn.size).toBe(33);
  });

  test("is not seeded by its first 8 bytes alone", () => {
    const rng = made(seed);
    expect(rng.random()).not.toBe(torch(rng.initialSeed()).random());
  });
});
