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

const HEX_DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** `bytes` as lower-case hexadecimal digits, two a byte. */
export function toHex(bytes: Uint8Array): string {
  let digits = "";
  for (let i = 0; i < bytes.length; i++) digits += HEX_DIGITS[bytes[i] as number];
  return digits;
}

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
