import fs from "node:fs";
import { describe } from "../../base/checks.ts";
import { decode } from "../../codec/decode.ts";
import { HTML_START, SVG_START } from "../../plot/starts.ts";
import { isMarkedPng } from "./png.ts";
import { LARGEST_FILE_BYTES, readWhole, whileOpen } from "./regular-file.ts";

/** What a user's file is, as far as that decides whether another file may take its place. */
export type FileKind =
  | "an empty file"
  | "a saved run"
  | "a trace"
  | "a state in CBOR"
  | "a plot in SVG"
  | "a plot in HTML"
  | "a plot in PNG"
  | "a JSON object"
  | "a JSON array"
  | "a single JSON value"
  | "text"
  | "JSON lines"
  | "a Parquet file"
  | "an archive of arrays"
  | "binary data"
  | "too large to look at";

/** What an existing file and a new one are, if one may not take the place of the other. */
export interface Conflict {
  readonly old: string;
  readonly other: string;
}

/**
 * Why `bytes`, which are of this kind, must not replace a file; undefined if they may. Only what is
 * in the file counts, not its name.
 */
export function conflictWith(
  file: string,
  bytes: Uint8Array,
  kind: FileKind = kindOf(bytes),
): Conflict | undefined {
  const there = contentsOf(file);
  // CBOR begins with no mark: a short state may read as text too.
  if (kind === "a state in CBOR" && isState(there)) return undefined;
  const old = kindOf(there);
  if (old === "an empty file") return undefined;
  if (old !== kind) return { old, other: kind };
  return kind === "a JSON object" ? otherKeys(jsonIn(there), jsonIn(bytes)) : undefined;
}

/** The kinds of tables in files. */
export type TableKind = Extract<
  FileKind,
  "text" | "JSON lines" | "a Parquet file" | "an archive of arrays"
>;

/**
 * The same for a table, which may be too large to hold: only the beginning of the existing file
 * counts.
 */
export function conflictWithTable(file: string, kind: TableKind): Conflict | undefined {
  const start = whileOpen(file, (opened) => {
    if (opened.kind !== "file") throw new Error(`it is a ${opened.kind}`);
    return readStart(opened.descriptor);
  });
  const old = kindOfStart(start);
  return old === kind || old === "an empty file" ? undefined : { old, other: nameOf(kind) };
}

function nameOf(kind: TableKind): string {
  return kind === "text" ? "a table in CSV" : kind;
}

function kindOfStart(start: Uint8Array): string {
  if (start.length === 0) return "an empty file";
  const marked = markedKind(start);
  if (marked !== undefined) return marked;
  if (start.includes(0) || !isText(start)) return "binary data";
  const [line = ""] = new TextDecoder().decode(start).split("\n", 1);
  if (line.startsWith('{"')) return "JSON lines";
  return /^[[{]/.test(line) ? "JSON" : "text";
}

/** The contents of a file, or its beginning if that has a mark; undefined if it is too large. */
function contentsOf(file: string): Uint8Array | undefined {
  return whileOpen(file, (opened) => {
    if (opened.kind !== "file") throw new Error(`it is a ${opened.kind}`);
    const start = readStart(opened.descriptor);
    return markedKind(start) === undefined ? readWhole(opened, LARGEST_FILE_BYTES) : start;
  });
}

function readStart(descriptor: number): Uint8Array {
  const bytes = new Uint8Array(LOOK_BYTES);
  return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, LOOK_BYTES, 0));
}

/** How much of a file shows whether it has a mark, and whether it is text. */
const LOOK_BYTES = 4096;

function kindOf(bytes: Uint8Array | undefined): FileKind {
  if (bytes === undefined) return "too large to look at";
  if (bytes.length === 0) return "an empty file";
  const start = bytes.subarray(0, LOOK_BYTES);
  const marked = markedKind(start);
  if (marked !== undefined) return marked;
  if (start.includes(0) || !isText(start))
    return isState(bytes) ? "a state in CBOR" : "binary data";
  const json = jsonIn(bytes);
  if (json === undefined) return "text";
  if (Array.isArray(json)) return "a JSON array";
  return typeof json === "object" && json !== null ? "a JSON object" : "a single JSON value";
}

function markedKind(start: Uint8Array): FileKind | undefined {
  const text = Buffer.from(start.subarray(0, 64)).toString("latin1");
  if (text.startsWith("PAR1")) return "a Parquet file";
  if (text.startsWith("PK\u0003\u0004") && firstName(start).endsWith(".npy"))
    return "an archive of arrays";
  if (text.startsWith("rewind replay v")) return "a saved run";
  if (text.startsWith(SVG_START)) return "a plot in SVG";
  if (text.startsWith(HTML_START)) return "a plot in HTML";
  if (isMarkedPng(start)) return "a plot in PNG";
  return text.startsWith("rewind trace v") ? "a trace" : undefined;
}

/** The name of the first file in a zip. */
function firstName(start: Uint8Array): string {
  const length = (start[26] ?? 0) + 256 * (start[27] ?? 0);
  return Buffer.from(start.subarray(30, 30 + length)).toString("utf8");
}

/** Whether bytes are UTF-8, of which the last character may be cut. */
function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Whether bytes are the encoding of a state, with classes of any program. */
function isState(bytes: Uint8Array | undefined): boolean {
  try {
    decode(bytes ?? new Uint8Array(), { anyType: true });
    return true;
  } catch {
    return false;
  }
}

/** The value of a JSON text, which is never undefined; undefined for anything else. */
function jsonIn(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** A key that only one of two JSON objects has: they are of two forms. */
function otherKeys(old: unknown, other: unknown): Conflict | undefined {
  const [before, after] = [Object(old), Object(other)] as const;
  const withKey = (key: string) => `a JSON object with the key ${describe(key)}`;
  const withoutKey = (key: string) => `a JSON object without the key ${describe(key)}`;
  const lost = Object.keys(before).find((key) => !Object.hasOwn(after, key));
  if (lost !== undefined) return { old: withKey(lost), other: "one without it" };
  const added = Object.keys(after).find((key) => !Object.hasOwn(before, key));
  return added === undefined ? undefined : { old: withoutKey(added), other: "one with it" };
}
