import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { encode } from "../codec/encode.ts";
import { unshared } from "./body.ts";

/** Notes about a run. They are not part of the run itself, only claims of whoever made it. */
export interface RunMeta {
  /** When it was recorded, ISO 8601. */
  readonly time?: string;
  readonly author?: string;
  readonly message?: string;
  readonly host?: Readonly<Record<string, string>>;
  /** The project's Git commit, whether files differed from it, and its remote's host and path. */
  readonly git?: { readonly commit?: string; readonly dirty?: boolean; readonly remote?: string };
  /** The run that a restart replaced. */
  readonly replaces?: string;
  /** Where its first state is from, if `init` did not give it. It is no lineage: see `parents`. */
  readonly from?: FirstStateNote;
  readonly [field: string]: unknown;
}

/** The run and the step with whose state a run begins, or the name of the file with it. */
export type FirstStateNote =
  | { readonly run: string; readonly step: number }
  | { readonly file: string };

/** The longest message of a run or a tag, in UTF-16 units. */
export const LONGEST_MESSAGE = 10_000;

/** The limits of the notes: bytes of their encoding, and number of values. */
const MOST_BYTES = 1 << 16;
const MOST_ITEMS = 1_000;

/** Checks the message of a run or a tag. Throws INVALID_ARGUMENT. */
export function checkMessage(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  const [most, got] = [LONGEST_MESSAGE, message.length].map(count);
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected a message of at most ${most} characters, got ${got}`,
    { length: message.length, limit: LONGEST_MESSAGE },
  );
}

/**
 * Checks the notes about a run: they must be small, and known fields must have their types. Other
 * fields may be anything. `lengthBytes` is the length of the object that holds them: if that is
 * short, they need not be measured. Throws OBJECT_INVALID.
 */
export function checkMeta(
  meta: Readonly<Record<string, unknown>>,
  lengthBytes: number = Number.POSITIVE_INFINITY,
): RunMeta {
  for (const field of ["time", "author", "message", "replaces"]) {
    if (field in meta && typeof meta[field] !== "string") throw invalid(`${field} to be a text`);
  }
  if ("host" in meta && !isRecord(meta.host, (value) => typeof value === "string")) {
    throw invalid("host to be an object of texts");
  }
  const isOfGit = (value: unknown, key: string): boolean =>
    typeof value === (key === "dirty" ? "boolean" : "string");
  if ("git" in meta && !isRecord(meta.git, isOfGit)) throw invalid("git to be a commit");
  if ("from" in meta && !isFirstStateNote(meta.from)) throw invalid("from to name a state");
  if (items(meta, MOST_ITEMS) > MOST_ITEMS) throw invalid(`at most ${count(MOST_ITEMS)} values`);
  const isShort = lengthBytes <= MOST_BYTES || encode(unshared(meta)).length <= MOST_BYTES;
  if (!isShort) throw invalid(`at most ${count(MOST_BYTES)} bytes`);
  return meta as RunMeta;
}

function isFirstStateNote(value: unknown): boolean {
  const isRunAndStep = (item: unknown, key: string): boolean =>
    key === "run" ? typeof item === "string" : key === "step" && Number.isSafeInteger(item);
  const isFile = (item: unknown, key: string): boolean =>
    key === "file" && typeof item === "string";
  const count = Object.keys(Object(value)).length;
  return count === 2 ? isRecord(value, isRunAndStep) : count === 1 && isRecord(value, isFile);
}

function isRecord(value: unknown, holds: (item: unknown, key: string) => boolean): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.entries(value).every(([key, item]) => holds(item, key));
}

/** The number of values, nested ones included. Stops counting once it exceeds `most`. */
function items(value: unknown, most: number): number {
  let count = 0;
  const waiting = [value];
  while (waiting.length > 0 && count <= most) {
    const each = waiting.pop();
    count++;
    if (typeof each !== "object" || each === null || ArrayBuffer.isView(each)) continue;
    for (const item of Object.values(each).slice(0, most)) waiting.push(item);
  }
  return count;
}

function invalid(expected: string): RewindError {
  return new RewindError("OBJECT_INVALID", `not a valid run: expected ${expected} in its notes`, {
    kind: "run",
  });
}
