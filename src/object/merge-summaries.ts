import { NumberTally } from "../statistics/number-summary.ts";
import { TextTally } from "../statistics/text-summary.ts";
import type { Summary } from "./summary-fields.ts";

/** Collects the summaries of neighbouring steps of one observer, in their order. */
export class SummaryTally {
  readonly #numbers: NumberTally[] = [];
  readonly #text = new TextTally();

  /** Adds the summary of the steps that follow. */
  add(summary: Summary | undefined): void {
    if (summary === undefined) return;
    if ("text" in summary) {
      this.#text.merge(summary.text);
      return;
    }
    for (const [i, numbers] of summary.numbers.entries()) this.numbers(i).merge(numbers);
  }

  /** What collects the numbers of one component. */
  numbers(component: number): NumberTally {
    for (let i = this.#numbers.length; i <= component; i++) this.#numbers.push(new NumberTally());
    return this.#numbers[component] as NumberTally;
  }

  text(): TextTally {
    return this.#text;
  }

  /** The summary of all; undefined if there was nothing. */
  summary(): Summary | undefined {
    const text = this.#text.summary();
    if (text !== undefined) return { text };
    const numbers = this.#numbers.flatMap((tally) => tally.summary() ?? []);
    return numbers.length === 0 ? undefined : { numbers };
  }
}

/** The summary of neighbouring steps from those of their parts, in order. */
export function mergeSummaries(summaries: Iterable<Summary | undefined>): Summary | undefined {
  const tally = new SummaryTally();
  for (const summary of summaries) tally.add(summary);
  return tally.summary();
}
