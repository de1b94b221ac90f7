import { expect, test } from "vitest";
import { toHex, utf8 } from "../../../src/base/bytes.ts";
import { sha256 } from "../../../src/codec/hash.ts";
import { python } from "../../../src/random/python/index.ts";
import { readVectors } from "../../support/vectors.ts";
import { fromHex } from "../hex.ts";

type Drawn = readonly [low: number, high: number, value: number];

/** Calls on one `random.Random(seed)` of CPython 3.11.2, in the order of the keys. */
interface Golden {
  readonly seed: string;
  readonly random: readonly string[];
  readonly getrandbits: readonly (readonly [k: number, value: string])[];
  readonly randrange: readonly Drawn[];
  readonly randint: readonly Drawn[];
  readonly choice20: readonly number[];
  readonly shuffle20: readonly number[];
  readonly sample100_10: readonly number[];
  readonly sample1000_300_sha256: string;
  readonly choices_w: readonly number[];
  readonly uniform: readonly string[];
  readonly triangular: readonly string[];
  readonly gauss: readonly string[];
  readonly normalvariate: readonly string[];
  readonly expovariate: readonly string[];
  readonly lognormvariate: readonly string[];
  readonly gammavariate: readonly string[];
  readonly betavariate: readonly string[];
  readonly state_sha256: string;
}

const { cases } = readVectors<{ readonly cases: readonly Golden[] }>("python");

test.each(cases)("seed $seed", (golden) => {
  const rng = python(BigInt(golden.seed));
  const twenty = Array.from({ length: 20 }, (_, i) => i);
  exact(golden.random, () => rng.random());
  for (const [k, value] of golden.getrandbits) expect(`${rng.getrandbits(k)}`).toBe(value);
  for (const [low, high, value] of golden.randrange) expect(rng.randrange(low, high)).toBe(value);
  for (const [low, high, value] of golden.randint) expect(rng.randint(low, high)).toBe(value);
  expect(golden.choice20.map(() => rng.choice(twenty))).toEqual(golden.choice20);
  expect(rng.shuffle([...twenty])).toEqual(golden.shuffle20);
  expect(rng.sample(100, 10)).toEqual(golden.sample100_10);
  const sample = rng.sample(1000, 300).join(", ");
  expect(toHex(sha256(utf8(`[${sample}]`)))).toBe(golden.sample1000_300_sha256);
  expect(rng.choices(4, { weights: [1, 2, 3, 4], k: 12 })).toEqual(golden.choices_w);
  exact(golden.uniform, () => rng.uniform(-3, 5));
  exact(golden.triangular, () => rng.triangular(0, 10, 3));
  close(golden.gauss, () => rng.gauss());
  exact(golden.normalvariate, () => rng.normalvariate());
  close(golden.expovariate, () => rng.expovariate(1.5));
  close(golden.lognormvariate, () => rng.lognormvariate(0, 1));
  close(golden.gammavariate, (i) => rng.gammavariate([0.5, 1, 3][i] as number, i === 0 ? 1 : 2));
  close(golden.betavariate, (i) => (i === 0 ? rng.betavariate(2, 3) : rng.betavariate(0.5, 0.5)));
  expect(toHex(sha256(utf8(rng.getstate()[1].join(","))))).toBe(golden.state_sha256);
});

function exact(values: readonly string[], draw: () => number): void {
  expect(values.map(draw)).toEqual(values.map(fromHex));
}

/** Except for the last bits of log, exp, sin and cos. */
function close(values: readonly string[], draw: (i: number) => number): void {
  for (const [i, text] of values.entries()) {
    const value = fromHex(text);
    expect(Math.abs(draw(i) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -51);
  }
}
