/**
 * What is kept of many texts in a row, such as the phases of a model. Two summaries of neighbouring
 * rows give the summary of both together, wherever the row was cut.
 */
export interface TextSummary {
  /** How many texts there were. At least 1. */
  readonly count: number;
  readonly first: string;
  readonly last: string;
  /** How often each text occurred, sorted by text; undefined if more than 64 different ones did. */
  readonly counts: readonly (readonly [text: string, count: number])[] | undefined;
}

/** The most different texts that are counted. */
export const MOST_TEXTS = 64;

/** Collects texts, and the summaries of texts, in their order. */
export class TextTally {
  #count = 0;
  #first = "";
  #last = "";
  #counts: Map<string, number> | undefined = new Map();

  add(text: string): void {
    if (this.#count === 0) this.#first = text;
    this.#last = text;
    this.#count++;
    this.#note(text, 1);
  }

  /** Adds texts that were summarized. */
  merge(more: TextSummary): void {
    if (this.#count === 0) this.#first = more.first;
    this.#last = more.last;
    this.#count += more.count;
    if (more.counts === undefined) this.#counts = undefined;
    for (const [text, count] of more.counts ?? []) this.#note(text, count);
  }

  /** The summary so far; undefined without a text. */
  summary(): TextSummary | undefined {
    if (this.#count === 0) return undefined;
    const counts = this.#counts && [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return { count: this.#count, first: this.#first, last: this.#last, counts };
  }

  #note(text: string, count: number): void {
    const counts = this.#counts;
    if (counts === undefined) return;
    counts.set(text, (counts.get(text) ?? 0) + count);
    if (counts.size > MOST_TEXTS) this.#counts = undefined;
  }
}
