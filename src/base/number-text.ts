import { RewindError } from "./errors.ts";

/** Whether `text` is a number as people write it: JSON's, and `.5`, `5.`, `+5`. */
export function isNumberText(text: string): boolean {
  return /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
}

/**
 * The number that `text` spells. Throws INVALID_NUMBER if it would be rounded: if the nearest number,
 * printed with as many digits, is not what was written.
 *
 * @example
 * ```ts
 * readNumber("0.1");              // 0.1
 * readNumber("9007199254740993"); // throws: the nearest number is 9007199254740992
 * ```
 */
export function readNumber(text: string, what = "it"): number {
  const number = Number(text);
  if (survives(text, number)) return number;
  const nearest =
    Number.isFinite(number) && number !== 0 ? `: the nearest number is ${number}` : "";
  throw new RewindError(
    "INVALID_NUMBER",
    `expected ${what} to be a number that a double can hold, got ${shortened(text)}${nearest}`,
    { text, nearest: number },
  );
}

/** The whole number that a decimal text spells, exactly; undefined for any other text. */
export function wholeNumber(text: string): bigint | undefined {
  const decimal = decimalOf(text);
  if (decimal === undefined) return undefined;
  const { sign, digits, exponent } = trimmed(decimal);
  if (digits === "") return 0n;
  if (exponent < 0 || digits.length + exponent > MOST_DIGITS) return undefined;
  const size = BigInt(digits) * 10n ** BigInt(exponent);
  return sign === "-" ? -size : size;
}

/** No finite double has more digits before its decimal point. */
const MOST_DIGITS = 400;

/** A decimal: its digits, of which the last counts the power of ten with this exponent. */
interface Decimal {
  readonly sign: string;
  readonly digits: string;
  readonly exponent: number;
  /** Whether it was written with digits only, so that each of them counts. */
  readonly isWhole: boolean;
}

function decimalOf(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(\.?)(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  const [, sign = "", whole = "", point, part = "", power] = match ?? [];
  if (whole + part === "") return undefined;
  return {
    sign,
    digits: (whole + part).replace(/^0+/, ""),
    exponent: Number(power ?? 0) - part.length,
    isWhole: point === "" && power === undefined,
  };
}

/** The same without the zeros at its end. */
function trimmed(decimal: Decimal): Decimal {
  const digits = decimal.digits.replace(/0+$/, "");
  const exponent = decimal.exponent + decimal.digits.length - digits.length;
  return { ...decimal, digits, exponent };
}

/** Numbers are printed with at most this many digits. */
const MOST_PRINTED = 100;

function survives(text: string, number: number): boolean {
  const decimal = decimalOf(text);
  if (decimal === undefined || !Number.isFinite(number)) return false;
  // A large number prints with zeros at its end that are not exact digits.
  if (String(number) === text) return true;
  // 0.10 has one digit that counts, and 100 has three.
  const { digits } = decimal.isWhole ? decimal : trimmed(decimal);
  if (digits === "") return true;
  if (number === 0 || digits.length > MOST_PRINTED) return false;
  const printed = Math.abs(number).toPrecision(digits.length);
  return printed.replace(/e.*$|\./g, "").replace(/^0+/, "") === digits;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
