/** What a decoder puts up with; more is refused before anything is built. */
export interface DecodeLimits {
  /** Arrays, maps and objects inside one another. */
  readonly depth: number;
  /** Values altogether, containers and keys included. */
  readonly items: number;
  /** Bytes of the whole encoding. */
  readonly bytes: number;
  /** Bytes of one bigint. */
  readonly bigintBytes: number;
}

/** How deep a state may nest, when it is encoded and when it is decoded. */
export const MAX_DEPTH = 1000;

/** The limits where none are given. */
export const DECODE_LIMITS: DecodeLimits = {
  depth: MAX_DEPTH,
  items: 100_000_000,
  bytes: 2 ** 31 - 1,
  bigintBytes: 2 ** 27,
};
