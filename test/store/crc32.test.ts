import zlib from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeCrc32 } from "../../src/node/host/platform.ts";
import { crc32 } from "../../src/store/crc32.ts";

test("the published check value: 0xCBF43926 for 123456789", () => {
  const digits = new TextEncoder().encode("123456789");
  expect(crc32(digits)).toBe(0xcbf43926);
  expect(nodeCrc32(digits)).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test("is zlib's, in one go and piece by piece", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(), (bytes, at) => {
      const cut = at % (bytes.length + 1);
      const inTwo = crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)));
      expect(inTwo).toBe(crc32(bytes));
      expect(nodeCrc32(bytes)).toBe(crc32(bytes));
      if (zlib.crc32 !== undefined) expect(crc32(bytes)).toBe(zlib.crc32(bytes));
    }),
  );
});
