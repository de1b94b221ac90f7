import { concatBytes, utf8 } from "../../base/bytes.ts";
import { encode } from "../../codec/encode.ts";
import type { Hash } from "../../codec/hash.ts";
import { unshared } from "../../object/body.ts";
import type { ParamValues } from "../../object/params.ts";

/**
 * The 32 bytes that stand for one run of an ensemble: SHA-256 over fields of fixed width, so that
 * neither the order of the runs, nor the number of workers, nor a restart enters them.
 *
 * | bytes | field |
 * | --- | --- |
 * | 0..15 | "rewind/run/1" in ASCII, padded with zeros |
 * | 16..47 | the ensemble's seed, unsigned, big-endian |
 * | 48..79 | SHA-256 of the encoding of the params, sorted by name |
 * | 80..87 | the number of the repetition, unsigned, big-endian |
 */
export function runKey(
  hash: Hash,
  of: { readonly seed: bigint; readonly params: ParamValues; readonly replicate: number },
): Uint8Array {
  const message = new Uint8Array(88);
  const view = new DataView(message.buffer);
  message.set(utf8("rewind/run/1"));
  for (let word = 0; word < 4; word++) {
    view.setBigUint64(16 + 8 * word, BigInt.asUintN(64, of.seed >> BigInt(192 - 64 * word)));
  }
  message.set(paramsKey(hash, of.params), 48);
  view.setBigUint64(80, BigInt(of.replicate));
  return hash(message);
}

/** SHA-256 of the encoding of params, sorted by name. */
export function paramsKey(hash: Hash, params: ParamValues): Uint8Array {
  const sorted = Object.keys(params)
    .sort()
    .map((name) => [name, params[name]]);
  return hash(encode(unshared(Object.fromEntries(sorted)), { root: "params" }));
}

/** The master seed that follows from the key of a run: its first 53 bits, so that it is a number. */
export function seedOfKey(key: Uint8Array): bigint {
  const first = new DataView(key.buffer, key.byteOffset).getBigUint64(0);
  return first >> 11n;
}

/** A text that is the same for two runs exactly if these have the same params and the same seed. */
export function identityOf(hash: Hash, params: ParamValues, seed: bigint): string {
  const seedText = utf8(`${seed}`);
  return String.fromCharCode(...concatBytes([paramsKey(hash, params), seedText]));
}
