/**
 * Finds objects that occur more than once. The first pass over a state finds them; the second marks
 * them, numbered by first occurrence.
 */
export class Sharing {
  /** Whether this is the second pass. */
  marking = false;
  #first: object | undefined;
  #seen: Set<object> | undefined;
  // Most states have no shared objects.
  #shared: Set<object> | undefined;
  #marks: Map<object, number> | undefined;

  /** Whether any object occurs more than once. */
  get found(): boolean {
    return this.#shared !== undefined;
  }

  beginMarking(): void {
    this.marking = true;
  }

  /** First pass: whether an object is new; an object that is met again is shared. */
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
    this.share(value);
    return false;
  }

  share(value: object): void {
    this.#shared ??= new Set();
    this.#shared.add(value);
  }

  isShared(value: object): boolean {
    return this.#shared?.has(value) === true;
  }

  /**
   * Second pass: whether an object needs no mark or gets one now; otherwise, the mark that it has.
   */
  mark(value: object): "unshared" | "first" | number {
    if (!this.isShared(value)) return "unshared";
    this.#marks ??= new Map();
    const mark = this.#marks.get(value);
    if (mark !== undefined) return mark;
    this.#marks.set(value, this.#marks.size);
    return "first";
  }
}
