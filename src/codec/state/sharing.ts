/**
 * Which objects occur more than once: the first pass over a state visits them, the second one marks
 * them, numbered in order of their first occurrence.
 */
export class Sharing {
  /** Whether this is the second pass. */
  marking = false;
  #first: object | undefined;
  #seen: Set<object> | undefined;
  readonly #shared = new Set<object>();
  readonly #marks = new Map<object, number>();

  /** Whether any object occurs more than once. */
  get found(): boolean {
    return this.#shared.size > 0;
  }

  beginMarking(): void {
    this.marking = true;
  }

  /** First pass: whether this is the first time; what is met again is shared. */
  visit(value: object): boolean {
    if (this.#first === undefined) {
      // A state of one object needs no set.
      this.#first = value;
      return true;
    }
    this.#seen ??= new Set([this.#first]);
    const before = this.#seen.size;
    this.#seen.add(value);
    if (this.#seen.size > before) return true;
    this.#shared.add(value);
    return false;
  }

  share(value: object): void {
    this.#shared.add(value);
  }

  isShared(value: object): boolean {
    return this.#shared.has(value);
  }

  /** Second pass: whether `value` needs no mark, gets its mark now, or which one it has. */
  mark(value: object): "unshared" | "first" | number {
    if (!this.#shared.has(value)) return "unshared";
    const mark = this.#marks.get(value);
    if (mark !== undefined) return mark;
    this.#marks.set(value, this.#marks.size);
    return "first";
  }
}
