import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { describe as described } from "../../src/base/checks.ts";
import { checkOptions } from "../../src/base/options.ts";
import { checkFlag, checkSize, withRoom } from "../../src/random/parameters.ts";

describe("checkOptions", () => {
  const check = (options: unknown) => (): void => checkOptions(options, ["batchSize", "shuffle"]);

  test("takes plain objects with these names", () => {
    const bare = Object.assign(Object.create(null), { shuffle: true });
    for (const options of [{}, { shuffle: true }, { batchSize: undefined }, bare]) {
      expect(check(options)).not.toThrow();
    }
    expect(check(runInNewContext("({ shuffle: true })"))).not.toThrow();
  });

  test.each([
    [{ batch_size: 1 }, 'got "batch_size"; did you mean batchSize?'],
    [
      { shufle: 1 },
      'expected an option among batchSize, shuffle, got "shufle"; did you mean shuffle?',
    ],
    [{ q: 1 }, 'got "q"'],
    [null, "expected the options to be { batchSize, shuffle }, got null"],
    [undefined, "got undefined"],
    [2, "got 2"],
    ["shuffle", 'got "shuffle"'],
    [[true], "got an array of 1"],
    [new Date(0), "got an instance of Date"],
    [new Map(), "got an instance of Map"],
    [() => 1, "got an anonymous function"],
  ])("refuses %o", (options, message) => expect(check(options)).toThrow(message));
});

test("checkFlag and checkSize", () => {
  expect([checkFlag(undefined, "a"), checkFlag(undefined, "a", true)]).toEqual([false, true]);
  expect([checkFlag(false, "a", true), checkFlag(true, "a")]).toEqual([false, true]);
  for (const flag of [null, 0, 1, "no"]) {
    expect(() => checkFlag(flag, "a")).toThrow("expected a to be true or false");
  }
  expect([checkSize(0), Object.is(checkSize(-0), 0), checkSize(2 ** 32 - 1)]).toEqual([
    0,
    true,
    2 ** 32 - 1,
  ]);
  for (const size of [-1, 0.5, 2 ** 32, Number.NaN, "1", 1n, null]) {
    expect(() => checkSize(size, "k")).toThrow(
      "expected k to be a whole number from 0 to 2^32 - 1",
    );
  }
});

test("withRoom reports sizes that do not fit, and nothing else", () => {
  expect(withRoom(3, (size) => new Uint8Array(size))).toHaveLength(3);
  expect(() => withRoom(2 ** 52, (size) => new Uint8Array(size))).toThrow(
    "expected no more numbers than fit into memory, got 4503599627370496",
  );
  expect(() => withRoom(1, () => (undefined as never as string).length)).toThrow(TypeError);
});

test("a long bigint is described by its length", () => {
  expect(described(10n ** 99n)).toBe(`1${"0".repeat(99)}n`);
  expect(described(-5n)).toBe("-5n");
  expect(described(1n << 3_000_000n)).toBe("a bigint of 3000001 bits");
  expect(described(-(1n << 400n) + 1n)).toBe("a negative bigint of 400 bits");
});
