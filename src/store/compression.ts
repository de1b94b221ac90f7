/** How a payload is packed: the codec byte of a record. */
export const CODECS = { none: 0, brotli: 1 } as const;

/** Packs and unpacks payloads. What packs them is handed in, for it differs between platforms. */
export interface Compression {
  /** `bytes` packed, the fast way for journals, or the small way for artifacts. */
  compress(bytes: Uint8Array, effort: "fast" | "small"): Uint8Array;
  /** Unpacks to exactly `length` bytes; throws, without unpacking more, where it is not that many. */
  decompress(bytes: Uint8Array, length: number): Uint8Array;
}
