import fc from "fast-check";
import { expect, test } from "vitest";
import { fromLeb128, toLeb128 } from "../../src/base/leb128.ts";

test.each([
  [0, [0]],
  [127, [0x7f]],
  [128, [0x80, 1]],
  // The example of the DWARF standard, 7.6.
  [624_485, [0xe5, 0x8e, 0x26]],
])("%i is %j", (value, bytes) => {
  expect(toLeb128(value)).toEqual(bytes);
});

test("every number comes back, from any place", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 139n }), fc.uint8Array(), (value, before) => {
      const bytes = Uint8Array.of(...before, ...toLeb128(value), 99);
      expect(fromLeb128(bytes, before.length)).toEqual({ value, end: bytes.length - 1 });
    }),
  );
});

test("bytes that are cut off or too long are not a number", () => {
  expect(fromLeb128(Uint8Array.of())).toBeUndefined();
  expect(fromLeb128(Uint8Array.of(0x80, 0x80))).toBeUndefined();
  expect(fromLeb128(Uint8Array.of(0x80, 0x80, 1), 0, 2)).toBeUndefined();
  expect(fromLeb128(Uint8Array.of(0x80, 0x80, 1), 0, 3)).toEqual({ value: 1n << 14n, end: 3 });
});
