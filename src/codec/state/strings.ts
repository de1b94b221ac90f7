/** Whether `text` has no lone surrogates, so that UTF-8 can carry it. */
export function isWellFormed(text: string): boolean {
  if (text.length >= LONG) return !LONE_SURROGATE.test(text);
  for (let i = 0; i < text.length; i++) {
    // ASCII and most other characters are below the surrogates.
    if (text.charCodeAt(i) >= 0xd800) return !LONE_SURROGATE.test(text);
  }
  return true;
}

/** Whether the decoder of plain CBOR would lose one of these keys. */
export function needsPairs(keys: readonly string[]): boolean {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (key === "__proto__" || !isWellFormed(key)) return true;
  }
  return false;
}

/** The string whose UTF-16 code units `bytes` hold, low byte first. */
export function fromUtf16(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    text += String.fromCharCode((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
  }
  return text;
}

/** The UTF-16 code units of `text`, low byte first. */
export function toUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit;
    bytes[2 * i + 1] = unit >>> 8;
  }
  return bytes;
}

const LONG = 64;
// With the u flag a pair of surrogates is one character, so only lone ones match.
const LONE_SURROGATE = /\p{Surrogate}/u;
