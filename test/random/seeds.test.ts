import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { isRewindError, type RewindError } from "../../src/base/errors.ts";
import { sha256 } from "../../src/codec/hash.ts";
import { deriveSeed, parseMasterSeed, seeder } from "../../src/random/seeds.ts";
import { readVectors } from "../support/vectors.ts";

interface Vectors {
  readonly seeds: readonly {
    readonly master: string;
    readonly stream: string;
    readonly index: number;
    readonly seed: string;
  }[];
}

const { seeds } = readVectors<Vectors>("seeds");

describe("deriveSeed", () => {
  test.each(seeds)("master $master, $stream $index: the frozen seed", (vector) => {
    const { stream, index, seed } = vector;
    const master = BigInt(vector.master);
    expect(toHex(deriveSeed({ hash: sha256, master, stream, index }))).toBe(seed);
    expect(recomputed(master, stream, index)).toBe(seed);
  });

  test("differs in every field, and fields never run into each other", () => {
    const masters = [0n, 1n, 2n, 256n, 2n ** 64n, 2n ** 128n, 2n ** 255n];
    const streams = ["init", "block", "direct", "b", "bl"];
    const indices = [0, 1, 2, 255, 256, 65_536, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
    const found = new Set<string>();
    for (const master of masters)
      for (const stream of streams)
        for (const index of indices)
          found.add(toHex(deriveSeed({ hash: sha256, master, stream, index })));
    expect(found.size).toBe(masters.length * streams.length * indices.length);
  });

  test("master + 1 at one index is not master at the next", () => {
    for (let index = 0; index < 100; index++) {
      const a = deriveSeed({ hash: sha256, master: 8n, stream: "block", index });
      const b = deriveSeed({ hash: sha256, master: 7n, stream: "block", index: index + 1 });
      expect(a).not.toEqual(b);
    }
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the index %d", (index) => {
    const call = () => deriveSeed({ hash: sha256, master: 1n, stream: "block", index });
    expect(call).toThrow("expected index to be a whole number, at least 0");
  });

  test.each(["", "a name of 17 chars", "blöck", "a b", "a\0"])(
    "refuses the stream %j",
    (stream) => {
      const call = () => deriveSeed({ hash: sha256, master: 1n, stream, index: 0 });
      expect(call).toThrow("expected stream to be 1 to 16 printable ASCII characters");
    },
  );

  test.each([-1n, 2n ** 256n])("refuses the master seed %s", (master) => {
    const call = () => deriveSeed({ hash: sha256, master, stream: "block", index: 0 });
    expect(call).toThrow("expected a seed in");
  });
});

describe("seeder", () => {
  test("gives the seeds of the stream block, in any order", () => {
    const seedOf = seeder(sha256, 42n, "block");
    for (const index of [5, 0, 2 ** 40, 1, 0, 2 ** 32 - 1]) {
      expect(toHex(seedOf(index))).toBe(recomputed(42n, "block", index));
    }
  });

  test("an earlier seed stays as it was", () => {
    const seedOf = seeder(sha256, 42n, "block");
    const first = seedOf(0);
    const copy = first.slice();
    seedOf(1);
    expect(first).toEqual(copy);
  });

  test("two seeders do not disturb each other", () => {
    const a = seeder(sha256, 1n, "block");
    const b = seeder(sha256, 2n, "block");
    expect([a(0), b(0), a(1)].map(toHex)).toEqual([
      recomputed(1n, "block", 0),
      recomputed(2n, "block", 0),
      recomputed(1n, "block", 1),
    ]);
  });

  test("hands the hash one message of 72 bytes over and over", () => {
    const messages = new Set<Uint8Array>();
    const seedOf = seeder(
      (bytes) => {
        messages.add(bytes);
        return new Uint8Array(32);
      },
      42n,
      "block",
    );
    for (let index = 0; index < 10; index++) seedOf(index);
    expect([...messages].map((message) => message.length)).toEqual([72]);
  });

  test("refuses an index out of range", () => {
    expect(() => seeder(sha256, 1n, "block")(-1)).toThrow("whole number, at least 0, got -1");
  });
});

describe("parseMasterSeed", () => {
  test.each([
    [0, 0n],
    [-0, 0n],
    [42, 42n],
    [2 ** 53 - 1, 9007199254740991n],
    [0n, 0n],
    [2n ** 256n - 1n, 2n ** 256n - 1n],
  ])("%s is a seed", (value, seed) => {
    expect(parseMasterSeed(value)).toBe(seed);
  });

  test.each([
    [-1, "got -1: it is negative"],
    [-1n, "got -1n: it is negative"],
    [0.5, "got 0.5: it is not a whole number"],
    [Number.NaN, "got NaN: it is not a number"],
    [Number.POSITIVE_INFINITY, "got Infinity"],
    [2 ** 53, "write it as a bigint"],
    [1e20, "write it as a bigint"],
    [2n ** 256n, "it is too large"],
    ["42", 'got "42": give a number rather than a text'],
    [undefined, "got undefined"],
    [null, "got null"],
    [true, "got true"],
    [[1], "got an array of 1"],
    [new Date(0), "got an instance of Date"],
  ])("%s is refused", (value, message) => {
    const error = thrownBy(() => parseMasterSeed(value));
    if (!isRewindError(error, "INVALID_SEED")) return expect.fail(`got ${error.code}`);
    expect(error.message).toContain("expected a seed in 0..2^53 - 1, or a bigint in 0..2^256 - 1");
    expect(error.message).toContain(message);
    expect(error.data.value).toBe(value);
  });
});

/** The seed in hexadecimal, from the documented layout and Node's own SHA-256. */
function recomputed(master: bigint, stream: string, index: number): string {
  return createHash("sha256")
    .update("rewind/seed/1".padEnd(16, "\0"), "latin1")
    .update(Buffer.from(master.toString(16).padStart(64, "0"), "hex"))
    .update(stream.padEnd(16, "\0"), "latin1")
    .update(Buffer.from(index.toString(16).padStart(16, "0"), "hex"))
    .digest("hex");
}

function thrownBy(call: () => unknown): RewindError {
  try {
    call();
  } catch (error) {
    return error as RewindError;
  }
  return expect.fail("nothing was thrown");
}
