import { describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { sha256 } from "../../src/codec/hash.ts";
import type { RandomGenerator } from "../../src/random/generator.ts";
import { DEFAULT_GENERATOR, generatorNamed, generatorNames } from "../../src/random/registry.ts";
import { deriveSeed } from "../../src/random/seeds.ts";
import { xoshiro128 } from "../../src/random/xoshiro128.ts";

test("finds every algorithm under its own name, and under its present version", () => {
  for (const name of generatorNames()) {
    const algorithm = generatorNamed(name);
    expect(algorithm.name).toBe(name);
    expect(Number.isSafeInteger(algorithm.version) && algorithm.version >= 1).toBe(true);
    expect(generatorNamed(name, algorithm.version)).toBe(algorithm);
  }
});

test("the default is xoshiro128++, and first in the list", () => {
  expect(DEFAULT_GENERATOR).toBe(xoshiro128.name);
  expect(generatorNamed()).toBe(xoshiro128);
  expect(generatorNames()[0]).toBe(DEFAULT_GENERATOR);
});

test("the list of names is the caller's own", () => {
  generatorNames().length = 0;
  expect(generatorNames()).toContain(DEFAULT_GENERATOR);
});

test("a name that is not registered is refused, with the known ones", () => {
  for (const name of ["mersenne", "", "Xoshiro128++", "toString", "__proto__"]) {
    const error = thrownBy(() => generatorNamed(name));
    expect(isRewindError(error, "UNKNOWN_GENERATOR")).toBe(true);
    expect(error).toMatchObject({ data: { name, known: generatorNames() } });
    expect(String(error)).toContain("expected a generator among xoshiro128++");
  }
});

test("another version than the one recorded is refused", () => {
  for (const version of [0, 2]) {
    const error = thrownBy(() => generatorNamed("xoshiro128++", version));
    expect(isRewindError(error, "GENERATOR_CHANGED")).toBe(true);
    expect(error).toMatchObject({ data: { name: "xoshiro128++", recorded: version, current: 1 } });
  }
});

describe("one seed, two generators", () => {
  const words = (rng: RandomGenerator): string =>
    Array.from({ length: 8 }, () => rng.uint32()).join();
  const seed = deriveSeed({ hash: sha256, master: 42n, stream: "block", index: 7 });
  const ofSeed = generatorNames().map((name) => words(generatorNamed(name).fromSeed(seed)));
  const ofNumber = generatorNames().map((name) => words(generatorNamed(name).seeded(42n)));

  test("a block of python draws the words of one of torch, as docs/generators.md says, and no others do", () => {
    const [, , python, torch] = ofSeed;
    expect(generatorNames()).toEqual(["xoshiro128++", "numpy", "python", "torch"]);
    expect(torch).toBe(python);
    expect(new Set(ofSeed).size).toBe(3);
  });

  test("seeded by a number, as under continuous, all draw other words", () => {
    expect(new Set([...ofSeed, ...ofNumber]).size).toBe(7);
  });

  test("torch takes the low 32 bits of a number, the others all of it", () => {
    const far = generatorNames().map((name) => words(generatorNamed(name).seeded(42n + 2n ** 32n)));
    expect(far.map((drawn, i) => drawn === ofNumber[i])).toEqual([false, false, false, true]);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.fail("nothing was thrown");
}
