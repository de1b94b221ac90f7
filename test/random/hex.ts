/** The double that a C99 hexadecimal literal writes, such as "-0x1.8p+1". */
export function fromHex(text: string): number {
  const [, sign, whole = "", fraction = "", exponent] =
    /^(-?)0x([01])\.?([0-9a-f]*)p([+-]\d+)$/.exec(text) ?? [];
  if (exponent === undefined) throw new Error(`expected a hexadecimal double, got ${text}`);
  // The digits are at most 53 bits, so that the number is exact before it is scaled.
  const digits = Number.parseInt(whole + fraction, 16);
  return (sign === "-" ? -digits : digits) * 2 ** (Number(exponent) - 4 * fraction.length);
}
