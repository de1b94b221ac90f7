/**
 * `value`, a whole number that is not negative, as unsigned LEB128: seven bits a byte, the lowest
 * first, the high bit set in all bytes but the last.
 */
export function toLeb128(value: bigint | number): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    if (rest < 128n) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/**
 * The number that begins at `start`, and where it ends; undefined when `bytes` end before it does,
 * or when it has more than `most` bytes. It may have more bytes than it needs.
 */
export function fromLeb128(
  bytes: Uint8Array,
  start = 0,
  most = 20,
): { readonly value: bigint; readonly end: number } | undefined {
  let value = 0n;
  for (let at = start; at < bytes.length && at < start + most; at++) {
    const byte = bytes[at] as number;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}
