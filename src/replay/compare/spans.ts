/**
 * A range of steps, both ends included: two runs are equal at all of them, or differ at all of
 * them.
 */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly equal: boolean;
}

/** Gathers the steps at which two runs differ into spans. Steps must come in rising order. */
export class Spans {
  readonly #different: { readonly from: number; to: number }[] = [];

  add(step: number): void {
    const last = this.#different.at(-1);
    if (last !== undefined && last.to === step - 1) last.to = step;
    else this.#different.push({ from: step, to: step });
  }

  /** The spans of the steps from..to. Steps that were not added are equal. */
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
