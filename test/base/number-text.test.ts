import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readNumber, wholeNumber } from "../../src/base/number-text.ts";
import { codeOf } from "../support/code-of.ts";

describe("a typed number", () => {
  test.each([
    ["0", 0],
    ["0.1", 0.1],
    ["0.10", 0.1],
    [".5", 0.5],
    ["5.", 5],
    ["+5", 5],
    ["-0.25e-3", -0.00025],
    ["1e23", 1e23],
    ["5e-324", 5e-324],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["9007199254740992", 2 ** 53],
    ["0.30000000000000004", 0.1 + 0.2],
    // As `printf("%.17g")` writes 0.1, and all of its digits.
    ["0.10000000000000001", 0.1],
    ["0.1000000000000000055511151231257827021181583404541015625", 0.1],
    ["100000000000000000000", 1e20],
    ["88856943688028900", 88856943688028900],
  ])("%s is kept", (text, expected) => {
    expect(readNumber(text)).toBe(expected);
  });

  test.each([
    ["9007199254740993", "the nearest number is 9007199254740992"],
    ["-9007199254740993", "the nearest number is -9007199254740992"],
    ["9007199254740993.0", "the nearest number is 9007199254740992"],
    ["100000000000000000000000", "the nearest number is 1e+23"],
    ["3.14159265358979323846", "the nearest number is 3.141592653589793"],
    ["0.12345678901234567891", "the nearest number is 0.12345678901234568"],
    ["4e-324", "the nearest number is 5e-324"],
    ["1e999", "got 1e999"],
    ["-1e309", "got -1e309"],
    ["1e-400", "got 1e-400"],
  ])("%s is refused", (text, message) => {
    expect(codeOf(() => readNumber(text))).toBe("INVALID_NUMBER");
    expect(() => readNumber(text)).toThrow(message);
  });

  test("every number that JavaScript prints is kept, and with 17 digits as well", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(readNumber(String(number))).toBe(Number(String(number)));
        expect(readNumber(number.toPrecision(17))).toBe(number);
      }),
    );
  });
});

test.each([
  ["1e6", 1_000_000n],
  ["1.5e3", 1500n],
  ["10e-1", 1n],
  ["-0", 0n],
  ["9007199254740993", 9007199254740993n],
  ["9007199254740990.9e0", undefined],
  ["1e-1", undefined],
  ["1e999999999", undefined],
  ["x", undefined],
  ["", undefined],
])("the whole number in %s", (text, expected) => {
  expect(wholeNumber(text)).toBe(expected);
});
