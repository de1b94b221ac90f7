import { describe, expect, test } from "vitest";
import { isRewindError } from "../../../src/base/errors.ts";
import { type NumpyGenerator, numpy } from "../../../src/random/numpy/index.ts";
import type { Pcg64State } from "../../../src/random/numpy/pcg64.ts";

// In Python: rng = np.random.default_rng(42); rng.integers(2**32, dtype="u4")
const PRINTED =
  '{"bit_generator": "PCG64", "state": {"state": 95376830783351682500486580248632280039, ' +
  '"inc": 332724090758049132448979897138935081983}, "has_uint32": 1, "uinteger": 3324115917}';

describe("a generator of numpy's own state", () => {
  test("continues from Python's state", () => {
    for (const text of [PRINTED, `${PRINTED}\n`, PRINTED.replaceAll(": ", ":")]) {
      const rng = numpy(text);
      expect(rng.uint32()).toBe(3324115917);
      expect(rng.random()).toBe(0.4388784397520523);
      expect([...rng.integers(0, 100, { size: 3 })]).toEqual([43, 85, 8]);
    }
  });

  test("continues from the state of another, which is independent", () => {
    const rng = numpy(42);
    rng.uint32();
    const twin = numpy(rng.bitGenerator);
    expect(twin.bitGenerator).toEqual(numpy(PRINTED).bitGenerator);
    expect(twin.state()).toEqual(rng.state());
    twin.random();
    expect(twin.state()).not.toEqual(rng.state());
  });

  const state = numpy(42).bitGenerator;
  test.each<readonly [string, unknown]>([
    ["state of a numpy state to be a bigint in 0..2^128 - 1, got 5", { ...state, state: 5 }],
    ["state of a numpy state to be a bigint", { ...state, state: 2n ** 128n }],
    ["state of a numpy state to be a bigint", { ...state, state: -1n }],
    ["increment of a numpy state to be an odd bigint", { ...state, increment: 2n }],
    ["has32 of a numpy state to be 0 or 1, got 2", { ...state, has32: 2 }],
    ["spare32 of a numpy state to be a whole number", { ...state, spare32: 2 ** 32 }],
    ["spare32 of a numpy state to be a whole number", { ...state, spare32: 0.5 }],
    ['option among state, increment, has32, spare32, got "bit_generator"', JSON.parse(PRINTED)],
    ["state of a PCG64, got one of MT19937", PRINTED.replace("PCG64", "MT19937")],
    ["what json.dumps(rng.bit_generator.state) prints", '{"bit_generator": "PCG64"}'],
    ["what json.dumps(rng.bit_generator.state) prints", PRINTED.replace("inc", "increment")],
    ["increment of a numpy state to be an odd bigint", PRINTED.replace("1983}", "1984}")],
    ["has32 of a numpy state to be 0 or 1", PRINTED.replace('uint32": 1', 'uint32": 7')],
  ])("expected %s", (message, wrong) => {
    const make = (): NumpyGenerator => numpy(wrong as Pcg64State);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.toSatisfy((error) => isRewindError(error, "INVALID_ARGUMENT")));
  });
});
