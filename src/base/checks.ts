import { count, plural } from "./count.ts";
import { RewindError } from "./errors.ts";

/** `value` in words short enough for an error message. */
export function describe(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return describeBigint(value);
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "function")
    return value.name === "" ? "an anonymous function" : `the function ${value.name}`;
  if (Array.isArray(value))
    return value.length === 0 ? "an empty array" : `an array of ${count(value.length)}`;
  if (typeof value === "object" && value !== null) {
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    return name === "Object" || name === undefined ? "an object" : `an instance of ${name}`;
  }
  return String(value);
}

/** A bigint of over 100 digits is described by its bits: writing it in decimal can take minutes. */
function describeBigint(value: bigint): string {
  const size = value < 0n ? -value : value;
  if (size < LONGEST_BIGINT) return `${value}n`;
  const digits = size.toString(16);
  const bits = 4 * digits.length + 28 - Math.clz32(Number.parseInt(digits.charAt(0), 16));
  return `a ${value < 0n ? "negative " : ""}bigint of ${bits} bits`;
}

const LONGEST_BIGINT = 10n ** 100n;

/** Checks a number of steps: a whole number from 0 to 2^53 - 1. */
export function checkSteps(steps: unknown, name = "steps"): number {
  if (typeof steps === "number" && Number.isSafeInteger(steps) && steps >= 0) return steps + 0;
  throw new RewindError(
    "INVALID_STEPS",
    `expected ${name} to be a whole number from 0 to 2^53 - 1, got ${describe(steps)}`,
    { name, value: steps },
  );
}

/** Checks that `step` lies in 0..`last`. */
export function checkStepInRange(step: unknown, last: number, what = "run"): number {
  if (typeof step === "number" && Number.isSafeInteger(step) && step >= 0 && step <= last)
    return step + 0;
  throw new RewindError(
    "STEP_OUT_OF_RANGE",
    `expected a step in 0..${count(last)}, got ${stepText(step)}: the ${what} has ${plural(last, "step")}`,
    { step, last },
  );
}

function stepText(step: unknown): string {
  return Number.isSafeInteger(step) ? count(step as number) : describe(step);
}

/** Checks a whole number that is at least `low`. */
export function checkInteger(value: unknown, name: string, low: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= low) return value + 0;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected ${name} to be a whole number, at least ${count(low)}, got ${describe(value)}`,
    { name, value },
  );
}

/** Checks bytes of a fixed length, such as a generator's state. Throws INVALID_ARGUMENT. */
export function checkBytes(
  value: unknown,
  what: string,
  length: number,
): asserts value is Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return;
  const got = value instanceof Uint8Array ? `${count(value.length)} bytes` : describe(value);
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected ${what} of ${count(length)} bytes, got ${got}`,
  );
}
