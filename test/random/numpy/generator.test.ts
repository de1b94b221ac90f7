import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRewindError } from "../../../src/base/errors.ts";
import type { RandomGenerator } from "../../../src/random/generator.ts";
import { numpyAlgorithm } from "../../../src/random/numpy/algorithm.ts";
import { NumpyGenerator } from "../../../src/random/numpy/generator.ts";
import { numpy } from "../../../src/random/numpy/index.ts";
import { Pcg64 } from "../../../src/random/numpy/pcg64.ts";
import { fillPortably } from "../../../src/random/numpy/pcg64-step.ts";
import { pcgFill, wasmFill } from "../../../src/random/numpy/pcg64-wasm.ts";
import { numpyRelative } from "../../../src/random/numpy/relative.ts";
import { SeedSequence } from "../../../src/random/numpy/seed-sequence.ts";
import { countBins, expectUniform } from "../chi-square.ts";
import { testGenerator } from "../laws.ts";

testGenerator(numpyAlgorithm);

describe("the step in WebAssembly and the portable one", () => {
  const states = Array.from({ length: 40 }, (_, i) => SeedSequence.of(i).generateState(8));
  const extremes = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff].map((word) =>
    new Uint32Array(8).fill(word),
  );

  test("is the fast one here", () => {
    expect(wasmFill()).toBeDefined();
    expect(pcgFill()).not.toBe(fillPortably);
  });

  test.each([1, 3, 8, 9, 64, 1024, 1025, 2500])("give the same %i outputs", (length) => {
    const fast = wasmFill();
    for (const state of [...states, ...extremes]) {
      const [a, b] = [state.slice(), state.slice()];
      const [outA, outB] = [new Uint32Array(2 * length), new Uint32Array(2 * length)];
      const [doublesA, doublesB] = [new Float64Array(length), new Float64Array(length)];
      fast?.(a, outA, doublesA);
      fillPortably(b, outB, doublesB);
      expect(outB).toEqual(outA);
      expect(doublesB).toEqual(doublesA);
      expect(b).toEqual(a);
    }
  });

  test("agree with the recurrence in exact integers", () => {
    const modulus = 1n << 128n;
    for (const words of [...states, ...extremes]) {
      const [out, copy] = [new Uint32Array(20), words.slice()];
      const doubles = new Float64Array(10);
      fillPortably(copy, out, doubles);
      const wide = (at: number): bigint =>
        [3, 2, 1, 0].reduce((sum, i) => (sum << 32n) | BigInt(words[at + i] as number), 0n);
      let state = wide(0);
      for (let i = 0; i < out.length; i += 2) {
        state = (state * 0x2360ed051fc65da44385df649fccf645n + wide(4)) % modulus;
        const folded = (state >> 64n) ^ (state & 0xffffffffffffffffn);
        const by = state >> 122n;
        const rotated = ((folded >> by) | (folded << (64n - by))) & 0xffffffffffffffffn;
        expect(BigInt(out[i] as number) | (BigInt(out[i + 1] as number) << 32n)).toBe(rotated);
        expect(doubles[i / 2]).toBe(Number(rotated >> 11n) / 2 ** 53);
      }
    }
  });

  test("a generator over either draws the same, and has the same states", () => {
    const [fast, slow] = [undefined, fillPortably].map(
      (fill) => new NumpyGenerator(Pcg64.seeded(SeedSequence.of(3), fill), undefined),
    ) as [NumpyGenerator, NumpyGenerator];
    for (let i = 0; i < 300; i++) {
      expect(slow.random()).toBe(fast.random());
      expect(slow.uint32()).toBe(fast.uint32());
      expect(slow.state()).toEqual(fast.state());
    }
  });
});

describe("generators that draw in turn", () => {
  const draws: readonly ((rng: NumpyGenerator) => unknown)[] = [
    (rng) => rng.random(),
    (rng) => rng.uint32(),
    (rng) => rng.randomRaw(),
    (rng) => rng.standardNormal(),
    (rng) => rng.random(40).at(-1),
    (rng) => rng.state(),
    (rng) => rng.position,
    (rng) => rng.advance(3).random(),
    (rng) => rng.advance(-500).state(),
    (rng) => numpyAlgorithm.fromState(rng.state()).random(),
  ];

  test("draw the same as each alone, and have the same states", () => {
    const turn = fc.tuple(
      fc.nat({ max: 3 }),
      fc.nat({ max: draws.length - 1 }),
      fc.nat({ max: 30 }),
    );
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 60 }), (turns) => {
        const generators = Array.from({ length: 4 }, (_, i) => numpy(i));
        const drawn: unknown[][] = generators.map(() => []);
        for (const [who, what, times] of turns) {
          for (let i = 0; i < times; i++) drawn[who]?.push(draws[what]?.(generators[who] as never));
        }
        for (const [who] of generators.entries()) {
          const alone = numpy(who);
          const expected = turns
            .filter(([other]) => other === who)
            .flatMap(([, what, times]) =>
              Array.from({ length: times }, () => draws[what]?.(alone)),
            );
          expect(drawn[who]).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("the block seed of a simulation", () => {
  test("is the number that Python reads from its bytes, little-endian", () => {
    const seed = Uint8Array.from({ length: 32 }, (_, i) => (i < 20 ? 7 * i + 1 : 0));
    const number = seed.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    expect(numpyAlgorithm.fromSeed(seed).random()).toBe(numpy(number).random());
    expect(numpyAlgorithm.fromSeed(new Uint8Array(32)).random()).toBe(numpy(0).random());
  });
});

describe("arrays", () => {
  test("hold the numbers of as many single draws", () => {
    const draws: readonly ((rng: NumpyGenerator, size?: number) => unknown)[] = [
      (rng, size) => rng.random(size as number),
      (rng, size) => rng.standardNormal(size as number),
      (rng, size) => rng.exponential(2, size as number),
      (rng, size) => rng.gamma(0.5, 2, size as number),
      (rng, size) => rng.beta(0.5, 0.5, size as number),
      (rng, size) => rng.poisson(12, size as number),
      (rng, size) => rng.binomial(100, 0.7, size as number),
      (rng, size) => rng.randomRaw(size as number),
    ];
    for (const draw of draws) {
      const [one, many] = [numpy(1), numpy(1)];
      const singles = Array.from({ length: 50 }, () => draw(one));
      expect([...(draw(many, 50) as Float64Array)]).toEqual(singles);
      expect(many.state()).toEqual(one.state());
      expect(draw(many, 0)).toHaveLength(0);
    }
  });

  test("integers are numbers if they are exact, else bigints", () => {
    const rng = numpy(1);
    expect(typeof rng.integers(10)).toBe("number");
    expect(typeof rng.integers(-(2 ** 52), 2 ** 52)).toBe("number");
    expect(typeof rng.integers(0n, 10n)).toBe("bigint");
    expect(typeof rng.integers(0, 2 ** 53)).toBe("number");
    expect(typeof rng.integers(0, 2n ** 60n)).toBe("bigint");
    expect(rng.integers(0, 5, { size: 2 })).toBeInstanceOf(Float64Array);
    expect(rng.integers(0n, 5n, { size: 2 })).toBeInstanceOf(BigInt64Array);
    expect(rng.integers(0n, 5n, { size: 2, dtype: "uint64" })).toBeInstanceOf(BigUint64Array);
    expect(rng.integers(5, { size: 2, dtype: "int16" })).toBeInstanceOf(Int16Array);
    expect(rng.integers(0n, 5n, { size: 2, dtype: "uint8" })).toBeInstanceOf(Uint8Array);
  });

  test("permutation and choice do not change their arguments", () => {
    const items = ["a", "b", "c", "d"];
    expect(numpy(1).permutation(items).toSorted()).toEqual(items);
    expect(numpy(1).choice(items, { size: 4, replace: false }).toSorted()).toEqual(items);
    expect(items).toEqual(["a", "b", "c", "d"]);
    expect(items).toContain(numpy(1).choice(items));
  });
});

describe("our own algorithms are fair", () => {
  test.each([3, 7, 200, 40_000, 60_050])("16-bit and 8-bit integers below %i", (count) => {
    const dtype = count <= 256 ? "uint8" : "uint16";
    const drawn = numpy(5).integers(0, count, { size: 200_000, dtype });
    const bins = Math.min(count, 50);
    // Each bin has equally many numbers.
    expect(count % bins).toBe(0);
    let i = 0;
    const next = (): number => Math.floor((Number(drawn[i++]) * bins) / count);
    expectUniform(countBins(bins, drawn.length, next));
  });

  test.each([3n, 2n ** 62n + 1n, 3n * 2n ** 62n])("64-bit integers below %i", (count) => {
    const drawn = numpy(6).integers(0n, count, { size: 50_000, dtype: "uint64" });
    let i = 0;
    const third = (): number => Number(((drawn[i++] as bigint) * 3n) / count);
    expectUniform(countBins(3, drawn.length, third));
  });

  test("every order of four is equally likely, with every shuffle", () => {
    const rng = numpy(8);
    const orders = new Map<string, number>();
    for (let i = 0; i < 48_000; i++) {
      const order = i % 2 ? rng.permutation(4) : rng.choice(4, { size: 4, replace: false });
      orders.set(order.join(), (orders.get(order.join()) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    expectUniform([...orders.values()]);
  });
});

describe("a long seed", () => {
  test("of 3,000,000 bits", () => {
    numpy(1n << 3_000_000n);
    expect(numpy((1n << 3000n) + 12_345n).random()).toBe(0.523331614526812);
  });

  test("may be nested lists", () => {
    expect(numpy([1, [2, [3, 2n ** 40n]]] as never).random()).toBe(
      numpy([1, 2, 3, 2 ** 40]).random(),
    );
  });
});

describe("bad input is refused, and the generator does not change", () => {
  const any = (value: unknown): never => value as never;
  const cases: Readonly<Record<string, (rng: NumpyGenerator) => unknown>> = {
    "low to be less than high, which is excluded, got 5 and 5": (rng) => rng.integers(5, 5),
    "low to be at most high, got 5 and 4": (rng) => rng.integers(5, 4, { endpoint: true }),
    "low to be less than high, which is excluded, got 0 and -1": (rng) => rng.integers(-1),
    "high to be a whole number, beyond 2^53 a bigint, got 2.5": (rng) => rng.integers(0, 2.5),
    "integers in 0..255, which uint8 holds, got 0..256": (rng) =>
      rng.integers(0, 257, { dtype: "uint8" }),
    "integers in -9223372036854775808..9223372036854775807, which int64 holds, got 0..9223372036854775808":
      (rng) => rng.integers(0n, 2n ** 63n + 1n),
    "size to be a whole number from 0 to 2^32 - 1, got -1": (rng) => rng.random(-1),
    "size to be a whole number from 0 to 2^32 - 1, got 1.5": (rng) => rng.standardNormal(1.5),
    "the standard deviation to be a finite number, at least 0, got -1": (rng) => rng.normal(0, -1),
    "the mean to be a finite number, got NaN": (rng) => rng.normal(Number.NaN),
    "the mean to be a finite number, at least 0, got -2": (rng) => rng.exponential(-2),
    "high to be a finite number, got Infinity": (rng) => rng.uniform(0, Number.POSITIVE_INFINITY),
    "the shape to be a finite number, at least 0, got -1": (rng) => rng.standardGamma(-1),
    "a to be a finite number above 0, got 0": (rng) => rng.beta(0, 1),
    "the mean to be at most 9e15, got 10000000000000000": (rng) => rng.poisson(1e16),
    "p to be in 0..1, got 1.5": (rng) => rng.binomial(10, 1.5),
    "n to be a whole number, at least 0, got -1": (rng) => rng.binomial(-1, 0.5),
    "at least one item to choose from, got none": (rng) => rng.choice([]),
    "size to be at most 3 without replacement, got 4": (rng) =>
      rng.choice(3, { size: 4, replace: false }),
    "3 probabilities, got 2": (rng) => rng.choice(3, { p: [0.5, 0.5] }),
    "p[1] to be a probability, got -0.5": (rng) => rng.choice(2, { p: [1.5, -0.5] }),
    "the probabilities to sum to 1, got 0.9": (rng) => rng.choice(2, { p: [0.4, 0.5] }),
    "size to be at most 1, the number of items with a chance, got 2": (rng) =>
      rng.choice(2, { size: 2, replace: false, p: [1, 0] }),
    "items to be an array or a typed array, got an instance of Set": (rng) =>
      rng.shuffle(new Set([1]) as unknown as number[]),
    "a whole number of outputs, got 0.5": (rng) => rng.advance(0.5),
    "jumps to be a whole number, at least 0, got -1": (rng) => rng.jumped(-1),
    "count to be a whole number from 0 to 2^32 - 1, got 0.5": (rng) => rng.spawn(0.5),
    "low to be at most high, got 5 and 2": (rng) => rng.uniform(5, 2),
    "high - low to be a finite number, got Infinity": (rng) => rng.uniform(-1.7e308, 1.7e308),
    "the options to be { size, replace, p, shuffle }, got 2": (rng) => rng.choice([1, 2], any(2)),
    "the options to be { size, replace, p, shuffle }, got null": (rng) => rng.choice(2, any(null)),
    'an option among size, replace, p, shuffle, got "replacement"; did you mean replace?': (rng) =>
      rng.choice(2, any({ replacement: false })),
    'replace to be true or false, got "no"': (rng) => rng.choice(2, { replace: any("no") }),
    "shuffle to be true or false, got 0": (rng) => rng.choice(2, { shuffle: any(0) }),
    "p to be an array of probabilities, got 0": (rng) => rng.choice(2, { p: any(0) }),
    'p to be an array of probabilities, got "1"': (rng) => rng.choice(1, { p: any("1") }),
    "p to be an array of probabilities, got null": (rng) => rng.choice(1, { p: any(null) }),
    'p[0] to be a probability, got "1"': (rng) => rng.choice(1, { p: any(["1"]) }),
    "size to be a whole number from 0 to 2^32 - 1, got null": (rng) =>
      rng.choice(2, { size: any(null) }),
    "the options to be { size, dtype, endpoint }, got 5": (rng) => rng.integers(0, 10, any(5)),
    "the options to be { size, dtype, endpoint }, got null": (rng) => rng.integers(10, any(null)),
    "the options to be { size, dtype, endpoint }, got an array of 2": (rng) =>
      rng.integers(0, any([3, 4])),
    'an option among size, dtype, endpoint, got "dtyp"; did you mean dtype?': (rng) =>
      rng.integers(0, 10, any({ dtyp: "int8" })),
    'endpoint to be true or false, got "no"': (rng) => rng.integers(0, 1, { endpoint: any("no") }),
    'dtype to be one of int64, int32, int16, int8, uint64, uint32, uint16, uint8, got "toString"': (
      rng,
    ) => rng.integers(0, 1, { dtype: any("toString") }),
    "a whole number n or an array, got undefined": (rng) => rng.permutation(any(undefined)),
    "a whole number n or an array, got 5n": (rng) => rng.permutation(any(5n)),
    "a whole number n or an array, got an object": (rng) => rng.permutation({ length: 3 }),
    'a whole number n or an array, got "abcd"': (rng) => rng.permutation("abcd"),
    "n to be a whole number from 0 to 2^32 - 1, got 1000000000000": (rng) => rng.permutation(1e12),
    "size to be a whole number from 0 to 2^32 - 1, got 1000000000000": (rng) => rng.random(1e12),
    "size to be a whole number from 0 to 2^32 - 1, got 100000000000": (rng) =>
      rng.choice(1e12, { size: 1e11, replace: false }),
    "count to be a whole number from 0 to 2^32 - 1, got 1000000000000": (rng) => rng.spawn(1e12),
  };
  test.each(Object.entries(cases))("expected %s", (message, act) => {
    const rng = numpy(1);
    rng.uint32();
    const before = rng.state();
    expect(() => act(rng)).toThrow(`expected ${message}`);
    expect(rng.state()).toEqual(before);
  });

  const cycle: unknown[] = [1];
  cycle.push(cycle);
  const seeds = [
    -1,
    0.5,
    Number.NaN,
    2 ** 53,
    -1n,
    "42",
    [1, -1],
    new Array(2),
    undefined,
    null,
    {},
    true,
  ];
  test.each([...seeds, cycle, new Date(0), new Uint32Array(2)])("seed %s", (seed) => {
    let error: unknown;
    try {
      numpy(seed as number);
    } catch (caught) {
      error = caught;
    }
    expect(isRewindError(error, "INVALID_SEED")).toBe(true);
  });

  // A checkpoint does not hold the number of children: a replay would spawn the first ones again.
  test.each<readonly [string, () => RandomGenerator]>([
    ["that a run began with", () => numpyAlgorithm.seeded(1n)],
    ["of a block or a step", () => numpyAlgorithm.fromSeed(new Uint8Array(32))],
    ["of a state", () => numpyAlgorithm.fromState(numpy(1).state())],
    ["of a position", () => numpyRelative.read(1n, numpyRelative.write(numpy(1)))],
    ["of numpy's own state", () => numpy(numpy(1).bitGenerator)],
    ["that jumped", () => numpy(1).jumped()],
  ])("a generator %s spawns nothing", (_, make) => {
    expect(() => (make() as NumpyGenerator).spawn(1)).toThrow(
      "use ctx.stream(name) in a step, numpy(seed).spawn(count) elsewhere",
    );
  });

  test("a generator made by numpy(seed) spawns, and so do its children", () => {
    const rng = numpy(1);
    const children = [
      ...rng.spawn(2),
      ...rng.spawn(1),
      ...(rng.spawn(1)[0] as NumpyGenerator).spawn(1),
    ];
    expect(new Set(children.map((child) => child.random())).size).toBe(4);
  });

  test.each([
    ["with an even increment", 16],
    ["with a spare count of 2", 32],
  ])("a state %s", (_name, at) => {
    const state = numpy(1).state();
    state[at] = 2;
    expect(() => numpyAlgorithm.fromState(state)).toThrow("got other bytes");
  });
});
