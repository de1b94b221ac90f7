import { describe, expect, test } from "vitest";
import { fromHex as fromHexDigits, toHex, utf8 } from "../../../src/base/bytes.ts";
import { sha256 } from "../../../src/codec/hash.ts";
import type { PythonGenerator } from "../../../src/random/python/generator.ts";
import { python, pythonAlgorithm } from "../../../src/random/python/index.ts";
import { readVectors } from "../../support/vectors.ts";
import { fromHex } from "../hex.ts";

/** A value as the file has it: see its "form". */
type Frozen =
  | number
  | string
  | null
  | { readonly float: string }
  | { readonly bigint: string }
  | readonly Frozen[];

interface Seeding {
  readonly state: string;
  readonly random: readonly Frozen[];
}

interface Calls {
  readonly seed: Frozen;
  readonly calls: readonly (readonly [method: string, args: readonly Frozen[], result: Frozen])[];
  readonly stateAfter: string;
  readonly gaussNext: Frozen;
}

interface Vectors {
  readonly seeds: readonly (Seeding & {
    readonly integer?: string;
    readonly text?: string;
    readonly bytes?: string;
  })[];
  readonly fromSeed: readonly (Seeding & { readonly seed: string })[];
  readonly floatSeeds: readonly (Seeding & { readonly float: string; readonly hash: string })[];
  readonly exact: Readonly<Record<string, readonly Calls[]>>;
  readonly libm: readonly Calls[];
  readonly mixed: readonly Calls[];
  readonly states: readonly {
    readonly state: readonly [3, readonly number[], Frozen];
    readonly gauss: readonly Frozen[];
    readonly random: readonly Frozen[];
  }[];
  readonly digests: readonly (readonly [method: string, args: readonly number[], sha: string])[];
}

const vectors = readVectors<Vectors>("python-3.11");

describe("seeding, as CPython 3.11 does it", () => {
  test.each(vectors.seeds)("by $integer$text$bytes", (vector) => {
    const { integer, text, bytes } = vector;
    const seed = bytes === undefined ? (text ?? wholeOf(integer as string)) : fromHexDigits(bytes);
    expectSeeded(python(seed), vector);
  });

  test("by a number as by the bigint that it is", () => {
    const whole = vectors.seeds.flatMap(({ integer }) => (integer ? [wholeOf(integer)] : []));
    const small = whole.filter((seed) => Number.isSafeInteger(Number(seed)));
    expect(small.length).toBeGreaterThan(10);
    for (const seed of small) {
      expect(python(Number(seed)).getstate()).toEqual(python(seed).getstate());
    }
  });

  test.each(vectors.fromSeed)("by the bytes $seed as a number, little-endian", (vector) => {
    const rng = pythonAlgorithm.fromSeed(fromHexDigits(vector.seed)) as PythonGenerator;
    expectSeeded(rng, vector);
  });

  test.each(vectors.floatSeeds)("by $float, whose hash is $hash", (vector) => {
    expectSeeded(python(BigInt(vector.hash)), vector);
  });
});

describe("draws without log, exp, pow, sin and cos are bit-exact", () => {
  for (const [name, cases] of Object.entries(vectors.exact)) {
    test.each(cases)(`${name}, seed $seed`, (vector) => {
      const rng = python(plain(vector.seed) as number);
      for (const [method, args, result] of vector.calls) {
        expect(drawn(rng, method, args), `${method} of ${JSON.stringify(args)}`).toEqual(
          plain(result),
        );
      }
      expectAfter(rng, vector);
    });
  }

  test.each(vectors.digests)("100,000 draws of %s of %j", (method, args, digest) => {
    const rng = python(42);
    const bytes = new Uint8Array(800_000);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 100_000; i++) {
      view.setFloat64(8 * i, drawn(rng, method, args) as number, true);
    }
    expect(toHex(sha256(bytes))).toBe(digest);
  });
});

describe("the others are exact except for the last bits, and consume the same words", () => {
  test.each(vectors.libm)("seed $seed", (vector) => {
    const rng = python(plain(vector.seed) as number);
    for (const [method, args, result] of vector.calls) {
      const what = `${method} of ${JSON.stringify(args)}`;
      expectClose(drawn(rng, method, args), plain(result), what);
    }
    expectAfter(rng, vector);
  });
});

test("all methods in turn, one stream", () => {
  for (const vector of vectors.mixed) {
    const rng = python(plain(vector.seed) as number);
    for (const [method, args, result] of vector.calls) {
      const got = drawn(rng, method, args);
      if (method === "gauss") expectClose(got, plain(result), method);
      else expect(got, method).toEqual(plain(result));
    }
    expectAfter(rng, vector);
  }
});

describe("getstate and setstate", () => {
  test.each(vectors.states)("continue from a state of Python", ({ state, gauss, random }) => {
    const [version, words, gaussNext] = state;
    const spare = plain(gaussNext) as number | null;
    const rng = python(0);
    rng.gauss();
    rng.setstate([version, words, spare]);
    expect(rng.getstate()).toEqual([version, words, spare]);
    for (const deviate of gauss) expectClose(rng.gauss(), plain(deviate), "gauss");
    for (let i = random.length; i < 700; i++) rng.random();
    for (const double of random) expect(rng.random()).toBe(plain(double));
  });

  test("JSON holds a state", () => {
    const rng = python(5);
    rng.gauss();
    const twin = python(6);
    twin.setstate(JSON.parse(JSON.stringify(rng.getstate())));
    expect(twin.getstate()).toEqual(rng.getstate());
    expect(twin.gauss()).toBe(rng.gauss());
    expect(twin.random()).toBe(rng.random());
  });
});

function expectSeeded(rng: PythonGenerator, { state, random }: Seeding): void {
  expect(stateDigest(rng)).toBe(state);
  expect(random.map(() => rng.random())).toEqual(random.map(plain));
}

function expectAfter(rng: PythonGenerator, { stateAfter, gaussNext }: Calls): void {
  expect(stateDigest(rng)).toBe(stateAfter);
  expectClose(rng.getstate()[2], plain(gaussNext), "gaussNext");
}

/** Expects the same number, but for a few last bits. */
function expectClose(got: unknown, expected: unknown, what: string): void {
  if (typeof got !== "number" || typeof expected !== "number") {
    expect(got, what).toBe(expected);
  } else if (!(Math.abs(got - expected) <= Math.abs(expected) * 2 ** -50)) {
    expect.fail(`${what}: ${got} is not ${expected}`);
  }
}

function stateDigest(rng: PythonGenerator): string {
  return toHex(sha256(utf8(rng.getstate()[1].join(","))));
}

function drawn(rng: PythonGenerator, method: string, args: readonly Frozen[]): unknown {
  const call = rng[method as "random"] as (...args: unknown[]) => unknown;
  return call.apply(rng, args.map(plain));
}

function plain(value: Frozen): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("float" in value) return fromHex(value.float);
  return "bigint" in value ? BigInt(value.bigint) : value;
}

function wholeOf(digits: string): bigint {
  return digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits);
}
