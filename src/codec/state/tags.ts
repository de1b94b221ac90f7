/**
 * The tags of the state encoding: registered ones if they mean exactly this, otherwise private ones.
 * The private ones begin at 0x52770001 ("Rw" in ASCII), outside 0x6c000000 to 0x7fffffff, which
 * cbor-x reads as references to packed values.
 */
export const TAG = {
  /** A bigint that is not negative: big-endian bytes without leading zeros (RFC 8949). */
  POSITIVE_BIGINT: 2,
  /** The bigint -1 - n, with n as above (RFC 8949). */
  NEGATIVE_BIGINT: 3,
  /** Marks an object that occurs again later; marks are numbered in order of appearance. */
  SHARED: 28,
  /** The object with that mark. */
  REFERENCE: 29,
  /** A Set: an array of its members. */
  SET: 258,
  /** A Map: a CBOR map with keys of any type. */
  MAP: 259,
  /** A Date: whole milliseconds since 1970, or NaN. */
  DATE: 0x52770001,
  /** A string with lone surrogates: UTF-16, little-endian. */
  UTF16: 0x52770002,
  /** A plain object with keys that a CBOR map cannot carry: an array key, value, key, value, … */
  PAIRS: 0x52770003,
  /** An object without prototype: a map, or PAIRS. */
  NULL_PROTOTYPE: 0x52770004,
  /** An ArrayBuffer: its bytes. */
  ARRAY_BUFFER: 0x52770005,
  /** A DataView, or one of several views of a buffer: [type, buffer, byte offset, length]. */
  VIEW: 0x52770006,
  /** An instance of a class with a codec: [name, stored value]. */
  INSTANCE: 0x52770007,
  /** An object that is frozen, as Object.freeze does it; what it holds need not be. */
  FROZEN: 0x52770008,
  /** An object that is sealed and not frozen, as Object.seal does it. */
  SEALED: 0x52770009,
  /** An object that takes no new properties and is not sealed. */
  NOT_EXTENSIBLE: 0x5277000a,
} as const;
