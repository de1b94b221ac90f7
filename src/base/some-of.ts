import { count } from "./count.ts";

/** The most words of a list that an error names. */
export const MOST_NAMED = 10;

/**
 * Words for a message, at most ten: `a, b, c and 5 more`. `total` is their number if the list was
 * cut before.
 */
export function someOf(words: readonly string[], total: number = words.length): string {
  const named = words.slice(0, MOST_NAMED);
  const more = total - named.length;
  return more > 0 ? `${named.join(", ")} and ${count(more)} more` : named.join(", ");
}

/** The first words of a long list, for the data of an error, and the number of all. */
export function someWords(words: readonly string[]): {
  readonly known: readonly string[];
  readonly total: number;
} {
  return { known: words.slice(0, MOST_NAMED), total: words.length };
}
