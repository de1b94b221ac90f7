import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/**
 * Checks that a value is an object with no keys but these. If a key such as `batchsize` were
 * ignored, the order would be that of another program.
 *
 * @param what such as "the options of locate"
 * @throws `code`
 */
export function checkKeys(
  value: unknown,
  what: string,
  keys: readonly string[],
  code: "INVALID_PLAN" | "INVALID_ARGUMENT" = "INVALID_PLAN",
): void {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const strange = isObject ? Object.keys(value).find((key) => !keys.includes(key)) : undefined;
  if (isObject && strange === undefined) return;
  const wrong =
    strange === undefined
      ? `an object, got ${describe(value)}`
      : `of the keys ${keys.join(", ")}, got ${describe(strange)}${meant(strange, keys)}`;
  throw new RewindError(code, `expected ${what} to be ${wrong}`);
}

/** Asks for the name that was probably meant: "; did you mean batch?"; empty if none is close. */
export function meant(written: string, names: readonly string[]): string {
  const [name] = nearest(written, names);
  return name === undefined ? "" : `; did you mean ${name}?`;
}
