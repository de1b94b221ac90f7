import { describe, expect, test } from "vitest";
import { isRewindError } from "../../../src/base/errors.ts";
import type { PythonGenerator } from "../../../src/random/python/generator.ts";
import { python } from "../../../src/random/python/index.ts";
import type { PythonSeed } from "../../../src/random/python/seed.ts";

describe("invalid seeds", () => {
  test.each<readonly [unknown, string]>([
    [3.5, "got 3.5: Python seeds by a float's hash, so give what hash(3.5) % 2**64 prints there"],
    [-0.5, "hash(-0.5) % 2**64"],
    [2 ** 53, "got 9007199254740992: beyond 2^53 - 1 a number is not exact, write it as a bigint"],
    [-1e300, "write it as a bigint"],
    [Number.NaN, "got NaN"],
    [Number.POSITIVE_INFINITY, "got Infinity"],
    ["a\ud800", "half of a surrogate pair has no UTF-8"],
    ["\udc00\ud800", "half of a surrogate pair has no UTF-8"],
    [undefined, "got undefined"],
    [null, "got null"],
    [true, "got true"],
    [[1, 2], "got an array of 2"],
    [new Uint32Array(2), "got an instance of Uint32Array"],
  ])("%s", (seed, message) => {
    expectError("INVALID_SEED", () => python(seed as PythonSeed), message);
  });
});

describe("bad arguments are refused, and draw nothing", () => {
  const any = (value: unknown): never => value as never;
  const nan = Number.NaN;

  test.each<readonly [what: string, message: string, call: (rng: PythonGenerator) => unknown]>([
    [
      "getrandbits(-1)",
      "expected k to be a whole number in 0..2^20, got -1",
      (r) => r.getrandbits(-1),
    ],
    ["getrandbits(1.5)", "got 1.5", (r) => r.getrandbits(1.5)],
    ["getrandbits(2^20 + 1)", "got 1048577", (r) => r.getrandbits(2 ** 20 + 1)],
    ["getrandbits(8n)", "got 8n", (r) => r.getrandbits(any(8n))],
    [
      "randrange(0)",
      "expected a range with a number in it, got an empty one: from 0 to before 0",
      (r) => r.randrange(0),
    ],
    [
      "randrange(-5)",
      "got an empty one: from 0 to before -5 in steps of 1",
      (r) => r.randrange(-5),
    ],
    ["randrange(5, 5)", "got an empty one: from 5 to before 5", (r) => r.randrange(5, 5)],
    [
      "randrange(0, 10, -1)",
      "got an empty one: from 0 to before 10 in steps of -1",
      (r) => r.randrange(0, 10, -1),
    ],
    [
      "randrange(10, 0, 2)",
      "got an empty one: from 10 to before 0 in steps of 2",
      (r) => r.randrange(10, 0, 2),
    ],
    ["randrange(0, 10, 0)", "expected a step other than 0, got 0", (r) => r.randrange(0, 10, 0)],
    ["randrange(0, 10, 1.5)", "expected step to be a whole number", (r) => r.randrange(0, 10, 1.5)],
    [
      "randrange(2.5)",
      "expected stop to be a whole number within 2^53 of zero, got 2.5",
      (r) => r.randrange(2.5),
    ],
    ["randrange(NaN)", "got NaN", (r) => r.randrange(nan)],
    [
      "randrange(2^54)",
      "got 18014398509481984: give all of them as bigints",
      (r) => r.randrange(2 ** 54),
    ],
    [
      "randrange(-1, 2^53)",
      "expected start and stop at most 2^53 apart",
      (r) => r.randrange(-1, 2 ** 53),
    ],
    [
      "randrange with a step and no stop",
      "expected a stop when a step is given",
      (r) => r.randrange(5, any(undefined), 2),
    ],
    ["randrange(1, 5n)", "got 5n: give all of them as bigints", (r) => r.randrange(1, any(5n))],
    [
      "randrange(1n, 5)",
      "expected stop to be a bigint as start is, got 5",
      (r) => r.randrange(1n, any(5)),
    ],
    [
      "randrange(1n, 5n, 2)",
      "expected step to be a bigint as start is, got 2",
      (r) => r.randrange(1n, 5n, any(2)),
    ],
    ["randrange(0n)", "got an empty one: from 0n to before 0n", (r) => r.randrange(0n)],
    ["randrange(5n, 0n, 1n)", "got an empty one: from 5n", (r) => r.randrange(5n, 0n, 1n)],
    ["randrange(0n, 5n, 0n)", "expected a step other than 0", (r) => r.randrange(0n, 5n, 0n)],
    ["randrange of a text", 'got "5"', (r) => r.randrange(any("5"))],
    ["randint(2, 1)", "expected low to be at most high, got 2 and 1", (r) => r.randint(2, 1)],
    ["randint(1, 6.5)", "expected high to be a whole number", (r) => r.randint(1, 6.5)],
    ["randint(1, 6n)", "got 6n: give all of them as bigints", (r) => r.randint(1, any(6n))],
    ["randint(1n, 6)", "got 1n: give all of them as bigints", (r) => r.randint(any(1n), 6)],
    ["randint({}, 2)", "expected low to be a whole number", (r) => r.randint(any({}), 2)],
    ["randint of a symbol", "got Symbol(x)", (r) => r.randint(any(Symbol("x")), 2)],
    ["randint(1)", "got undefined", (r) => r.randint(1, any(undefined))],
    [
      "choices of nothing",
      "expected at least one item to choose from, got none",
      (r) => r.choices([]),
    ],
    [
      "choices, k -1",
      "expected k to be a whole number from 0 to 2^32 - 1, got -1",
      (r) => r.choices([1], { k: -1 }),
    ],
    [
      "choices, 5 as options",
      "expected the options to be { weights, cumWeights, k }, got 5",
      (r) => r.choices([1, 2], any(5)),
    ],
    ["choices, null as options", "got null", (r) => r.choices([1, 2], any(null))],
    [
      "choices, an option misspelt",
      'got "cum_weights"; did you mean cumWeights?',
      (r) => r.choices([1, 2], any({ cum_weights: [1, 2] })),
    ],
    [
      "choices, too many",
      "expected k to be a whole number from 0 to 2^32 - 1, got 1000000000000",
      (r) => r.choices(5, { k: 1e12 }),
    ],
    [
      "sample, an option misspelt",
      'got "count"; did you mean counts?',
      (r) => r.sample([1, 2], 1, any({ count: [1, 1] })),
    ],
    ["sample, too many", "got 100000000000", (r) => r.sample(1e12, 1e11)],
    [
      "sample, more than fit into memory",
      "expected no more numbers than fit into memory, got 17000000000",
      (r) => r.sample(1.7e10, 4e9),
    ],
    [
      "gammavariate(1e308, 1)",
      "expected alpha to be at most 8.9e+307, got 1e+308: Python would never return",
      (r) => r.gammavariate(1e308, 1),
    ],
    ["betavariate(1, 1e308)", "expected beta to be at most", (r) => r.betavariate(1, 1e308)],
    ["choices(2.5)", "expected population to be a whole number", (r) => r.choices(2.5)],
    ["choices of a set", "got an instance of Set", (r) => r.choices(any(new Set([1])))],
    [
      "choices, both weights",
      "expected weights or cumWeights, got both",
      (r) => r.choices([1], { weights: [1], cumWeights: [1] }),
    ],
    [
      "choices, a weight missing",
      "expected 2 weights, one for each item, got 1",
      (r) => r.choices([1, 2], { weights: [1] }),
    ],
    [
      "choices, a weight too many",
      "expected 2 cumWeights, one for each item, got 3",
      (r) => r.choices([1, 2], { cumWeights: [1, 2, 3] }),
    ],
    [
      "choices, a negative weight",
      "expected weights[1] to be a finite number, at least 0, got -1",
      (r) => r.choices([1, 2], { weights: [2, -1] }),
    ],
    [
      "choices, a weight NaN",
      "expected weights[0] to be a finite number, at least 0, got NaN",
      (r) => r.choices([1, 2], { weights: [nan, 1] }),
    ],
    [
      "choices, weights of 0",
      "expected the weights to have a finite total above 0, got 0",
      (r) => r.choices([1, 2], { weights: [0, 0] }),
    ],
    [
      "choices, weights beyond all doubles",
      "got Infinity",
      (r) => r.choices([1, 2], { weights: [1e308, 1e308] }),
    ],
    [
      "choices, sums that descend",
      "expected cumWeights[1] to be a number, at least 3, got 2",
      (r) => r.choices([1, 2], { cumWeights: [3, 2] }),
    ],
    [
      "choices, a sum NaN",
      "expected cumWeights[0] to be a number, at least 0, got NaN",
      (r) => r.choices([1, 2], { cumWeights: [nan, 2] }),
    ],
    ["choices, no list of weights", "got 3", (r) => r.choices([1, 2], { weights: any(3) })],
    [
      "sample, k too large",
      "expected k to be at most the population's 3 items, got 4",
      (r) => r.sample([1, 2, 3], 4),
    ],
    [
      "sample, k -1",
      "expected k to be a whole number from 0 to 2^32 - 1, got -1",
      (r) => r.sample([1, 2, 3], -1),
    ],
    ["sample without k", "got undefined", (r) => r.sample([1, 2, 3], any(undefined))],
    ["sample of a set", "got an instance of Set", (r) => r.sample(any(new Set([1])), 1)],
    [
      "sample of -3",
      "expected population to be a whole number, at least 0, got -3",
      (r) => r.sample(-3, 1),
    ],
    [
      "sample, a count missing",
      "expected 2 counts, one for each item, got 1",
      (r) => r.sample([1, 2], 1, { counts: [3] }),
    ],
    [
      "sample, a broken count",
      "expected counts[0] to be a whole number, at least 0, got 1.5",
      (r) => r.sample([1, 2], 1, { counts: [1.5, 1] }),
    ],
    [
      "sample, a negative count",
      "expected counts[1] to be a whole number, at least 0, got -1",
      (r) => r.sample([1, 2], 1, { counts: [3, -1] }),
    ],
    [
      "sample, counts of 0",
      "expected the counts to have a finite total above 0, got 0",
      (r) => r.sample([1, 2], 0, { counts: [0, 0] }),
    ],
    [
      "sample, more than the counts",
      "expected k to be at most the population's 3 items, got 4",
      (r) => r.sample(["a", "b"], 4, { counts: [1, 2] }),
    ],
    [
      "sample, counts beyond 2^53",
      "expected the counts to have a total below 2^53",
      (r) => r.sample(2, 1, { counts: [2 ** 53 - 1, 2 ** 53 - 1] }),
    ],
    ["uniform(NaN, 1)", "expected low to be a finite number, got NaN", (r) => r.uniform(nan, 1)],
    [
      "uniform(0)",
      "expected high to be a finite number, got undefined",
      (r) => r.uniform(0, any(undefined)),
    ],
    [
      "triangular(0, 1, NaN)",
      "expected mode to be a finite number, got NaN",
      (r) => r.triangular(0, 1, nan),
    ],
    [
      "triangular of texts",
      'expected low to be a finite number, got "0"',
      (r) => r.triangular(any("0"), 1),
    ],
    [
      "triangular(0, Infinity)",
      "expected high to be",
      (r) => r.triangular(0, Number.POSITIVE_INFINITY),
    ],
    ["gauss(NaN)", "expected mu to be a finite number, got NaN", (r) => r.gauss(nan)],
    [
      "gauss(0, Infinity)",
      "expected sigma to be a finite number",
      (r) => r.gauss(0, Number.POSITIVE_INFINITY),
    ],
    ["normalvariate(NaN)", "expected mu to be", (r) => r.normalvariate(nan)],
    [
      "normalvariate(0, 1n)",
      "expected sigma to be a finite number, got 1n",
      (r) => r.normalvariate(0, any(1n)),
    ],
    [
      "lognormvariate(0)",
      "expected sigma to be a finite number, got undefined",
      (r) => r.lognormvariate(0, any(undefined)),
    ],
    [
      "expovariate(0)",
      "expected lambd to be a finite number other than 0, got 0",
      (r) => r.expovariate(0),
    ],
    ["expovariate(NaN)", "expected lambd to be", (r) => r.expovariate(nan)],
    [
      "gammavariate(0, 1)",
      "expected alpha to be a finite number above 0, got 0",
      (r) => r.gammavariate(0, 1),
    ],
    [
      "gammavariate(1, -1)",
      "expected beta to be a finite number above 0, got -1",
      (r) => r.gammavariate(1, -1),
    ],
    [
      "betavariate(0, 1)",
      "expected alpha to be a finite number above 0, got 0",
      (r) => r.betavariate(0, 1),
    ],
    [
      "betavariate(1, NaN)",
      "expected beta to be a finite number above 0, got NaN",
      (r) => r.betavariate(1, nan),
    ],
    [
      "setstate(null)",
      "expected a state [3, words, gaussNext], got null",
      (r) => r.setstate(any(null)),
    ],
    [
      "setstate([])",
      "expected a state [3, words, gaussNext], got an empty array",
      (r) => r.setstate(any([])),
    ],
    [
      "setstate, version 2",
      "expected a state of version 3, got 2",
      (r) => r.setstate([2, words(r), null]),
    ],
    [
      "setstate, no words",
      "expected 624 words and the number of words drawn, 625, got null",
      (r) => r.setstate([3, any(null), null]),
    ],
    ["setstate, 624 words", "625, got 624", (r) => r.setstate([3, words(r).slice(1), null])],
    [
      "setstate, a word too large",
      "expected word 7 of the state to be in 0..2^32 - 1, got 4294967296",
      (r) => r.setstate([3, words(r).with(7, 2 ** 32), null]),
    ],
    [
      "setstate, a negative word",
      "expected word 0 of the state to be in 0..2^32 - 1, got -1",
      (r) => r.setstate([3, words(r).with(0, -1), null]),
    ],
    [
      "setstate, 625 drawn",
      "expected the number of words drawn to be in 0..624, got 625",
      (r) => r.setstate([3, words(r).with(624, 625), null]),
    ],
    [
      "setstate, half a word drawn",
      "got 0.5",
      (r) => r.setstate([3, words(r).with(624, 0.5), null]),
    ],
    [
      "setstate, gaussNext NaN",
      "expected gaussNext to be a finite number or null, got NaN",
      (r) => r.setstate([3, words(r), nan]),
    ],
    [
      "setstate, no gaussNext",
      "expected a state [3, words, gaussNext], got an array of 2",
      (r) => r.setstate(any([3, words(r)])),
    ],
    [
      "setstate, zeros",
      "expected a state with a bit set",
      (r) => r.setstate([3, [2 ** 31 - 1, ...new Array(624).fill(0)], null]),
    ],
  ])("%s", (_, message, call) => {
    const rng = python(1);
    rng.gauss();
    const before = rng.getstate();
    expectError("INVALID_ARGUMENT", () => call(rng), message);
    expect(rng.getstate()).toEqual(before);
  });
});

function words(rng: PythonGenerator): number[] {
  return rng.getstate()[1];
}

function expectError(code: "INVALID_SEED" | "INVALID_ARGUMENT", call: () => unknown, text: string) {
  expect(call).toThrow(text);
  expect(call).toThrow(expect.toSatisfy((error: unknown) => isRewindError(error, code), code));
}
