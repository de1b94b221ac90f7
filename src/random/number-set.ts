/**
 * A set of whole numbers that are not negative. It can be of any size; a Set holds at most 2^24.
 */
export class NumberSet {
  readonly #parts: readonly Set<number>[];

  /** For about `size` numbers. */
  constructor(size: number) {
    this.#parts = Array.from({ length: Math.ceil(size / PART) + 1 }, () => new Set<number>());
  }

  has(value: number): boolean {
    return this.#partOf(value).has(value);
  }

  add(value: number): void {
    this.#partOf(value).add(value);
  }

  #partOf(value: number): Set<number> {
    return this.#parts[value % this.#parts.length] as Set<number>;
  }
}

/** Half of what a Set holds, because the parts are not quite equal. */
const PART = 2 ** 23;
