import { describe, expect, test } from "vitest";
import { isRewindError } from "../../../src/base/errors.ts";
import type { RandomGenerator } from "../../../src/random/generator.ts";
import { xoshiro, xoshiroAlgorithm } from "../../../src/random/xoshiro/index.ts";
import { readVectors } from "../../support/vectors.ts";
import { testGenerator } from "../laws.ts";

type Words = readonly [number, number, number, number];

interface Vectors {
  readonly reference: readonly {
    readonly state: Words;
    readonly outputs: readonly number[];
    readonly stateAfter1000: Words;
  }[];
  readonly draws: Readonly<Record<string, unknown>>;
}

const vectors = readVectors<Vectors>("xoshiro128++");

testGenerator(xoshiroAlgorithm);

describe("xoshiro128++", () => {
  test.each(vectors.reference)("gives the reference's outputs from state $state", (vector) => {
    const rng = xoshiroAlgorithm.fromState(bytesOf(vector.state));
    expect(vector.outputs.map(() => rng.uint32())).toEqual(vector.outputs);
    for (let i = vector.outputs.length; i < 1_000; i++) rng.uint32();
    expect(rng.state()).toEqual(bytesOf(vector.stateAfter1000));
  });

  test("agrees with the C code in exact integers, draw by draw", () => {
    const rng = xoshiroAlgorithm.fromSeed(Uint8Array.from({ length: 32 }, (_, i) => 255 - 7 * i));
    const next = reference(wordsOf(rng.state()));
    for (let i = 0; i < 10_000; i++) expect(rng.uint32()).toBe(Number(next()));
  });

  test("random is 27 bits of one draw above 26 bits of the next", () => {
    const rng = xoshiroAlgorithm.fromState(bytesOf([1, 2, 3, 4]));
    const next = reference([1, 2, 3, 4]);
    for (let i = 0; i < 10_000; i++) {
      const high = next() >> 5n;
      const low = next() >> 6n;
      expect(rng.random()).toBe(Number((high << 26n) | low) / 2 ** 53);
    }
  });

  test.each([0, 1, 2, 127, 128, 1_000, 12_345])("advance(%i) skips as many words", (n) => {
    const [plain, jumping] = [xoshiro(7), xoshiro(7)];
    for (let i = 0; i < n; i++) plain.uint32();
    expect(jumping.advance(n).state()).toEqual(plain.state());
    expect(jumping.advance(-n).state()).toEqual(xoshiro(7).state());
    expect(
      jumping
        .advance(-n)
        .advance(2n * BigInt(n))
        .state(),
    ).toEqual(plain.state());
  });

  test.each([
    ["jump", 64n, [0x8764000b, 0xf542d2d3, 0x6fa035c3, 0x77f2db5b]],
    ["long_jump", 96n, [0xb523952e, 0x0b6f099f, 0xccf5a0ef, 0x1c580662]],
  ] as const)("advance goes as far as the reference's %s", (_, power, polynomial) => {
    const rng = xoshiro(11);
    const sum = [0, 0, 0, 0];
    for (const word of polynomial) {
      for (let bit = 0; bit < 32; bit++) {
        if ((word >>> bit) & 1)
          for (const [i, each] of wordsOf(rng.state()).entries())
            sum[i] = (sum[i] as number) ^ each;
        rng.uint32();
      }
    }
    const jumped = bytesOf(sum.map((each) => each >>> 0) as unknown as Words);
    expect(
      xoshiro(11)
        .advance(2n ** power)
        .state(),
    ).toEqual(jumped);
  });

  test("after 2^128 - 1 words it begins again", () => {
    expect(
      xoshiro(3)
        .advance(2n ** 128n - 1n)
        .state(),
    ).toEqual(xoshiro(3).state());
    expect(
      xoshiro(3)
        .advance(2n ** 128n)
        .state(),
    ).toEqual(xoshiro(3).advance(1).state());
  });

  test.each([0.5, Number.NaN, "1", undefined])("advance(%s) is refused", (words) => {
    const rng = xoshiro(1);
    const before = rng.state();
    expect(() => rng.advance(words as number)).toThrow("expected a whole number of words, got");
    expect(rng.state()).toEqual(before);
  });

  test("the state is the seed's first 16 bytes, and words are little-endian", () => {
    const seed = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    expect(xoshiroAlgorithm.fromSeed(seed).state()).toEqual(seed.subarray(0, 16));
    const first = xoshiroAlgorithm.fromState(bytesOf([1, 0, 0, 0])).uint32();
    expect(first).toBe((1 << 7) + 1);
  });

  test("a seed that begins with 16 zeros takes the documented state", () => {
    const fixed = bytesOf([0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667]);
    const seed = new Uint8Array(32).fill(1, 16);
    expect(xoshiroAlgorithm.fromSeed(seed).state()).toEqual(fixed);
  });

  test("the state of zeros, which draws only zeros, is refused", () => {
    expect(() => xoshiroAlgorithm.fromState(new Uint8Array(16))).toThrow(
      "expected a xoshiro128++ state with a bit set, got 16 zero bytes",
    );
    expect(() => xoshiroAlgorithm.fromState(new Uint8Array(15))).toThrow(
      "expected a xoshiro128++ state of 16 bytes, got 15 bytes",
    );
  });

  test("every method draws what version 1 has always drawn: else raise the version", () => {
    expect(xoshiroAlgorithm.version).toBe(1);
    expect(drawAll()).toEqual(vectors.draws);
  });
});

describe("xoshiro(seed)", () => {
  test("one seed gives one stream; a bigint is the same seed as its number", () => {
    expect(xoshiro(42).state()).toEqual(xoshiro(42n).state());
    expect(xoshiro(42).random()).toBe(xoshiro(42).random());
  });

  test("neighbouring seeds give other streams", () => {
    const firsts = Array.from({ length: 1_000 }, (_, seed) => xoshiro(seed).random());
    expect(new Set(firsts).size).toBe(1_000);
  });

  test("refuses invalid seeds", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53, "42"]) {
      expect(() => xoshiro(seed as number)).toThrow(
        expect.toSatisfy((error: unknown) => isRewindError(error, "INVALID_SEED"), "INVALID_SEED"),
      );
    }
  });
});

/** What the vector file freezes: ten draws of every kind from a fresh `xoshiro(42)` each. */
function drawAll(): Record<string, unknown> {
  const ten = (draw: (rng: RandomGenerator) => unknown): unknown[] => {
    const rng = xoshiro(42);
    return Array.from({ length: 10 }, () => draw(rng));
  };
  return {
    random: ten((rng) => rng.random()),
    uint32: ten((rng) => rng.uint32()),
    "integer(-10, 10)": ten((rng) => rng.integer(-10, 10)),
    "integer(0, 3 * 2^30)": ten((rng) => rng.integer(0, 3 * 2 ** 30)),
    "integer(0, 3 * 2^51)": ten((rng) => rng.integer(0, 3 * 2 ** 51)),
    "normal()": ten((rng) => rng.normal()),
    "normal(100, 15)": ten((rng) => rng.normal(100, 15)),
    "exponential()": ten((rng) => rng.exponential()),
    "exponential(2.5)": ten((rng) => rng.exponential(2.5)),
    "shuffle of 0..9": xoshiro(42).shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    "choice of abcdefghij": ten((rng) => rng.choice("abcdefghij")).join(""),
    "state after shuffle of 0..9": [...afterShuffle().state()],
  };
}

function afterShuffle(): RandomGenerator {
  const rng = xoshiro(42);
  rng.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  return rng;
}

/** Vigna's xoshiro128plusplus.c, line by line, in exact integers cut to 32 bits. */
function reference(state: Words): () => bigint {
  const u32 = (value: bigint): bigint => BigInt.asUintN(32, value);
  const rotl = (x: bigint, k: bigint): bigint => u32(x << k) | (x >> (32n - k));
  let [s0, s1, s2, s3] = state.map(BigInt) as [bigint, bigint, bigint, bigint];
  return () => {
    const result = u32(rotl(u32(s0 + s3), 7n) + s0);
    const t = u32(s1 << 9n);
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotl(s3, 11n);
    return result;
  };
}

function bytesOf(words: Words): Uint8Array {
  const bytes = new Uint8Array(16);
  words.forEach((word, i) => {
    new DataView(bytes.buffer).setUint32(4 * i, word, true);
  });
  return bytes;
}

function wordsOf(bytes: Uint8Array): Words {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as unknown as Words;
}
