import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";

/** Checks the parameters of a distribution, by name: finite numbers. Throws INVALID_ARGUMENT. */
export function checkFinite(name: string, value: unknown): void {
  if (!Number.isFinite(value)) throw invalid(name, "a finite number", value);
}

/** The same, and above 0. */
export function checkPositive(name: string, value: unknown): void {
  if (!(Number.isFinite(value) && (value as number) > 0)) {
    throw invalid(name, "a finite number above 0", value);
  }
}

/** The same, and not below 0. */
export function checkNotNegative(name: string, value: unknown): void {
  if (!(Number.isFinite(value) && (value as number) >= 0)) {
    throw invalid(name, "a finite number from 0 on", value);
  }
}

/** The same, and not 0. */
export function checkNotZero(name: string, value: unknown): void {
  if (!Number.isFinite(value) || value === 0) {
    throw invalid(name, "a finite number other than 0", value);
  }
}

function invalid(name: string, expected: string, value: unknown): RewindError {
  return new RewindError(
    "INVALID_ARGUMENT",
    `expected ${name} to be ${expected}, got ${describe(value)}`,
    { name, value },
  );
}
