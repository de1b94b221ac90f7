/** Texts of up to this many bytes are remembered: states hold the same few names again and again. */
const SHORT = 32;
const SLOTS = 256;

/** The text that was last read into each slot. */
const remembered: string[] = Array.from({ length: SLOTS }, () => "");

/**
 * The text of `length` bytes at `start`, whose UTF-8 was checked before; `ascii` says that each byte
 * is a character.
 */
export function readText(bytes: Uint8Array, start: number, length: number, ascii: boolean): string {
  if (length === 0) return "";
  if (!ascii || length > SHORT) return UTF8.decode(bytes.subarray(start, start + length));
  const slot = slotOf(bytes, start, length);
  const before = remembered[slot] as string;
  if (isAsciiAt(before, bytes, start, length)) return before;
  const text = String.fromCharCode.apply(null, bytes.subarray(start, start + length) as never);
  remembered[slot] = text;
  return text;
}

/** Whether the `length` bytes at `start` are the characters of `text`, all of them ASCII. */
export function isAsciiAt(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i] as number;
    if (byte !== text.charCodeAt(i) || byte > 0x7f) return false;
  }
  return true;
}

function slotOf(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start] as number;
  const middle = bytes[start + (length >> 1)] as number;
  const last = bytes[start + length - 1] as number;
  return (first * 31 + middle * 17 + last * 7 + length) & (SLOTS - 1);
}

// A byte order mark is a character of the text like any other.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
