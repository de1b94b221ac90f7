import { isNumberText } from "../../base/number-text.ts";

/** The numbers start, start + step, …, up to stop, which is included if it is one of them. */
export interface DecimalRange {
  readonly count: bigint;
  /** Number `index` of them, as a decimal, exactly. */
  at(index: number): string;
}

/** Decimals with more digits are not read as ranges: nobody means them. */
const MOST_DIGITS = 60;

/**
 * Reads a range such as `0.1:0.5:0.1` or `0:9`, whose step is 1; undefined for any other text. It
 * counts in decimals, so that 0.1:0.5:0.1 has 0.3 in it, and not 0.30000000000000004. A range that
 * leads away from its stop is empty, and one with a step of 0 as well.
 */
export function readRange(text: string): DecimalRange | undefined {
  const parts = text.split(":");
  const decimals = parts.map(decimalOf);
  if (parts.length < 2 || parts.length > 3) return undefined;
  if (decimals.some((decimal) => decimal === undefined)) return undefined;
  const [first, last, by = ONE] = decimals as [Decimal, Decimal, Decimal?];
  const places = Math.max(first.places, last.places, by.places);
  const [start, stop, step] = [first, last, by].map(
    ({ digits, places: own }) => digits * 10n ** BigInt(places - own),
  ) as [bigint, bigint, bigint];
  const isEmpty = step === 0n || stop - start === 0n ? start !== stop : stop > start !== step > 0n;
  const count = isEmpty ? 0n : step === 0n ? 1n : (stop - start) / step + 1n;
  return { count, at: (index) => decimalText(start + BigInt(index) * step, places) };
}

/** A decimal: its digits as a whole number, the last `places` of them behind the point. */
interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

const ONE: Decimal = { digits: 1n, places: 0 };

function decimalOf(text: string): Decimal | undefined {
  if (!isNumberText(text)) return undefined;
  const [, sign, whole = "", part = "", power = "0"] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const exponent = Number(power) - part.length;
  if (whole.length + part.length + Math.abs(exponent) > MOST_DIGITS) return undefined;
  const digits = BigInt(`${whole}${part}` || "0") * (sign === "-" ? -1n : 1n);
  return exponent > 0
    ? { digits: digits * 10n ** BigInt(exponent), places: 0 }
    : { digits, places: -exponent };
}

function decimalText(digits: bigint, places: number): string {
  const sign = digits < 0n ? "-" : "";
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
  const [whole, part] = [text.slice(0, text.length - places), text.slice(text.length - places)];
  const kept = part.replace(/0+$/, "");
  return `${sign}${whole}${kept === "" ? "" : `.${kept}`}`;
}
