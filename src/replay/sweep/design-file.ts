import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { isRewindError } from "../../base/errors.ts";
import { wholeNumber } from "../../base/number-text.ts";
import { fromJson } from "../../codec/json/read.ts";
import { Numeral, parseJson } from "../../codec/json/text.ts";
import { TypedText } from "../../codec/json/typed-text.ts";
import { MOST_COLUMNS } from "../../object/ensemble.ts";
import { readCsv } from "./csv.ts";
import { type DesignRow, DesignTable, invalidDesign, type Place } from "./design-table.ts";

/** The largest design file, in bytes. */
export const LARGEST_DESIGN_BYTES: number = 64 << 20;

/** Columns that are not params. */
const SEED = "seed";
const REPLICATE = "replicate";

/**
 * Reads a design file: CSV with a header of the names of params, or JSON, an array of objects. A
 * column `seed` gives the seed of each run, and a column `replicate` the number of its repetition,
 * from which its seed is derived. Throws INVALID_DESIGN, with the row and the column.
 *
 * @example
 * ```ts
 * const table = readDesign("design.csv", "beta,seed\n0.1,1\n0.2,1\n");
 * table.rows.length; // 2
 * ```
 */
export function readDesign(file: string, text: string): DesignTable {
  const isJson = /^\s*[[{]/.test(text);
  const { names, records } = isJson ? jsonRecords(file, text) : csvRecords(file, text);
  if (names.length > MOST_COLUMNS) {
    const [most, got] = [MOST_COLUMNS, names.length].map(count);
    throw invalidDesign(file, {}, `expected at most ${most} columns, got ${got}`);
  }
  if (records.length === 0) throw invalidDesign(file, {}, "expected at least one row");
  const columns = names.filter((name) => name !== SEED && name !== REPLICATE);
  if (names.includes(SEED) && names.includes(REPLICATE)) {
    throw invalidDesign(file, {}, "expected a column seed or a column replicate, got both");
  }
  const rows = records.map(({ values, place }): DesignRow => {
    const whole = (name: string): bigint | undefined =>
      names.includes(name)
        ? wholeIn(file, { ...place, column: name }, values.get(name))
        : undefined;
    const replicate = whole(REPLICATE);
    return {
      values: columns.map((column) => values.get(column)),
      seed: whole(SEED),
      replicate: replicate === undefined ? undefined : safe(file, place, replicate),
      place,
    };
  });
  return new DesignTable(file, columns, rows);
}

interface Records {
  readonly names: readonly string[];
  readonly records: readonly {
    readonly values: ReadonlyMap<string, unknown>;
    readonly place: Place;
  }[];
}

function csvRecords(file: string, text: string): Records {
  const [header, ...lines] = readCsv(file, text);
  const names = (header?.fields ?? []).map((name) => name.trim());
  checkNames(file, header?.line, names);
  const records = lines.map(({ fields, line }) => {
    const column = names[fields.length];
    if (fields.length < names.length && column !== undefined) {
      throw invalidDesign(file, { line, column }, "the value is missing");
    }
    if (fields.length > names.length) {
      const [most, got] = [names.length, fields.length].map(count);
      throw invalidDesign(file, { line }, `expected ${most} values, got ${got}`);
    }
    const values = new Map<string, unknown>();
    for (const [i, name] of names.entries()) {
      const field = (fields[i] as string).trim();
      if (field === "") throw invalidDesign(file, { line, column: name }, "the value is missing");
      values.set(name, new TypedText(field));
    }
    return { values, place: { line } };
  });
  return { names, records };
}

function checkNames(file: string, line: number | undefined, names: readonly string[]): void {
  const place = line === undefined ? {} : { line };
  if (names.length === 0 || names.includes("")) {
    throw invalidDesign(file, place, "expected a header with the name of each column");
  }
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw invalidDesign(file, { ...place, column: twice }, "there are two columns of this name");
}

function jsonRecords(file: string, text: string): Records {
  const rows = parsed(file, text);
  if (!Array.isArray(rows)) {
    throw invalidDesign(file, {}, `expected an array of objects, got ${shown(rows)}`);
  }
  const names = isObject(rows[0]) ? Object.keys(rows[0]) : [];
  const records = rows.map((row: unknown, i) => {
    const place = { row: i };
    if (!isObject(row)) {
      throw invalidDesign(file, place, `expected an object, got ${shown(row)}`);
    }
    const strange = Object.keys(row).find((name) => !names.includes(name));
    if (strange !== undefined) {
      throw invalidDesign(file, { ...place, column: strange }, "the first row lacks this column");
    }
    const values = new Map<string, unknown>();
    for (const name of names) {
      const at = { ...place, column: name };
      if (!Object.hasOwn(row, name)) throw invalidDesign(file, at, "the value is missing");
      values.set(name, cellOf(file, at, row[name]));
    }
    return { values, place };
  });
  return { names, records };
}

function parsed(file: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // The engine's own words name a place in another text: see `parseJson`.
    throw invalidDesign(file, {}, "expected JSON, got other text");
  }
}

function shown(json: unknown): string {
  return json instanceof Numeral ? json.text.slice(0, 40) : describe(json);
}

function isObject(value: unknown): value is Record<string, unknown> {
  const isOther = Array.isArray(value) || value instanceof Numeral;
  return typeof value === "object" && value !== null && !isOther;
}

/** A number keeps its digits until it is known what it is for; any other value is read now. */
function cellOf(file: string, at: Place, json: unknown): unknown {
  if (json instanceof Numeral) return new TypedText(json.text);
  if (typeof json !== "object" || json === null) return json;
  try {
    return fromJson(numbersIn(json));
  } catch (error) {
    if (!isRewindError(error)) throw error;
    throw invalidDesign(file, at, error.message);
  }
}

function numbersIn(json: unknown): unknown {
  if (json instanceof Numeral) return Number(json.text);
  if (Array.isArray(json)) return json.map(numbersIn);
  if (!isObject(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, numbersIn(value)]));
}

/** A whole number, which Python may have written as `7.0` or `7e0`. */
function wholeIn(file: string, place: Place, value: unknown): bigint {
  const text = value instanceof TypedText ? value.text : String(value);
  const whole = wholeNumber(text);
  if (whole !== undefined && whole >= 0n) return whole;
  const problem = `expected a whole number, at least 0, got ${describe(text)}`;
  throw invalidDesign(file, place, problem);
}

function safe(file: string, place: Place, replicate: bigint): number {
  if (replicate <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(replicate);
  throw invalidDesign(file, { ...place, column: REPLICATE }, "expected at most 2^53 - 1");
}
