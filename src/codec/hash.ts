import { sha256 as nobleSha256, sha512 as nobleSha512 } from "@noble/hashes/sha2.js";

/** A hash function: a digest of fixed length, in bytes, of bytes of any length. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

/** The same, off this thread where the platform can do that. */
export type BackgroundHash = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/**
 * SHA-256 (FIPS 180-4): 32 bytes. This function is portable; on Node, callers pass in the native
 * one, which is about ten times faster.
 *
 * @example
 * ```ts
 * toHex(sha256(utf8("abc"))); // "ba7816bf…f20015ad"
 * ```
 */
export const sha256: Hash = (bytes) => nobleSha256(bytes);

/**
 * SHA-512 (FIPS 180-4): 64 bytes. Portable only, since it hashes few bytes.
 *
 * @example
 * ```ts
 * toHex(sha512(utf8("abc"))); // "ddaf35a1…a54ca49f"
 * ```
 */
export const sha512: Hash = (bytes) => nobleSha512(bytes);
