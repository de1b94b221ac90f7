import { describe, expect, test } from "vitest";
import { torchAlgorithm } from "../../../src/random/torch/algorithm.ts";
import type { TorchGenerator } from "../../../src/random/torch/generator.ts";
import { torch } from "../../../src/random/torch/torch.ts";
import { torchEra } from "../../../src/random/torch/version.ts";
import { stateOf } from "./digest.ts";

const options = { length: 20, batchSize: 4, shuffle: true } as const;

describe("eras", () => {
  // The algorithm itself is compared with PyTorch's in permutation.test.ts, at any length.
  test("since 2.7 randperm of 214,748,364 or more uses another algorithm", () => {
    const from = ["1.13", "2.6", "2.7", "2.13"].map((version) => torchEra(version).insideOutFrom);
    expect(from).toEqual([Infinity, Infinity, 214_748_364, 214_748_364]);
  });

  test("1.9.0, as pull request 63026 of PyTorch quotes its output", () => {
    const published = [
      [14, 13, 12, 8],
      [3, 17, 7, 6],
      [10, 1, 4, 0],
      [19, 18, 16, 15],
      [5, 9, 11, 2],
    ];
    const rng = torch(1, { version: "1.9.0" });
    expect(rng.dataLoader(options).epoch().batches).toEqual(published);
    rng.manualSeed(1);
    expect(rng.dataLoader(options).epoch().batches).toEqual(published);
  });

  test("1.8 wastes a seed and permutes by the default generator, as issue 52568 shows", () => {
    const rng = torch(0, { version: "1.8" });
    rng.random_();
    expect([...rng.randperm(10)]).toEqual([3, 7, 5, 2, 0, 8, 1, 6, 9, 4]);
    expect([...torch(0).randperm(10)]).toEqual([4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
  });

  test.each([
    ["1.6", 2, 1],
    ["1.7.1", 4, 1],
    ["1.8.1+cu111", 4, 1],
  ])("%s permutes by the default generator, after %i draws", (version, before) => {
    const [rng, twin] = [torch(5, { version }), torch(5)];
    const loader = rng.dataLoader(options);
    for (let i = 0; i < 3; i++) {
      twin.skip(before);
      expect(loader.epoch().order).toEqual([...twin.randperm(20)]);
      expect(stateOf(rng)).toBe(stateOf(twin));
    }
  });

  test.each(["1.9", "1.13", "2.0", "2.13"])("%s permutes by a throwaway generator", (version) => {
    const [rng, twin] = [torch(5, { version }), torch(5)];
    const { order, baseSeed, draws } = rng.dataLoader(options).epoch();
    expect(draws).toBe(4);
    expect(baseSeed).toBe(twin.random_());
    const seed = twin.random_();
    expect(order).toEqual([...torch(seed).randperm(20)]);
    expect(stateOf(rng)).toBe(stateOf(twin));
  });

  test.each([
    ["1.6", 1],
    ["1.8", 1],
    ["1.10.2", 1],
    ["1.11", 2],
    ["2.13", 2],
  ])("%s makes %i permutations by a loader's own generator", (version, permutations) => {
    const [rng, twin] = [torch(5, { version }), torch(5)];
    const loader = rng.dataLoader({ ...options, generator: rng });
    twin.skip(2);
    expect(loader.epoch().order).toEqual([...twin.randperm(20)]);
    twin.skip(19 * (permutations - 1));
    expect(stateOf(rng)).toBe(stateOf(twin));
    // Left early, it makes one in any version.
    twin.skip(2 + 19);
    loader.skip({ breakAfter: 2 });
    expect(stateOf(rng)).toBe(stateOf(twin));
  });

  test("a loader may be of another version than its generator", () => {
    const rng = torch(5, { version: "2.13" });
    expect(rng.dataLoader({ ...options, version: "1.6" }).epoch().draws).toBe(2 + 19);
  });

  test("randint takes 64 bits for ranges of at least 2^32, since 2.7 of at least 2^28", () => {
    const drawn = (range: number, version: string): number => {
      const rng = torch(1, { version });
      rng.randint(range);
      return stateOf(rng) === stateOf(skipped(1)) ? 1 : 2;
    };
    expect(
      [2 ** 28 - 1, 2 ** 28, 2 ** 32 - 1, 2 ** 32].map((range) => drawn(range, "2.6")),
    ).toEqual([1, 1, 1, 2]);
    expect([2 ** 28 - 1, 2 ** 28, 2 ** 32].map((range) => drawn(range, "2.7"))).toEqual([1, 2, 2]);
    // The bounds of a simulation's generator do not depend on the version.
    const rng = torch(1, { version: "1.13" });
    rng.integer(0, 2 ** 28);
    expect(stateOf(rng)).toBe(stateOf(skipped(2)));
  });

  test.each(["1.6", "1.9.1", "1.13.1+cu117", "2.0", "2.7", "2.13"])(
    "%s is in the state",
    (version) => {
      const rng = torch(1, { version });
      rng.uint32();
      const twin = torchAlgorithm.fromState(rng.state()) as TorchGenerator;
      expect(rng.state()).toHaveLength(2520);
      expect(version.startsWith(twin.version)).toBe(true);
      expect(twin.state()).toEqual(rng.state());
      expect(twin.randint(2 ** 30)).toBe(rng.randint(2 ** 30));
      expect(twin.state()).toEqual(rng.state());
      expect(rng.state()).not.toEqual(torch(1, { version: "1.8" }).state());
    },
  );

  test.each(["3.0", "2.14", "2.99"])("%s was not compared", (version) => {
    expect(() => torch(1, { version })).toThrow("2.13 is the newest whose draws were compared");
  });

  test("fractions are accepted since 1.13, persistent workers since 1.7", () => {
    expect(() => torch(1, { version: "1.12" }).randomSplit(10, [0.8, 0.2])).toThrow(
      "random_split takes fractions since torch 1.13",
    );
    expect(torch(1, { version: "1.12" }).randomSplit(1, [1])).toEqual([[0]]);
    const persistent = { ...options, numWorkers: 1, persistentWorkers: true };
    expect(() => torch(1, { version: "1.6" }).dataLoader(persistent)).toThrow("needs torch 1.7");
  });
});

function skipped(draws: number): ReturnType<typeof torch> {
  const rng = torch(1);
  rng.skip(draws);
  return rng;
}
