/** A stretch of steps, both ends included, at which two runs are equal, or at each of which they differ. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly equal: boolean;
}

/** Gathers the steps at which two runs differ, in rising order, into spans. */
export class Spans {
  readonly #different: { readonly from: number; to: number }[] = [];

  add(step: number): void {
    const last = this.#different.at(-1);
    if (last !== undefined && last.to === step - 1) last.to = step;
    else this.#different.push({ from: step, to: step });
  }

  /** The spans of the steps from..to: between those that differ lie those that are equal. */
  over(from: number, to: number): Span[] {
    const spans: Span[] = [];
    let next = from;
    for (const span of this.#different) {
      if (span.from > next) spans.push({ from: next, to: span.from - 1, equal: true });
      spans.push({ ...span, equal: false });
      next = span.to + 1;
    }
    if (next <= to) spans.push({ from: next, to, equal: true });
    return spans;
  }
}
