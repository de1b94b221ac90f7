/** The CRC-32 of zlib and PNG (polynomial 0xEDB88320) of `bytes`, continued from `start`. */
export type Crc32 = (bytes: Uint8Array, start?: number) => number;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The portable CRC-32. */
export const crc32: Crc32 = (bytes, start = 0) => {
  let crc = ~start;
  for (let i = 0; i < bytes.length; i++) {
    crc = (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
};
