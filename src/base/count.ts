/**
 * A number as a message prints it, with separated thousands: `1,000,000`. In what can be pasted as a
 * command or a revision, digits stand alone.
 */
export function count(value: number): string {
  // The formatter for all languages takes 12 ms to load, too long for a command that prints one
  // count.
  if (Number.isInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  return value.toLocaleString("en-US");
}

/** A count with its noun: `1 step`, `2,000 steps`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
