/**
 * A number in the fewest digits that read back as the same double. -0 and whole numbers of 2^53 and
 * more are spelled so that a reader which looks for whole numbers first still reads a double.
 */
export function numberText(x: number): string {
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0";
  if (x < 9007199254740992 && x > -9007199254740992) return String(x);
  return Number.isFinite(x) ? x.toExponential() : String(x);
}
