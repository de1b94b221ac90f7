import { describe, expect, test } from "vitest";
import { isRewindError } from "../../../src/base/errors.ts";
import { torchAlgorithm } from "../../../src/random/torch/algorithm.ts";
import type { TorchGenerator } from "../../../src/random/torch/generator.ts";
import { torch } from "../../../src/random/torch/torch.ts";
import { stateOf } from "./digest.ts";

/** All kinds of moments: fresh, inside a block, at its end, with half a pair of normal deviates. */
const moments: readonly (readonly [name: string, reach: (rng: TorchGenerator) => void])[] = [
  ["fresh", () => {}],
  ["after one draw", (rng) => rng.uint32()],
  ["at the end of a block", (rng) => rng.skip(624)],
  ["at the start of the next", (rng) => rng.skip(625)],
  ["inside a pair of normal deviates", (rng) => rng.randn()],
  ["far off", (rng) => rng.skip(123_456_789)],
];

describe("the state", () => {
  test.each(moments)(
    "%s, continues exactly in PyTorch's form and in the compact one",
    (_, reach) => {
      const rng = torch(2n ** 40n + 17n);
      reach(rng);
      const full = rng.getRngState();
      const restored = torch(0).setRngState(full);
      const compact = torchAlgorithm.fromState(rng.state()) as TorchGenerator;
      expect(full).toHaveLength(5056);
      expect(rng.state()).toHaveLength(2520);
      for (const twin of [restored, compact, rng.copy()]) {
        expect(twin.getRngState()).toEqual(full);
        expect(twin.initialSeed()).toBe(2n ** 40n + 17n);
        expect(drawAll(twin)).toEqual(drawAll(torch(0).setRngState(full)));
        expect(twin.getRngState()).not.toEqual(full);
      }
      expect(rng.getRngState()).toEqual(full);
    },
  );

  test("seeding drops the spare deviate, as PyTorch does", () => {
    const rng = torch(1);
    rng.randn();
    expect(stateOf(rng.manualSeed(1))).toBe(stateOf(torch(1)));
  });

  test("the spare float of PyTorch is kept", () => {
    const state = torch(1).getRngState();
    const view = new DataView(state.buffer);
    view.setFloat32(5048, 1.5, true);
    view.setUint8(5052, 1);
    const rng = torch(0).setRngState(state);
    expect(rng.getRngState()).toEqual(state);
    expect((torchAlgorithm.fromState(rng.state()) as TorchGenerator).getRngState()).toEqual(state);
  });

  test("skipping draws equals drawing them, also by a jump", () => {
    for (const draws of [0, 1, 623, 624, 625, 5_000_000, 5_000_001]) {
      const [skipped, drawn] = [torch(7), torch(7)];
      skipped.skip(draws);
      for (let i = 0; i < draws; i++) drawn.uint32();
      expect(stateOf(skipped)).toBe(stateOf(drawn));
    }
    const [once, twice] = [torch(7), torch(7)];
    once.skip(2n * 10n ** 15n);
    twice.skip(10 ** 15);
    twice.skip(10 ** 15);
    expect(stateOf(once)).toBe(stateOf(twice));
  });

  const set = (at: number, value: number) => (view: DataView) => view.setInt32(at, value, true);
  const tampered: readonly (readonly [name: string, change: (view: DataView) => void])[] = [
    ["no words left", set(8, 0)],
    ["too many words left", set(8, 625)],
    ["words left that do not match the next", set(8, 10)],
    ["no seed", set(12, 0)],
    ["a next word that does not exist", set(16, 625)],
    ["a next word beyond 2^32", set(20, 1)],
  ];
  test.each(tampered)("with %s is refused, as by PyTorch", (_, change) => {
    const state = torch(1).getRngState();
    change(new DataView(state.buffer));
    const rng = torch(2);
    const before = stateOf(rng);
    expect(() => rng.setRngState(state)).toThrow("expected a torch state with words left and next");
    expect(stateOf(rng)).toBe(before);
  });

  test("with a deviate that is not finite is refused, in both forms", () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const [full, compact] = [torch(1).getRngState(), torch(1).state()];
      const [view, short] = [new DataView(full.buffer), new DataView(compact.buffer)];
      view.setInt32(5040, 1, true);
      view.setFloat64(5024, wrong, true);
      short.setUint8(10, 3);
      short.setFloat64(16, wrong, true);
      expect(() => torch(2).setRngState(full)).toThrow("whose normal deviate is finite");
      expect(() => torchAlgorithm.fromState(compact)).toThrow("whose normal deviate is finite");
      view.setFloat64(5024, 0.5, true);
      view.setFloat32(5048, wrong, true);
      view.setUint8(5052, 1);
      expect(() => torch(2).setRngState(full)).toThrow("whose normal deviate is finite");
    }
  });

  test("of zeros draws zeros, as in PyTorch, in both forms", () => {
    const zeros = torch(1)
      .getRngState()
      .fill(0, 24, 24 + 8 * 624);
    const rng = torch(2).setRngState(zeros);
    expect([...rng.rand(3)]).toEqual([0, 0, 0]);
    expect(torchAlgorithm.fromState(rng.state()).random()).toBe(0);
  });

  test("of an unknown version is refused", () => {
    const state = torch(1).state();
    expect(state[11]).toBe(45);
    for (const code of [0, 37, 46, 78, 255]) {
      state[11] = code;
      expect(() => torchAlgorithm.fromState(state)).toThrow("expected a version of PyTorch");
    }
  });

  test("of another length, or not a state, is refused and changes nothing", () => {
    const rng = torch(2);
    const before = stateOf(rng);
    for (const state of [new Uint8Array(5055), rng.state(), "state", undefined]) {
      expectRefusal(() => rng.setRngState(state as Uint8Array), "INVALID_ARGUMENT");
    }
    expect(stateOf(rng)).toBe(before);
    const compact = rng.state();
    new DataView(compact.buffer).setUint16(8, 0, true);
    expectRefusal(() => torchAlgorithm.fromState(compact), "INVALID_ARGUMENT");
    expectRefusal(() => torchAlgorithm.fromState(new Uint8Array(2520)), "INVALID_ARGUMENT");
    const other = rng.state();
    new DataView(other.buffer).setUint16(10, 8, true);
    expectRefusal(() => torchAlgorithm.fromState(other), "INVALID_ARGUMENT");
  });
});

describe("refusals", () => {
  test.each([0.5, Number.NaN, 2 ** 53, -(2 ** 53), 2n ** 64n, -(2n ** 63n) - 1n, "1", undefined])(
    "the seed %s",
    (seed) => {
      const rng = torch(2);
      expectRefusal(() => torch(seed as number), "INVALID_SEED");
      expectRefusal(() => rng.manualSeed(seed as number), "INVALID_SEED");
      expect(stateOf(rng)).toBe(stateOf(torch(2)));
    },
  );

  const calls: readonly (readonly [name: string, call: (rng: TorchGenerator) => unknown])[] = [
    ["rand(-1)", (rng) => rng.rand(-1)],
    ["rand(1.5)", (rng) => rng.rand(1.5)],
    ["rand of float16", (rng) => rng.rand(1, { dtype: "float16" as "float32" })],
    ["randn(-1)", (rng) => rng.randn(-1)],
    ["randn of float16", (rng) => rng.randn(undefined, { dtype: "float16" as "float32" })],
    ["randint(5, 5)", (rng) => rng.randint(5, 5)],
    ["randint(0)", (rng) => rng.randint(0)],
    ["randint(0.5, 3)", (rng) => rng.randint(0.5, 3)],
    ["randint(0, 2^53 + 2)", (rng) => rng.randint(0, 2 ** 53 + 2)],
    ["randint(0, 3n)", (rng) => rng.randint(0, 3n as unknown as number)],
    ["randint(0n, 2^63)", (rng) => rng.randint(0n, 2n ** 63n)],
    ["randint(0, 3, -1)", (rng) => rng.randint(0, 3, -1)],
    ["randperm(-1)", (rng) => rng.randperm(-1)],
    ["randperm(2^32)", (rng) => rng.randperm(2 ** 32)],
    ["random_(-1)", (rng) => rng.random_(-1)],
    ["skip(-1)", (rng) => rng.skip(-1)],
    ["skip(-1n)", (rng) => rng.skip(-1n)],
    ...[undefined, null, {}, "5", false, true, new Date(5), 0.5, Number.NaN, []].map(
      (draws) =>
        [`skip(${String(draws)})`, (rng: TorchGenerator) => rng.skip(draws as number)] as const,
    ),
    ["rand, null as options", (rng) => rng.rand(3, null as never)],
    ["rand, an option misspelt", (rng) => rng.rand(3, { dtyp: "float64" } as never)],
    ["rand of no dtype", (rng) => rng.rand(3, { dtype: null } as never)],
    ["randn, 5 as options", (rng) => rng.randn(3, 5 as never)],
    ["rand(1e12)", (rng) => rng.rand(1e12)],
    ["randint(0, 5, null)", (rng) => rng.randint(0, 5, null as never)],
    ["a loader of nothing", (rng) => rng.dataLoader(undefined as never)],
    ["batch_size", (rng) => rng.dataLoader({ length: 5, batch_size: 2 } as never)],
    ["shufle", (rng) => rng.dataLoader({ length: 5, shufle: true } as never)],
    ["an epoch of 3", (rng) => rng.dataLoader({ length: 5 }).epoch(3 as never)],
    ["an epoch, break_after", (rng) => rng.dataLoader({ length: 5 }).epoch({ break: 1 } as never)],
    ["a skip of null", (rng) => rng.dataLoader({ length: 5 }).skip(null as never)],
    ["fractions above 1 by a bit", (rng) => rng.randomSplit(10, [0.2, 0.4, 0.3, 0.1])],
    ["a shuffle of 2^32", (rng) => rng.shuffle({ length: 2 ** 32 })],
    ["batchSize: null", (rng) => rng.dataLoader({ length: 5, batchSize: null } as never)],
    ["lengths that do not add up", (rng) => rng.randomSplit(10, [3, 4])],
    ["fractions that do not add up", (rng) => rng.randomSplit(10, [0.5, 0.4])],
    ["fractions above 1 by a hair", (rng) => rng.randomSplit(10_000_000_000, [0.5, 0.5 + 1e-10])],
    ["negative lengths", (rng) => rng.randomSplit(10, [11, -1])],
    ["no parts", (rng) => rng.randomSplit(0, [])],
    ["half lengths", (rng) => rng.randomSplit(10, [9.5, 0.5])],
    ["a loader of -1", (rng) => rng.dataLoader({ length: -1 })],
    ["a loader that shuffles nothing", (rng) => rng.dataLoader({ length: 0, shuffle: true })],
    ["batches of 0", (rng) => rng.dataLoader({ length: 5, batchSize: 0 })],
    ["shuffle: 1", (rng) => rng.dataLoader({ length: 5, shuffle: 1 as unknown as boolean })],
    [
      "persistent workers, but no workers",
      (rng) => rng.dataLoader({ length: 5, persistentWorkers: true }),
    ],
    ["prefetching without workers", (rng) => rng.dataLoader({ length: 5, prefetchFactor: 2 })],
    ["another generator", (rng) => rng.dataLoader({ length: 5, generator: {} as TorchGenerator })],
    ["another version", (rng) => rng.dataLoader({ length: 5, version: "0.4" })],
    ["a break after all", (rng) => rng.dataLoader({ length: 5 }).epoch({ breakAfter: 6 })],
    ["a break before all", (rng) => rng.dataLoader({ length: 5 }).skip({ breakAfter: -1 })],
  ];
  test.each(calls)("%s draws nothing", (_, call) => {
    const rng = torch(2);
    expectRefusal(() => call(rng), "INVALID_ARGUMENT");
    expect(stateOf(rng)).toBe(stateOf(torch(2)));
  });

  test.each([null, 5, { verson: "1.13" }, { version: null }])("torch(1, %j)", (options) => {
    expectRefusal(() => torch(1, options as never), "INVALID_ARGUMENT");
  });

  test.each(["1", "1.5", "0.4.1", "v1.13", "", "1.13 ", 1.13, "1.14", "2.14", "3.0"])(
    "the version %j",
    (version) => {
      expectRefusal(() => torch(1, { version: version as string }), "INVALID_ARGUMENT");
    },
  );
});

function drawAll(rng: TorchGenerator): unknown[] {
  const values = [rng.randn(), rng.random(), rng.random_(), rng.randint(0, 2 ** 40)];
  return [...values, [...rng.rand(700)], [...rng.randperm(30)], rng.randn()];
}

function expectRefusal(call: () => unknown, code: "INVALID_SEED" | "INVALID_ARGUMENT"): void {
  expect(call).toThrow(expect.toSatisfy((error: unknown) => isRewindError(error, code), code));
}
