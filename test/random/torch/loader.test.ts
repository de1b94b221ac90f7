import { describe, expect, test } from "vitest";
import type { LoaderOptions } from "../../../src/random/torch/loader-options.ts";
import { torch } from "../../../src/random/torch/torch.ts";
import { readVectors } from "../../support/vectors.ts";
import { stateOf } from "./digest.ts";

interface LoaderCase {
  readonly seed: string;
  readonly own: boolean;
  readonly options: LoaderOptions;
  readonly epochs: readonly {
    readonly breakAfter: number | null;
    readonly batches: number[][];
    readonly baseSeed: string;
    readonly state: string;
  }[];
}

const vectors = readVectors<{ cases: LoaderCase[] }>("torch-loaders-2.13");
const cases = vectors.cases.map((vector) => {
  const { length, ...rest } = vector.options;
  const name = `${vector.own ? "own generator, " : ""}${length} samples, ${JSON.stringify(rest)}`;
  return [name, vector] as const;
});

describe("the loaders of torch 2.13", () => {
  test.each(cases)("%s", (_, { seed, own, options, epochs }) => {
    const rng = torch(BigInt(seed), { version: "2.13" });
    const skipped = rng.copy();
    const loader = rng.dataLoader({ ...options, ...(own ? { generator: rng } : {}) });
    const skipping = skipped.dataLoader({ ...options, ...(own ? { generator: skipped } : {}) });
    for (const vector of epochs) {
      const breaking = vector.breakAfter === null ? {} : { breakAfter: vector.breakAfter };
      const epoch = loader.epoch(breaking);
      expect(epoch.batches).toEqual(vector.batches);
      expect(epoch.baseSeed).toBe(BigInt(vector.baseSeed));
      expect(stateOf(rng).slice(0, 16)).toBe(vector.state);
      expect(skipping.skip(breaking)).toBe(epoch.draws);
      expect(stateOf(skipped)).toBe(stateOf(rng));
    }
  });
});

describe("the base seed", () => {
  test("is reported for persistent workers whose first epoch was skipped", () => {
    const options = { length: 9, shuffle: true, numWorkers: 1, persistentWorkers: true } as const;
    const [whole, skipping] = [torch(1).dataLoader(options), torch(1).dataLoader(options)];
    const { baseSeed } = whole.epoch();
    skipping.skip();
    expect(skipping.epoch()).toEqual(whole.epoch());
    expect(skipping.epoch().baseSeed).toBe(baseSeed);
  });
});
