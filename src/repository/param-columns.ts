import { toJson } from "../codec/json/write.ts";
import type { Column, ColumnType } from "../table/table.ts";

/** A column of params, and its value for each run; undefined for a run without that param. */
export interface ParamColumn {
  readonly column: Column;
  readonly values: readonly unknown[];
}

/** An object with more fields is written as JSON, not as a column for each. */
const MOST_FIELDS = 64;

/**
 * A column for each param of runs, or for each field `a.b` of one that is an object. Its name is the
 * param's, with `param_` before it if that is taken. Numbers, truths and texts stay what they are if
 * all runs agree; everything else is a text of JSON.
 */
export function paramColumns(
  params: readonly Readonly<Record<string, unknown>>[],
  taken: readonly string[],
): ParamColumn[] {
  const rows = params.map((each) => new Map(fieldsOf(each, "")));
  const names = new Set(rows.flatMap((row) => [...row.keys()]));
  const used = new Set(taken);
  return [...names].map((param) => {
    const values = rows.map((row) => row.get(param));
    const type = typeOf(values.filter((value) => value !== undefined));
    const name = freeName(param, used);
    used.add(name);
    const optional = values.includes(undefined);
    return {
      column: { name, type: type ?? "text", optional },
      values: type === undefined ? values.map(jsonText) : values,
    };
  });
}

function freeName(param: string, used: ReadonlySet<string>): string {
  let name = param === "" ? "param_" : param;
  while (used.has(name)) name = `param_${name}`;
  return name;
}

/** The params and their fields, each by its path. */
function fieldsOf(values: Readonly<Record<string, unknown>>, before: string): [string, unknown][] {
  return Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    const path = before + key;
    const fields = isPlain(value) ? Object.keys(value).length : 0;
    if (fields === 0 || fields > MOST_FIELDS) return [[path, value]];
    return fieldsOf(value as Record<string, unknown>, `${path}.`);
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The type that all values have; undefined if a column can hold them only as JSON. */
function typeOf(values: readonly unknown[]): ColumnType | undefined {
  const types: Readonly<Record<string, ColumnType>> = {
    number: "number",
    boolean: "boolean",
    string: "text",
  };
  const [first] = values;
  return values.every((value) => typeof value === typeof first) ? types[typeof first] : undefined;
}

function jsonText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(toJson(value));
}
