import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, toHex, utf8 } from "../../src/base/bytes.ts";
import { chunks } from "../../src/codec/chunk.ts";
import { sha256 } from "../../src/codec/hash.ts";

/** Bytes without a pattern, from a linear congruential generator (Numerical Recipes). */
function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = (state ^ (state >>> 11)) >>> 24;
  }
  return bytes;
}

const ids = (bytes: Uint8Array) => chunks(bytes).map((chunk) => toHex(sha256(chunk)));

test("the chunks join to the bytes, each of 16 to 64 KiB except the last", () => {
  fc.assert(
    fc.property(fc.nat(400_000), fc.nat(), (length, seed) => {
      const bytes = noise(length, seed);
      const parts = chunks(bytes);
      expect(Buffer.compare(concatBytes(parts), bytes)).toBe(0);
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(65_536);
      for (const part of parts.slice(0, -1)) expect(part.length).toBeGreaterThanOrEqual(16_384);
      expect(parts.every((part) => part.length > 0)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test("the cuts are fixed: stored ids depend on them", () => {
  const sizes = chunks(noise(3_000_000)).map((chunk) => chunk.length);
  expect(sizes.slice(0, 5)).toMatchInlineSnapshot(`
    [
      38344,
      38085,
      33784,
      37592,
      34335,
    ]
  `);
  expect(toHex(sha256(utf8(sizes.join(","))))).toMatchInlineSnapshot(
    `"e38952fb90b87cc8f10814b6899c6d2b4d5dac71650fc4da4d49450ec5c52c7c"`,
  );
  expect(chunks(new Uint8Array(200_000)).map((chunk) => chunk.length)).toEqual([
    65_536, 65_536, 65_536, 3392,
  ]);
  expect(chunks(new Uint8Array(0))).toEqual([]);
});

test("most are near the normal size", () => {
  const sizes = chunks(noise(8_000_000)).map((chunk) => chunk.length);
  const mean = 8_000_000 / sizes.length;
  expect(mean).toBeGreaterThan(30_000);
  expect(mean).toBeLessThan(42_000);
});

describe("byte strings that differ in one part share the other chunks", () => {
  const bytes = noise(2_000_000);
  const known = new Set(ids(bytes));
  const shared = (changed: Uint8Array) => ids(changed).filter((id) => known.has(id)).length;

  test("one byte changed", () => {
    const changed = bytes.slice();
    changed[1_000_000] = (changed[1_000_000] as number) ^ 1;
    expect(shared(changed)).toBeGreaterThanOrEqual(known.size - 4);
  });

  test("something inserted, something taken out", () => {
    const [head, tail] = [bytes.subarray(0, 700_000), bytes.subarray(700_000)];
    expect(shared(concatBytes([head, noise(1000, 5), tail]))).toBeGreaterThanOrEqual(
      known.size - 5,
    );
    expect(shared(concatBytes([head, tail.subarray(77)]))).toBeGreaterThanOrEqual(known.size - 5);
  });
});
