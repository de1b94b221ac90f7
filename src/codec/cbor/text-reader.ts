/** Texts up to this many bytes are remembered: most are keys, which occur often. */
const SHORT = 32;
const SLOTS = 256;

/** Makes strings from encoded texts, whose UTF-8 has already been checked. */
export class TextReader {
  readonly #bytes: Uint8Array;
  readonly #starts = new Int32Array(SLOTS);
  readonly #strings: string[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The text of `length` bytes at `start`; `ascii` says that each byte is a character. */
  read(start: number, length: number, ascii: boolean): string {
    if (length === 0) return "";
    if (!ascii || length > SHORT) return UTF8.decode(this.#bytes.subarray(start, start + length));
    const slot = this.#slot(start, length);
    const known = this.#strings[slot];
    if (known?.length === length && this.#isSame(this.#starts[slot] as number, start, length)) {
      return known;
    }
    const text = String.fromCharCode.apply(
      null,
      this.#bytes.subarray(start, start + length) as never,
    );
    this.#starts[slot] = start;
    this.#strings[slot] = text;
    return text;
  }

  #slot(start: number, length: number): number {
    const first = this.#bytes[start] as number;
    const middle = this.#bytes[start + (length >> 1)] as number;
    const last = this.#bytes[start + length - 1] as number;
    return (first * 31 + middle * 17 + last * 7 + length) & (SLOTS - 1);
  }

  #isSame(a: number, b: number, length: number): boolean {
    for (let i = 0; i < length; i++) {
      if (this.#bytes[a + i] !== this.#bytes[b + i]) return false;
    }
    return true;
  }
}

// A byte order mark is a character of the text like any other.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
