import { describe } from "../base/checks.ts";
import { invalidArgument, unexpectedArgument } from "../base/invalid-argument.ts";

/** Checks the parameters of a distribution, by name: finite numbers. Throws INVALID_ARGUMENT. */
export function checkFinite(name: string, value: unknown): void {
  if (!Number.isFinite(value)) throw unexpectedArgument(name, "a finite number", value);
}

/** The same, and above 0. */
export function checkPositive(name: string, value: unknown): void {
  if (!(Number.isFinite(value) && (value as number) > 0)) {
    throw unexpectedArgument(name, "a finite number above 0", value);
  }
}

/** The same, and not below 0. */
export function checkNotNegative(name: string, value: unknown): void {
  if (!(Number.isFinite(value) && (value as number) >= 0)) {
    throw unexpectedArgument(name, "a finite number, at least 0", value);
  }
}

/** The same, and not 0. */
export function checkNotZero(name: string, value: unknown): void {
  if (!Number.isFinite(value) || value === 0) {
    throw unexpectedArgument(name, "a finite number other than 0", value);
  }
}

/**
 * Checks an option that is true or false; `otherwise` if it is not given. Throws INVALID_ARGUMENT.
 */
export function checkFlag(flag: unknown, name: string, otherwise = false): boolean {
  if (flag === undefined) return otherwise;
  if (typeof flag === "boolean") return flag;
  throw unexpectedArgument(name, "true or false", flag);
}

/** Checks how many numbers to draw: a whole number in 0..2^32 - 1. Throws INVALID_ARGUMENT. */
export function checkSize(size: unknown, name = "size"): number {
  if (typeof size === "number" && Number.isInteger(size) && size >= 0 && size < 2 ** 32) {
    return size + 0;
  }
  throw unexpectedArgument(name, "a whole number from 0 to 2^32 - 1", size);
}

/**
 * Checks a distance, of either sign and any size: a whole number of `what`. Throws
 * INVALID_ARGUMENT.
 */
export function checkWholeNumber(value: unknown, what: string): bigint {
  if (typeof value === "bigint") return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw invalidArgument(`expected a whole number of ${what}, got ${describe(value)}`, { value });
}

/**
 * The result of `make` for `size` numbers. Throws INVALID_ARGUMENT if they do not fit into memory.
 */
export function withRoom<T>(size: number, make: (size: number) => T): T {
  try {
    return make(size);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw invalidArgument(
      `expected no more numbers than fit into memory, got ${size}`,
      { size },
      { cause },
    );
  }
}
