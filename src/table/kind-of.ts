import { describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { WIDEST_VECTOR } from "./names.ts";
import type { Column } from "./table.ts";

/** What the values of an observer are. */
export type ValueKind = Pick<Column, "type" | "width">;

/** The kind of an observer's value; undefined if no column can hold it. */
export function kindOf(value: unknown): ValueKind | undefined {
  if (typeof value === "number") return { type: "number" };
  if (typeof value === "boolean") return { type: "boolean" };
  if (typeof value === "string") return { type: "text" };
  if (!isVector(value)) return undefined;
  return { type: "vector", width: value.length };
}

/** Arrays and typed arrays of numbers. */
function isVector(value: unknown): value is ArrayLike<number> {
  const isArray =
    Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (!isArray) return false;
  const { length } = value as ArrayLike<unknown>;
  if (length < 1 || length > WIDEST_VECTOR) return false;
  return Array.prototype.every.call(value, (item) => typeof item === "number");
}

/** FUNCTION_FAILED for a value that no column can hold. */
export function noColumn(name: string, value: unknown, step: number): RewindError {
  return unexpected(
    name,
    `a number, true or false, a text, or an array of 1 to ${WIDEST_VECTOR} numbers`,
    value,
    step,
  );
}

/** FUNCTION_FAILED for a value of another kind than those before it. */
export function otherKind(column: Column, value: unknown, step: number): RewindError {
  const before = "as at the first step";
  return unexpected(column.name, `${nameOf(column)}, ${before}`, value, step);
}

function unexpected(name: string, expected: string, value: unknown, step: number): RewindError {
  return new RewindError(
    "FUNCTION_FAILED",
    `expected ${name} to be ${expected}, got ${describe(value)} at step ${count(step)}`,
    { column: name, step, value },
  );
}

function nameOf({ type, width = 0 }: Column): string {
  if (type === "vector")
    return width === 1 ? "an array of 1 number" : `an array of ${width} numbers`;
  return {
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    text: "a text",
  }[type];
}
