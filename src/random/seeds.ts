import { utf8 } from "../base/bytes.ts";
import { checkBytes, checkInteger, describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import type { Hash } from "../codec/hash.ts";

/**
 * The 32-byte seed of one stream of a run: SHA-256 over four fields of fixed width, so that two
 * different triples of master seed, stream and index never give the same message, as sums would.
 *
 * | bytes | field |
 * | --- | --- |
 * | 0..15 | "rewind/seed/1" in ASCII, padded with zeros |
 * | 16..47 | master seed, unsigned, big-endian |
 * | 48..63 | stream name in ASCII, padded with zeros |
 * | 64..71 | index, unsigned, big-endian |
 *
 * @param options.hash SHA-256
 * @param options.master the master seed, as `parseMasterSeed` returns it
 * @param options.stream "init" for a run's first state, "block" for block number `index`, "step"
 * for step number `index`, "direct" for a generator without a run, or another name of 1 to 16
 * printable ASCII characters
 * @param options.index a whole number in 0..2^53 - 1
 * @throws INVALID_SEED or INVALID_ARGUMENT for values out of these ranges.
 *
 * @example
 * ```ts
 * const seed = deriveSeed({ hash: sha256, master: 42n, stream: "block", index: 7 });
 * ```
 */
export function deriveSeed(options: {
  readonly hash: Hash;
  readonly master: bigint;
  readonly stream: string;
  readonly index: number;
}): Uint8Array {
  const { hash, master, stream, index } = options;
  return seeder(hash, master, stream)(index);
}

/**
 * The 32 bytes that stand for a named stream of a run: SHA-256 over "rewind/stream/1" in ASCII
 * padded with zeros to 16 bytes, the master seed, 32 bytes, big-endian, and the name in UTF-8. As a
 * number, big-endian, they are the master seed of that stream.
 *
 * @example
 * ```ts
 * const seed = streamSeed(sha256, 42n, "mutation");
 * ```
 */
export function streamSeed(hash: Hash, master: bigint, name: string): Uint8Array {
  const text = utf8(name);
  const message = new Uint8Array(NAMED_AT + text.length);
  writeName(message, 0, NAMED_DOMAIN);
  writeMaster(new DataView(message.buffer), parseMasterSeed(master));
  message.set(text, NAMED_AT);
  return hash(message);
}

/**
 * A master seed as a bigint: a whole number in 0..2^53 - 1, or a bigint in 0..2^256 - 1. Anything
 * else is refused rather than rounded, so that no seed is taken for another. A generator may use
 * only a part of it: under `continuous`, PyTorch's uses the low 32 bits.
 *
 * @throws INVALID_SEED
 *
 * @example
 * ```ts
 * parseMasterSeed(42); // 42n
 * ```
 */
export function parseMasterSeed(value: unknown): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === "bigint" && value >= 0n && value < MASTER_END) return value;
  throw new RewindError(
    "INVALID_SEED",
    `expected a seed in 0..2^53 - 1, or a bigint in 0..2^256 - 1, got ${describe(value)}${reason(value)}`,
    { value },
  );
}

/** Checks the 32 bytes that seed a generator. Throws INVALID_ARGUMENT. */
export function checkSeed(seed: unknown): asserts seed is Uint8Array {
  checkBytes(seed, "a seed", SEED_BYTES);
}

const SEED_BYTES = 32;
const MASTER_END = 1n << 256n;
const DOMAIN = "rewind/seed/1";
const NAMED_DOMAIN = "rewind/stream/1";

const MASTER_AT = 16;
const STREAM_AT = 48;
const NAMED_AT = 48;
const INDEX_AT = 64;
const MESSAGE_BYTES = 72;
const NAME_BYTES = 16;

/**
 * The function from an index to the 32-byte seed of that index in a stream: `deriveSeed`, with the
 * message laid out once, so that a call costs about as much as the hash.
 *
 * @throws INVALID_SEED or INVALID_ARGUMENT as `deriveSeed` does; for an index, when the function is
 * called.
 *
 * @example
 * ```ts
 * const seedOf = seeder(sha256, 42n, "block");
 * const rng = xoshiro128.fromSeed(seedOf(7));
 * ```
 */
export function seeder(hash: Hash, master: bigint, stream: string): (index: number) => Uint8Array {
  const message = new Uint8Array(MESSAGE_BYTES);
  const view = new DataView(message.buffer);
  writeName(message, 0, DOMAIN);
  writeMaster(view, parseMasterSeed(master));
  writeName(message, STREAM_AT, checkStream(stream));
  return (index) => {
    checkInteger(index, "index", 0);
    view.setUint32(INDEX_AT, Math.floor(index / 2 ** 32));
    view.setUint32(INDEX_AT + 4, index >>> 0);
    return hash(message);
  };
}

function writeName(message: Uint8Array, offset: number, name: string): void {
  for (let i = 0; i < name.length; i++) message[offset + i] = name.charCodeAt(i);
}

function writeMaster(view: DataView, master: bigint): void {
  for (let word = 0; word < 4; word++) {
    view.setBigUint64(MASTER_AT + 8 * word, BigInt.asUintN(64, master >> BigInt(192 - 64 * word)));
  }
}

function checkStream(stream: string): string {
  if (typeof stream === "string" && /^[!-~]+$/.test(stream) && stream.length <= NAME_BYTES) {
    return stream;
  }
  throw invalidArgument(
    `expected stream to be 1 to ${NAME_BYTES} printable ASCII characters, got ${describe(stream)}`,
    { stream },
  );
}

/** What is wrong with a seed, and what to write instead. */
function reason(value: unknown): string {
  if (typeof value === "string") return ": give a number rather than a text";
  if (typeof value === "bigint") return value < 0n ? ": it is negative" : ": it is too large";
  if (typeof value !== "number") return "";
  if (Number.isNaN(value)) return ": it is not a number";
  if (value < 0) return ": it is negative";
  if (!Number.isInteger(value)) return ": it is not a whole number";
  return ": beyond 2^53 - 1 a number is not exact, write it as a bigint, such as 9007199254740993n";
}
