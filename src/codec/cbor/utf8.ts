/**
 * The offset of the first fault in the UTF-8 (RFC 3629) from `start` to `end`: an overlong form, a
 * surrogate, a number beyond U+10FFFF, or a character that is cut off. -1 if all of it is UTF-8.
 */
export function invalidUtf8At(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      at++;
      continue;
    }
    const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (size === 0 || at + size > end || !isCharacter(bytes, at, first, size)) return at;
    at += size;
  }
  return -1;
}

function isCharacter(bytes: Uint8Array, at: number, first: number, size: number): boolean {
  const second = bytes[at + 1] as number;
  // Bytes outside this range make overlong forms, surrogates, or numbers beyond Unicode.
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return false;
  for (let i = 2; i < size; i++) {
    if (((bytes[at + i] as number) & 0xc0) !== 0x80) return false;
  }
  return true;
}
