import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/codec/hash.ts";
import { isId, KINDS, objectId, shortId } from "../../src/object/id.ts";
import { idOf } from "../support/memory-objects.ts";

describe("objectId", () => {
  test("is the SHA-256 of kind, length, zero and body", () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), fc.uint8Array({ maxLength: 300 }), (kind, body) => {
        const expected = createHash("sha256")
          .update(`${kind} ${body.length}\0`, "latin1")
          .update(body)
          .digest("hex");
        expect(objectId(sha256, kind, body)).toBe(expected);
      }),
    );
  });

  test("a known one, by hand: printf 'chunk 3\\0abc' | sha256sum", () => {
    const body = new TextEncoder().encode("abc");
    const known = "ada203fc3bdbffd43c38aae4e8af47e642b35cf6d7985e81a29483c746db3309";
    expect(objectId(sha256, "chunk", body)).toBe(known);
  });

  test("the number of a kind in packs and artifacts is frozen", () => {
    expect(KINDS).toEqual([
      ...["chunk", "state", "tile", "program", "seeds", "run", "tag", "params"],
      ...["observed", "summary"],
      ...["ensemble", "rows", "results"],
    ]);
  });
});

test("isId accepts only 64 lower-case hexadecimal digits", () => {
  expect(isId(idOf(0xab))).toBe(true);
  for (const text of ["", "ab", "AB".repeat(32), "g0".repeat(32), `${idOf(1)}0`, `${idOf(1)}\n`]) {
    expect(isId(text)).toBe(false);
  }
  expect(shortId(idOf(0xab))).toBe("abababababab");
});
