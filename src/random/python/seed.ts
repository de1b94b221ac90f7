import { concatBytes, utf8 } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { sha512 } from "../../codec/hash.ts";
import { wordsOfBigint } from "../bigint-words.ts";

/**
 * The seeds of `random.Random(seed)` that give the same numbers everywhere: an int, a str, or
 * bytes.
 */
export type PythonSeed = number | bigint | string | Uint8Array;

/**
 * The words by which CPython seeds its twister, `random_seed` of Modules/_randommodule.c and
 * `Random.seed`, version 2, of Lib/random.py: those of the seed's absolute value, the least
 * significant first. A text (as UTF-8) or bytes stand for the big-endian number that they and their
 * SHA-512 spell.
 *
 * @throws INVALID_SEED
 */
export function keyOfSeed(seed: PythonSeed): Uint32Array {
  if (typeof seed === "number" && Number.isSafeInteger(seed)) return keyOfNumber(Math.abs(seed));
  if (typeof seed === "bigint") return wordsOfBigint(seed < 0n ? -seed : seed);
  if (typeof seed === "string" && !LONE_SURROGATE.test(seed)) return keyOfText(utf8(seed));
  if (seed instanceof Uint8Array) return keyOfText(seed);
  throw new RewindError(
    "INVALID_SEED",
    "expected a seed that is a whole number within 2^53 of zero, a bigint, a text or a Uint8Array, " +
      `got ${describe(seed)}${advice(seed)}`,
    { value: seed },
  );
}

/** The same for the whole number `int.from_bytes(bytes, "little")`; `bytes` has at least one. */
export function keyOfBytes(bytes: Uint8Array): Uint32Array {
  let used = bytes.length;
  while (used > 1 && bytes[used - 1] === 0) used--;
  const key = new Uint32Array((used + 3) >>> 2);
  for (let i = 0; i < used; i++) {
    const word = key[i >>> 2] as number;
    key[i >>> 2] = word | ((bytes[i] as number) << (8 * (i & 3)));
  }
  return key;
}

/**
 * In Unicode mode a pattern sees a surrogate pair as one character, so this finds half a pair only.
 */
const LONE_SURROGATE = /\p{Surrogate}/u;

const TWO_32 = 2 ** 32;

function keyOfNumber(size: number): Uint32Array {
  return size < TWO_32 ? Uint32Array.of(size) : Uint32Array.of(size % TWO_32, size / TWO_32);
}

function keyOfText(bytes: Uint8Array): Uint32Array {
  return keyOfBytes(concatBytes([bytes, sha512(bytes)]).reverse());
}

/** Says what to write instead. */
function advice(seed: unknown): string {
  if (typeof seed === "string") return ": half of a surrogate pair has no UTF-8";
  if (typeof seed !== "number" || !Number.isFinite(seed)) return "";
  if (Number.isInteger(seed))
    return ": beyond 2^53 - 1 a number is not exact, write it as a bigint";
  return `: Python seeds by a float's hash, so give what hash(${seed}) % 2**64 prints there, as a bigint`;
}
