import { describe, expect, test } from "vitest";
import { isRewindError } from "../../../src/base/errors.ts";
import { numpy } from "../../../src/random/numpy/index.ts";
import { numpyRelative } from "../../../src/random/numpy/relative.ts";
import { xoshiro } from "../../../src/random/xoshiro/index.ts";

describe("a numpy generator's state as its position", () => {
  test("continues exactly, from any moment, and is the same again", () => {
    const rng = numpy(42);
    for (let moment = 0; moment < 400; moment++) {
      const bytes = numpyRelative.write(rng);
      const twin = numpyRelative.read(42n, bytes);
      expect(numpyRelative.write(twin)).toEqual(bytes);
      expect(twin.state()).toEqual(rng.state());
      // Odd numbers of halves, whole outputs, and both.
      if (moment % 3 !== 1) expect(twin.uint32()).toBe(rng.uint32());
      for (let i = 0; i < moment % 5; i++) expect(twin.random()).toBe(rng.random());
      expect(twin.normal()).toBe(rng.normal());
      for (let i = 0; i < moment; i++) rng.random();
    }
  });

  test("is short, and far positions are reached by advance", () => {
    const far = numpy(1).advance(10n ** 7n);
    expect(numpyRelative.write(far)).toHaveLength(4);
    expect(numpyRelative.read(1n, numpyRelative.write(far)).random()).toBe(far.random());
    const back = numpy(1).advance(-1);
    expect(numpyRelative.read(1n, numpyRelative.write(back)).random()).toBe(back.random());
  });

  test("refuses other bytes, and other generators", () => {
    const wrong = [[], [0x80], [0x80, 0], [1], [1, 0, 0, 0], [0, 0], [1, 0, 0, 0, 0, 0]];
    const long = [...Array.from({ length: 18 }, () => 0xff), 0x7f];
    for (const bytes of [...wrong, long]) {
      expect(() => numpyRelative.read(1n, Uint8Array.from(bytes))).toSatisfy((act: () => void) => {
        try {
          act();
        } catch (error) {
          return isRewindError(error, "INVALID_ARGUMENT");
        }
        return false;
      });
    }
    expect(() => numpyRelative.write(xoshiro(1))).toThrow("expected a numpy generator");
  });
});
