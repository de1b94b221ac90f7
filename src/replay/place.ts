/** The time zone and locale that a program runs in: its results may depend on them. */
export interface Place {
  /** The time zone, such as `Europe/Berlin`. */
  readonly zone: string;
  /** The default locale, such as `en-US`. */
  readonly locale: string;
  /** The program's own Date, if it has one: dates then name it as their constructor. */
  readonly date?: object;
}
