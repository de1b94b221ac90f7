/** A set of whole numbers from 0 on, of any size: a Set holds 2^24 at most. */
export class NumberSet {
  readonly #parts: readonly Set<number>[];

  /** For so many numbers. */
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

/** Half of what a Set holds, since parts are not quite even. */
const PART = 2 ** 23;
