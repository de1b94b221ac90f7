import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { isRewindError, type RewindError } from "../../src/base/errors.ts";
import { DECODE_LIMITS } from "../../src/codec/cbor/cursor.ts";
import { isPlain } from "../../src/codec/cbor/plain.ts";
import { type DecodeOptions, decode } from "../../src/codec/decode.ts";
import { encode } from "../../src/codec/encode.ts";
import { StateReader } from "../../src/codec/state/reader.ts";
import { same, states } from "./state/states.ts";

/** Decodes; an error must be the documented one. */
function attempt(bytes: Uint8Array, options?: DecodeOptions): { value: unknown } | RewindError {
  try {
    return { value: decode(bytes, options) };
  } catch (error) {
    if (isRewindError(error, "INVALID_ENCODING")) return error;
    throw error;
  }
}

function corpus(): Uint8Array[] {
  const shared = { a: 1 };
  const loop: unknown[] = [];
  loop.push(loop, new Map([["loop", loop]]));
  const buffer = new ArrayBuffer(32);
  const values = [
    12,
    -70_000,
    2 ** 40,
    1.25,
    "text with é and 😀",
    { x: 1.5, y: -2, z: [true, null, undefined] },
    Array.from({ length: 30 }, (_, i) => ({ id: i, name: `agent ${i}` })),
    [shared, shared],
    loop,
    new Map<unknown, unknown>([
      [1, 2],
      [{ k: 1 }, new Set(["a", 2n])],
    ]),
    [-(2n ** 70n), new Date(1e12), new Date(Number.NaN), "\ud83d"],
    [Object.assign(Object.create(null), { q: 1 }), JSON.parse('{"__proto__":1,"b":2}')],
    [new Float64Array([1, 2]), new Uint8Array(3), new BigInt64Array(1), buffer],
    [new Float64Array(buffer, 8, 2), new DataView(buffer, 1, 3), buffer],
    [Object.freeze({ x: Object.seal([1]) }), Object.preventExtensions(new Map([[1, 2]]))],
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key${i}`, i])),
  ];
  return values.map((value) => encode(value));
}

describe("hostile bytes", () => {
  test("every truncation is refused", () => {
    for (const bytes of corpus()) {
      for (let end = 0; end < bytes.length; end++) {
        expect(attempt(bytes.subarray(0, end))).toBeInstanceOf(Error);
      }
    }
  });

  test("every changed byte gives a canonical value or the documented error", () => {
    for (const bytes of corpus()) {
      for (let at = 0; at < bytes.length; at++) {
        for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
          const changed = bytes.slice();
          changed[at] = (changed[at] as number) ^ flip;
          const result = attempt(changed);
          if (!("value" in result)) continue;
          expect(toHex(encode(result.value))).toBe(toHex(changed));
        }
      }
    }
  });

  test("random bytes also give a canonical value or the documented error; bytes after the end are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const result = attempt(bytes);
        if ("value" in result) expect(toHex(encode(result.value))).toBe(toHex(bytes));
      }),
      { numRuns: 20_000 },
    );
    for (const bytes of corpus()) {
      expect(attempt(Uint8Array.of(...bytes, 0))).toHaveProperty(
        "message",
        expect.stringMatching(/^expected the end, got/),
      );
    }
  });

  test.each([
    ["nothing", ""],
    ["tag 0, a date as text", "c06161"],
    ["tag 1, a date in seconds", "c100"],
    ["tag 4, a fraction", "c4820101"],
    ["tag 6, a packed reference", "c600"],
    ["tag 14", "ce00"],
    ["tag 25, a string reference", "d81900"],
    ["tag 27, which calls a constructor by name", "d81b82654572726f7261786178"],
    ["tag 51, a table of packed values", "d833848101808001"],
    ["tag 64, which is written as a bare byte string", "d8404101"],
    ["tag 65, a big-endian array", "d841420001"],
    ["tag 105, a record", "d869830081616101"],
    ["tag 225, a packed prefix", "d8e100"],
    ["tag 55799, CBOR itself", "d9d9f700"],
    ["tag 0xdfff, a record definition", "d9dfff8300816161 01"],
    ["tag 0xe000, a record", "d9e0008101"],
    ["tag 0xdff9, bundled strings", "d9dff98300"],
    ["tag 0x53687264, shared data", "da5368726400"],
    ["an unknown private tag", "da5277001000"],
    ["an array of indefinite length", "9f01ff"],
    ["a map of indefinite length", "bfff"],
    ["a text of indefinite length", "7f6161ff"],
    ["a break alone", "ff"],
    ["an integer in too many bytes", "1817"],
    ["an integer in 8 bytes that fits 4", "1b0000000000000001"],
    ["an integer beyond 2^53", "1b0020000000000000"],
    ["a length in too many bytes", "9800"],
    ["an integer as a double", "fb3ff0000000000000"],
    ["-0 as a double", "fb8000000000000000"],
    ["NaN as a double", "fb7ff8000000000000"],
    ["a half that is not a special number", "f93c00"],
    ["a single", "fa3fc00000"],
    ["an unassigned simple value", "e0"],
    ["a simple value in two bytes", "f820"],
    ["a reserved length", "1c"],
    ["invalid UTF-8", "61ff"],
    ["overlong UTF-8", "62c080"],
    ["a surrogate in UTF-8", "63eda080"],
    ["UTF-8 beyond Unicode", "64f4908080"],
    ["UTF-8 cut off", "62e282"],
    ["a number as a key", "a10102"],
    ["a key twice", "a2616101616102"],
    ["__proto__ as a key", "a1695f5f70726f746f5f5f01"],
    ["an index after a name", "a2616101613102"],
    ["indices out of order", "a2613201613102"],
    ["a bigint with a leading zero", "c24100"],
    ["a bigint of text", "c26101"],
    ["a reference to nothing", "d81d00"],
    ["a reference to itself", "d81cd81d00"],
    ["a mark that nothing refers to", "d81c80"],
    ["a mark on a number", "82d81c01d81d00"],
    ["a mark on a mark", "82d81cd81c80d81d00"],
    ["a Set with a member twice", "d90102820101"],
    ["a Map with a key twice", "d90103a201010102"],
    ["a Map with -0 as a key", "d90103a1f9800001"],
    ["a Set of a map", "d90102a0"],
    ["a date beyond all dates", "da527700011b001ebd6d5b7d1c01"],
    ["a date of text", "da527700016161"],
    ["UTF-16 without need", "da52770002426100"],
    ["UTF-16 of odd length", "da527700024100"],
    ["pairs without need", "da5277000382616101"],
    ["pairs of odd length", "da5277000383695f5f70726f746f5f5f016161"],
    ["a null prototype of a number", "da5277000401"],
    ["a typed array cut off", "d85641 00"],
    ["a view of all of its own buffer", "da5277000684184 0da5277000541000001"],
    ["a view beyond its buffer", "da5277000684184 0da5277000541000102"],
    ["a view off its grid", "da527700068418 56da52770005490000000000000000000101"],
    ["a view of a part of a buffer that no other shows", "da52770006841840da527700054200000101"],
    ["a frozen number", "da5277000801"],
    ["a frozen bigint", "da52770008c2410a"],
    ["a frozen mark", "82da52770008d81c80d81d00"],
    ["a frozen reference", "82d81c80da52770008d81d00"],
    ["an object closed twice", "da52770009da5277000980"],
    ["a typed array that is frozen", "da527700084101"],
    ["a sealed object that is frozen at that", "da52770009a0"],
    ["an object not extensible that is sealed at that", "da5277000a80"],
    ["an instance without a codec", "da5277000782616101"],
  ])("%s", (_, digits) => {
    expect(attempt(fromHex(digits.replaceAll(" ", "")))).toHaveProperty("code", "INVALID_ENCODING");
  });

  test("errors say where", () => {
    expect(attempt(fromHex("8201"))).toMatchObject({
      message: "expected 2 items, got 1 bytes up to the end at byte 0",
      data: { offset: 0 },
    });
    expect(attempt(fromHex("82019f"))).toMatchObject({ data: { offset: 2 } });
  });

  test("a declared length without its bytes takes no memory", () => {
    for (const head of [
      "9b00000000ffffffff",
      "bb0000000007ffffff",
      "5b00000000ffffffff",
      "7a7fffffff",
      "9a0fffffff",
      "d901029a0fffffff",
    ]) {
      expect(attempt(fromHex(head))).toBeInstanceOf(Error);
      expect(attempt(fromHex(`82${head}`))).toBeInstanceOf(Error);
    }
  });

  test("any depth, without an overflow of the stack", () => {
    for (const level of [
      "81",
      "a16161",
      "d9010281",
      "d90103a101",
      "d81c81",
      "d81c",
      "da52770004",
      "da52770008",
      "da5277000881",
      "da527700078261 61",
    ]) {
      const bytes = fromHex(`${level.replace(" ", "").repeat(100_000)}00`);
      expect(attempt(bytes)).toBeInstanceOf(Error);
    }
  });

  test("no prototype is touched", () => {
    for (const key of ["__proto__", "constructor", "prototype", "toString"]) {
      attempt(encode({ [key]: { polluted: 1 } }));
      const pairs = `da5277000382${toHex(encode(key))}${toHex(encode({ polluted: 1 }))}`;
      attempt(fromHex(pairs));
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("a bigint of a megabyte does not take quadratic time", () => {
    const value = (1n << 8_000_000n) + 1n;
    expect(decode(encode(value))).toBe(value);
  });

  test("limits can be lowered", () => {
    const bytes = encode([[1, 2, 3], new Set([1n << 64n])]);
    for (const limits of [{ depth: 1 }, { items: 4 }, { bytes: 5 }, { bigintBytes: 8 }]) {
      expect(attempt(bytes, { limits })).toBeInstanceOf(Error);
    }
    expect(attempt(bytes, { limits: { depth: 2, items: 6, bigintBytes: 9 } })).toHaveProperty(
      "value",
    );
  });
});

describe("decoded values", () => {
  test("share no memory with the input or with each other", () => {
    const bytes = encode([Uint8Array.of(1, 2), Float64Array.of(1), new Uint8Array(4)]);
    const plain = encode(Uint8Array.of(1, 2));
    const before = toHex(bytes);
    type Arrays = [Uint8Array, Float64Array, Uint8Array];
    const [first, second] = [decode(bytes) as Arrays, decode(bytes) as Arrays];
    first[0][0] = 9;
    first[1][0] = 9;
    first[2][0] = 9;
    (decode(plain) as Uint8Array)[0] = 9;
    expect(toHex(bytes)).toBe(before);
    expect(toHex(plain)).toBe("420102");
    expect(toHex(encode(second))).toBe(before);
    expect(Object.keys(bytes)).toHaveLength(bytes.length);
  });

  test("are Uint8Arrays from a Buffer too, at any offset", () => {
    const pool = Buffer.concat([Buffer.from("xx"), encode([Uint8Array.of(1, 2)])]);
    const [bytes] = decode(pool.subarray(2)) as [Uint8Array];
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.buffer.byteLength).toBe(2);
  });

  test("are the same from cbor-x and from our own reader, if both can read them", () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        const bytes = encode(state);
        fc.pre(isPlain(bytes, DECODE_LIMITS));
        const read = new StateReader(bytes, DECODE_LIMITS, {}).read();
        expect(same(decode(bytes), read)).toBe(true);
      }),
    );
  });

  test("a byte order mark survives", () => {
    for (const text of ["\ufeff", `\ufeff${"x".repeat(100)}`, `\ufeff${"é".repeat(100)}`]) {
      expect(decode(encode(text))).toBe(text);
      expect(decode(encode({ [text]: text }))).toEqual({ [text]: text });
    }
  });
});
