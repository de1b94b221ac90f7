import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/base/bytes.ts";
import { sha256 } from "../../../src/codec/hash.ts";
import { jump } from "../../../src/random/mersenne/jump.ts";
import { MT_WORDS, Mt19937 } from "../../../src/random/mersenne/mt19937.ts";
import { readVectors } from "../../support/vectors.ts";

interface Outputs {
  readonly first: readonly number[];
  readonly "number 10000": number;
  readonly "sha256 of 10000": string;
}

interface Vectors {
  readonly "by words": readonly (Outputs & { readonly seed: number })[];
  readonly "by arrays": readonly (Outputs & { readonly key: readonly number[] })[];
  readonly jumped: readonly {
    readonly seed: number;
    readonly drawn: number;
    readonly next: readonly number[];
  }[];
}

const vectors = readVectors<Vectors>("mt19937");

describe("the outputs of mt19937ar.c", () => {
  test.each(vectors["by words"])("seeded by the word $seed", (vector) => {
    expectOutputs(Mt19937.seeded(vector.seed), vector);
  });

  test.each(vectors["by arrays"])("seeded by the words $key", (vector) => {
    expectOutputs(Mt19937.seededBy(Uint32Array.from(vector.key)), vector);
  });

  test("as published by its authors, and as required by the C++ standard", () => {
    const published = [1067595299, 955945823, 477289528, 4107218783, 4228976476];
    expect(vectors["by arrays"][0]?.first).toEqual(published);
    expect(vectors["by words"][0]?.["number 10000"]).toBe(4123659995);
  });
});

describe("the state", () => {
  test("a restored twister continues, and shares no memory", () => {
    const twister = Mt19937.seeded(1);
    for (let draws = 0; draws < 1300; draws++) {
      const { words, drawn } = twister;
      const twin = Mt19937.restored(words, drawn);
      expect(twin.uint32()).toBe(twister.uint32());
      twin.words.fill(0);
    }
  });

  test("two twisters of one seed share no memory", () => {
    Mt19937.seededBy(Uint32Array.of(1)).skip(10_000);
    const first = Mt19937.seededBy(Uint32Array.of(1)).uint32();
    expect(Mt19937.seededBy(Uint32Array.of(1)).uint32()).toBe(first);
  });
});

describe("skip and jump pass over draws", () => {
  const near = [0, 1, 2, 622, 623, 624, 625, 1247, 1248, 1249, 10_000];

  test.each(near)("after %i draws", (drawn) => {
    for (const draws of near) {
      const one = seededAndDrawn(drawn);
      const twin = seededAndDrawn(drawn);
      const jumping = seededAndDrawn(drawn);
      for (let i = 0; i < draws; i++) one.uint32();
      twin.skip(draws);
      jump(jumping, draws);
      expectSame(twin, one);
      expectSame(jumping, one);
    }
  });

  test.each([5e6, 5e6 + 1, 624 * 9000 - 1, 624 * 9000, 624 * 9000 + 1, 12_345_678])(
    "a jump of %i is the same state as a skip",
    (draws) => {
      for (const drawn of [0, 1, 624, 1000]) {
        const twister = seededAndDrawn(drawn);
        const twin = seededAndDrawn(drawn);
        twister.skip(draws);
        jump(twin, draws);
        expectSame(twin, twister);
      }
    },
  );

  test("also from a state from which nothing was drawn", () => {
    const words = Mt19937.seeded(3).words.slice();
    words[0] = 0x7fffffff;
    const twister = Mt19937.restored(words, 0);
    const twin = Mt19937.restored(words, 0);
    twister.skip(6e6);
    jump(twin, 6e6);
    expectSame(twin, twister);
  });

  test.each(vectors.jumped)("2^128 draws on from $drawn of $seed, as numpy", (vector) => {
    const before = Mt19937.seeded(vector.seed);
    before.skip(vector.drawn);
    const twister = Mt19937.restored(before.words, 0);
    jump(twister, 2n ** 128n);
    expect(vector.next.map(() => twister.uint32())).toEqual(vector.next);
  });

  test("two jumps are one", () => {
    const once = Mt19937.seeded(9);
    const twice = Mt19937.seeded(9);
    jump(once, 10n ** 30n + 10n ** 9n + 7n);
    jump(twice, 10n ** 30n);
    jump(twice, 10n ** 9n);
    jump(twice, 7);
    expectSame(twice, once);
  });
});

function seededAndDrawn(draws: number): Mt19937 {
  const twister = Mt19937.seeded(5489);
  for (let i = 0; i < draws; i++) twister.uint32();
  return twister;
}

function expectSame(a: Mt19937, b: Mt19937): void {
  expect(a.drawn).toBe(b.drawn);
  expect(a.words.join()).toBe(b.words.join());
}

function expectOutputs(twister: Mt19937, vector: Outputs): void {
  const outputs = new Uint32Array(10_000).map(() => twister.uint32());
  expect([...outputs.subarray(0, 5)]).toEqual(vector.first);
  expect(outputs[9_999]).toBe(vector["number 10000"]);
  const bytes = new Uint8Array(40_000);
  const view = new DataView(bytes.buffer);
  for (const [i, output] of outputs.entries()) view.setUint32(4 * i, output, true);
  expect(toHex(sha256(bytes))).toBe(vector["sha256 of 10000"]);
  expect(twister.drawn).toBe(10_000 % MT_WORDS);
}
