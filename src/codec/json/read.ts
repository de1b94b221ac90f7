import { fromHex } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { VIEW_TYPES } from "../state/tags.ts";
import type { TypeCodecs } from "../state/type-codecs.ts";

/**
 * The value that `json`, in the form of `toJson`, stands for. Throws INVALID_ARGUMENT for a "$" key
 * that is none of its forms, and for cycles, which JSON has no way to give.
 *
 * @example
 * ```ts
 * fromJson({ x: { $number: "-0" } }); // { x: -0 }
 * ```
 */
export function fromJson(json: unknown, types: TypeCodecs = {}): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((item) => fromJson(item, types));
  const special = Object.keys(json).find((key) => /^\$(?!\$)/.test(key));
  if (special !== undefined) return readSpecial(json as Fields, special, types);
  const entries = Object.entries(json).map(([key, item]) => [
    key.startsWith("$") ? key.slice(1) : key,
    fromJson(item, types),
  ]);
  return Object.fromEntries(entries);
}

type Fields = Readonly<Record<string, unknown>>;

function readSpecial(json: Fields, special: string, types: TypeCodecs): unknown {
  const value = READERS.get(special)?.(json[special], json, types);
  const second = special === "$typed" ? ["values"] : special === "$type" ? ["value"] : [];
  const keys = [special, ...second];
  const exact = Object.keys(json).length === keys.length && keys.every((key) => key in json);
  if (value !== undefined && exact) return value.is;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected a value such as {"$number": "NaN"}, got ${JSON.stringify(json).slice(0, 80)}; ` +
      `a key of your own that begins with "$" is written with one "$" more`,
    { value: json },
  );
}

/** What a special form stands for, in a box, for it may be undefined; undefined for no such form. */
type Reader = (content: unknown, json: Fields, types: TypeCodecs) => { is: unknown } | undefined;

const NUMBERS: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["$number", (text) => (NUMBERS.has(text) ? { is: NUMBERS.get(text) } : undefined)],
  ["$undefined", (flag) => (flag === true ? { is: undefined } : undefined)],
  [
    "$bigint",
    (text) => (typeof text === "string" && /^-?\d+$/.test(text) ? { is: BigInt(text) } : undefined),
  ],
  ["$date", readDate],
  ["$map", readMap],
  [
    "$set",
    (list, _, types) =>
      Array.isArray(list) ? { is: new Set(list.map((item) => fromJson(item, types))) } : undefined,
  ],
  ["$typed", (name, json) => readTyped(name, json.values)],
  ["$buffer", (hex) => (isHex(hex) ? { is: bufferOf(hex) } : undefined)],
  ["$view", (hex) => (isHex(hex) ? { is: new DataView(bufferOf(hex)) } : undefined)],
  ["$type", readInstance],
]);

function readDate(text: unknown): { is: Date } | undefined {
  if (text === null) return { is: new Date(Number.NaN) };
  if (typeof text !== "string" || !ISO_UTC.test(text)) return undefined;
  const date = new Date(text);
  // The 31st of February is read as a day of March.
  if (Number.isNaN(date.getTime()) || !date.toJSON().startsWith(dayOf(text))) return undefined;
  return { is: date };
}

/** A day, or a time in UTC: any other would depend on the time zone. */
const ISO_UTC = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\d(?:T(?!24)\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/;

function dayOf(text: string): string {
  return text.replace(/T.*$/, "");
}

function readMap(list: unknown, _: Fields, types: TypeCodecs): { is: unknown } | undefined {
  if (!Array.isArray(list)) return undefined;
  const entries = list as unknown[];
  if (!entries.every((entry) => Array.isArray(entry) && entry.length === 2)) return undefined;
  return { is: new Map(entries.map((entry) => fromJson(entry, types) as [unknown, unknown])) };
}

function readTyped(name: unknown, values: unknown): { is: unknown } | undefined {
  const type = VIEW_TYPES.find((candidate) => candidate.name === name && candidate.tag !== 0);
  if (type === undefined || !Array.isArray(values)) return undefined;
  const array = type.build(new ArrayBuffer(values.length * type.elementBytes), 0, values.length);
  values.forEach((item: unknown, i) => {
    const element = fromJson(item);
    const wanted = type.tag === 71 || type.tag === 79 ? "bigint" : "number";
    const target = array as unknown as unknown[];
    const fits = typeof element === wanted;
    if (fits) target[i] = element;
    if (fits && (Object.is(target[i], element) || type.tag === 85)) return;
    throw new RewindError(
      "INVALID_ARGUMENT",
      `expected an element of ${type.name} at values[${i}], got ${describe(element)}`,
      { value: element },
    );
  });
  return { is: array };
}

function readInstance(name: unknown, json: Fields, types: TypeCodecs): { is: unknown } {
  const codec = typeof name === "string" && Object.hasOwn(types, name) ? types[name] : undefined;
  if (codec !== undefined) return { is: codec.decode(fromJson(json.value, types)) };
  throw new RewindError("INVALID_ARGUMENT", `there is no codec for the type ${describe(name)}`, {
    name,
  });
}

function isHex(text: unknown): text is string {
  return typeof text === "string" && /^(?:[\da-f]{2})*$/i.test(text);
}

function bufferOf(hex: string): ArrayBuffer {
  return new Uint8Array(fromHex(hex)).buffer;
}
