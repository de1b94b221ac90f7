import { expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { DEFAULT_GENERATOR, generatorNamed, generatorNames } from "../../src/random/registry.ts";
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

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.fail("nothing was thrown");
}
