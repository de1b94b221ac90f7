/** Where a program runs, as far as its results may depend on it. */
export interface Place {
  /** The time zone, such as `Europe/Berlin`. */
  readonly zone: string;
  /** The default locale, such as `en-US`. */
  readonly locale: string;
  /** What dates name as their constructor, where the program has a Date of its own. */
  readonly date?: object;
}
