import { expect, test } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";

test.each([0, 1, 32, 1023, 1024, 1025, 200_000])(
  "%d bytes come back from their digits",
  (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
    expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
    expect(fromHex(toHex(bytes))).toEqual(bytes);
  },
);
