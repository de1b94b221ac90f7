import { describe, expect, test } from "vitest";
import { python, pythonAlgorithm } from "../../../src/random/python/index.ts";
import { testGenerator } from "../laws.ts";

testGenerator(pythonAlgorithm);

describe("what is not Python's own", () => {
  test("normal is normalvariate, exponential expovariate, integer randrange, uint32 getrandbits", () => {
    const rng = python(1);
    const twin = python(1);
    for (let i = 0; i < 1_000; i++) {
      expect(rng.normal(3, 2)).toBe(twin.normalvariate(3, 2));
      expect(rng.exponential(0.3)).toBe(twin.expovariate(1 / 0.3));
      expect(rng.integer(-7, 1e10)).toBe(twin.randrange(-7, 1e10));
      expect(rng.uint32()).toBe(twin.getrandbits(32));
    }
    expect(rng.state()).toEqual(twin.state());
  });

  test("a bigint range has the draws of the same range of numbers", () => {
    const rng = python(2);
    const twin = python(2);
    for (const stop of [1, 6, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, 2 ** 53]) {
      for (let i = 0; i < 50; i++) {
        expect(rng.randrange(BigInt(stop))).toBe(BigInt(twin.randrange(stop)));
      }
    }
    expect(rng.state()).toEqual(twin.state());
  });

  test("many random bits are the words, the lowest first", () => {
    for (const k of [54, 1024, 1025, 5000, 2 ** 20]) {
      const rng = python(3);
      let bits = rng.getrandbits(k) as bigint;
      expect(bits >> BigInt(k)).toBe(0n);
      const twin = python(3);
      for (let left = k; left > 0; left -= 32) {
        const word = BigInt(twin.getrandbits(Math.min(32, left)));
        if (BigInt.asUintN(32, bits) !== word) expect.fail(`${k} bits, ${left} left`);
        bits >>= 32n;
      }
      expect(rng.state()).toEqual(twin.state());
    }
  });

  test("a population that is a number, an array, a typed array or a text", () => {
    const take = (population: number): number[] => python(4).sample(population, 3);
    const items = Array.from({ length: 30 }, (_, i) => i);
    const text = "abcdefghijklmnopqrstuvwxyzABCD";
    expect(python(4).sample(items, 3)).toEqual(take(30));
    expect(python(4).sample(new Float64Array(items), 3)).toEqual(take(30));
    expect(python(4).sample(text, 3)).toEqual(take(30).map((i) => text[i]));
    expect(items).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(python(4).choices(items, { k: 9 })).toEqual(python(4).choices(30, { k: 9 }));
  });

  test("zero items can be sampled or chosen from an empty list", () => {
    const rng = python(5);
    const before = rng.state();
    expect(rng.sample([], 0)).toEqual([]);
    expect(rng.sample(0, 0)).toEqual([]);
    expect(rng.choices([], { k: 0 })).toEqual([]);
    expect(rng.state()).toEqual(before);
  });
});

describe("the state", () => {
  test("is 2,512 bytes: magic, position, the spare deviate, the words", () => {
    const rng = python(42);
    expect(fieldsOf(rng.state())).toEqual({ magic: "PyMT", drawn: 624, kept: 0, deviate: 0 });
    rng.gauss();
    const [, words, gaussNext] = rng.getstate();
    const state = rng.state();
    expect(state.length).toBe(2512);
    expect(fieldsOf(state)).toEqual({ magic: "PyMT", drawn: 4, kept: 1, deviate: gaussNext });
    const view = new DataView(state.buffer, 16);
    expect(words.slice(0, 624).map((_, i) => view.getUint32(4 * i, true))).toEqual(
      words.slice(0, 624),
    );
  });

  test("holds the spare deviate of gauss", () => {
    const rng = python(6);
    rng.gauss();
    const twin = pythonAlgorithm.fromState(rng.state()) as typeof rng;
    expect(twin.gauss(3, 2)).toBe(rng.gauss(3, 2));
    expect(twin.getstate()).toEqual(rng.getstate());
    expect(twin.gauss()).toBe(rng.gauss());
  });

  test("other draws between the two deviates change neither", () => {
    const rng = python(7);
    const pair = [rng.gauss(), rng.gauss()];
    const other = python(7);
    const first = other.gauss();
    other.random();
    other.normalvariate();
    expect([first, other.gauss()]).toEqual(pair);
  });

  test("round-trips at every position of the twister, 0 and 624 included", () => {
    const rng = python(8);
    const [, words] = rng.getstate();
    rng.setstate([3, words.with(624, 0), null]);
    for (let draws = 0; draws < 1300; draws++) {
      const twin = pythonAlgorithm.fromState(rng.state()) as typeof rng;
      if (twin.getstate()[1][624] !== rng.getstate()[1][624]) expect.fail(`at ${draws}`);
      const next = [twin.uint32(), twin.uint32()];
      const drawn = rng.uint32();
      expect(drawn).toBe(next[0]);
    }
  });

  test("the state of setstate is copied, and so is that of getstate", () => {
    const rng = python(9);
    const [version, words, gaussNext] = rng.getstate();
    rng.setstate([version, words, gaussNext]);
    words.fill(0);
    rng.getstate()[1].fill(0);
    expect(rng.random()).toBe(python(9).random());
  });

  test.each<readonly [what: string, message: string, change: (state: Uint8Array) => Uint8Array]>([
    ["of numpy or xoshiro, by its length", "got 16 bytes", () => new Uint8Array(16)],
    [
      "of torch",
      "expected a state of python of 2,512 bytes, got 5,056",
      () => new Uint8Array(5056),
    ],
    ["with another magic", 'which begins with "PyMT"', (state) => state.fill(0, 0, 1)],
    ["with 625 words drawn", "in 0..624, got 625", (state) => state.fill(0x71, 4, 5).fill(2, 5, 6)],
    [
      "with a spare deviate whose flag is neither 0 nor 1",
      "or without one, got another",
      (state) => state.fill(2, 6, 7),
    ],
    [
      "with a spare deviate and no flag",
      "or without one, got another",
      (state) => state.fill(0, 6, 7),
    ],
    ["with an infinite deviate", "or without one, got another", (state) => infinite(state)],
    ["of zeros", "expected a state with a bit set", (state) => state.fill(0, 16)],
  ])("%s is refused", (_, message, change) => {
    const rng = python(10);
    rng.gauss();
    const state = rng.state();
    expect(() => pythonAlgorithm.fromState(change(state))).toThrow(message);
  });
});

function fieldsOf(state: Uint8Array): Record<string, unknown> {
  const view = new DataView(state.buffer);
  return {
    magic: String.fromCharCode(...state.subarray(0, 4)),
    drawn: view.getUint16(4, true),
    kept: view.getUint16(6, true),
    deviate: view.getFloat64(8, true),
  };
}

function infinite(state: Uint8Array): Uint8Array {
  new DataView(state.buffer).setFloat64(8, Number.POSITIVE_INFINITY, true);
  return state;
}
