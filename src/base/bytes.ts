/** Whether two byte strings are the same. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The byte strings `parts` in order, in a new array. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** `bytes` as lower-case hexadecimal digits, two a byte. */
export function toHex(bytes: Uint8Array): string {
  let digits = "";
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    digits += digitsOf(bytes.subarray(at, at + PIECE_BYTES));
  }
  return digits;
}

/** Every engine lets a function take this many arguments. */
const PIECE_BYTES = 1024;

/** The digits of a few bytes, made at once: put together one by one, they take a kilobyte an id. */
function digitsOf(bytes: Uint8Array): string {
  const codes: number[] = new Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    codes[2 * i] = DIGITS[byte >> 4] as number;
    codes[2 * i + 1] = DIGITS[byte & 15] as number;
  }
  return String.fromCharCode(...codes);
}

const DIGITS: readonly number[] = [..."0123456789abcdef"].map((digit) => digit.charCodeAt(0));

/** The bytes that `digits` (pairs of hexadecimal digits) spell; the caller has checked the digits. */
export function fromHex(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitValue(digits, 2 * i) << 4) | digitValue(digits, 2 * i + 1);
  }
  return bytes;
}

/** The value of a hexadecimal digit: of a letter, of either case, the low four bits count from 1. */
function digitValue(digits: string, index: number): number {
  const code = digits.charCodeAt(index);
  return (code & 15) + (code > 57 ? 9 : 0);
}

/** `text` in ASCII or UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
