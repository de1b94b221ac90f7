import { invalid } from "./cursor.ts";

/** Keys of an object with more than this many are looked up in a set. */
const FEW = 8;

/**
 * Checks the keys of the objects in an encoding: no key twice, since the first would be lost; no
 * `__proto__`; and array indices first and ascending, as JavaScript lists them.
 */
export class KeyCheck {
  readonly #bytes: Uint8Array;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #sets = new Map<number, Set<string>>();
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Begins an object inside those that are open; returns its handle. */
  begin(): number {
    return this.#count;
  }

  /** Ends the object. */
  end(object: number): void {
    if (this.#count - object > FEW) this.#sets.delete(object);
    this.#count = object;
  }

  /** Adds a key of the object: `length` bytes at `start`. */
  add(object: number, start: number, length: number): void {
    if (this.#isRepeated(object, start, length)) {
      throw invalid("each key once", `${JSON.stringify(this.#text(start, length))} twice`, start);
    }
    if (length === 9 && this.#text(start, length) === "__proto__") {
      throw invalid("__proto__ in the form of pairs only", "it in a map", start);
    }
    if (this.#count > object) this.#checkOrder(start, length);
    this.#starts[this.#count] = start;
    this.#lengths[this.#count] = length;
    this.#count++;
  }

  #checkOrder(start: number, length: number): void {
    const index = this.#index(start, length);
    if (index < 0) return;
    const last = this.#count - 1;
    const before = this.#index(this.#starts[last] as number, this.#lengths[last] as number);
    if (before < 0 || before > index) {
      throw invalid("keys that are indices first, ascending", this.#text(start, length), start);
    }
  }

  #isRepeated(object: number, start: number, length: number): boolean {
    const count = this.#count - object;
    if (count < FEW) {
      for (let i = object; i < this.#count; i++) {
        if (this.#lengths[i] === length && this.#isSame(this.#starts[i] as number, start, length)) {
          return true;
        }
      }
      return false;
    }
    let set = this.#sets.get(object);
    if (set === undefined) {
      set = new Set();
      for (let i = object; i < this.#count; i++) {
        set.add(this.#text(this.#starts[i] as number, this.#lengths[i] as number));
      }
      this.#sets.set(object, set);
    }
    const before = set.size;
    set.add(this.#text(start, length));
    return set.size === before;
  }

  #isSame(a: number, b: number, length: number): boolean {
    for (let i = 0; i < length; i++) {
      if (this.#bytes[a + i] !== this.#bytes[b + i]) return false;
    }
    return true;
  }

  /** The key as an array index, or -1. */
  #index(start: number, length: number): number {
    const first = this.#bytes[start] as number;
    if (length === 0 || length > 10 || first < 0x30 || first > 0x39) return -1;
    if (first === 0x30) return length === 1 ? 0 : -1;
    let value = 0;
    for (let i = start; i < start + length; i++) {
      const digit = (this.#bytes[i] as number) - 0x30;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value < 2 ** 32 - 1 ? value : -1;
  }

  // One character a byte is enough to tell keys apart.
  #text(start: number, length: number): string {
    let text = "";
    for (let i = start; i < start + length; i++)
      text += String.fromCharCode(this.#bytes[i] as number);
    return text;
  }
}
