import { RewindError } from "../base/errors.ts";
import { encode } from "../codec/encode.ts";
import { unshared } from "./body.ts";

/** What is noted beside a run: it does not belong to the run itself, and is a claim of who made it. */
export interface RunMeta {
  /** When it was recorded, ISO 8601. */
  readonly time?: string;
  readonly author?: string;
  readonly message?: string;
  readonly host?: Readonly<Record<string, string>>;
  readonly git?: { readonly commit?: string; readonly dirty?: boolean };
  /** The run that a restart replaced. */
  readonly replaces?: string;
  readonly [field: string]: unknown;
}

/** The longest message of a run or a tag, in UTF-16 units. */
export const LONGEST_MESSAGE = 10_000;

/** The most that is noted beside a run: bytes of its encoding, and values. */
const MOST_BYTES = 1 << 16;
const MOST_ITEMS = 1_000;

/** Checks the message of a run or a tag. Throws INVALID_ARGUMENT. */
export function checkMessage(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  const [most, got] = [LONGEST_MESSAGE, message.length].map((n) => n.toLocaleString("en-US"));
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected a message of at most ${most} characters, got ${got}`,
    { length: message.length, limit: LONGEST_MESSAGE },
  );
}

/**
 * Checks what is noted beside a run: small, and the fields that are known of the types that they are
 * read as. Others may be anything. Throws OBJECT_INVALID.
 */
export function checkMeta(meta: Readonly<Record<string, unknown>>): RunMeta {
  for (const field of ["time", "author", "message", "replaces"]) {
    if (field in meta && typeof meta[field] !== "string") throw invalid(`${field} to be a text`);
  }
  if ("host" in meta && !isRecord(meta.host, (value) => typeof value === "string")) {
    throw invalid("host to be an object of texts");
  }
  const isOfGit = (value: unknown, key: string): boolean =>
    typeof value === (key === "dirty" ? "boolean" : "string");
  if ("git" in meta && !isRecord(meta.git, isOfGit)) throw invalid("git to be a commit");
  if (items(meta, MOST_ITEMS) > MOST_ITEMS) throw invalid(`at most ${MOST_ITEMS} values`);
  if (encode(unshared(meta)).length > MOST_BYTES) throw invalid(`at most ${MOST_BYTES} bytes`);
  return meta as RunMeta;
}

function isRecord(value: unknown, holds: (item: unknown, key: string) => boolean): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.entries(value).every(([key, item]) => holds(item, key));
}

/** How many values there are in all; counts no further than to one more than `most`. */
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
  return new RewindError(
    "OBJECT_INVALID",
    `not a valid run: expected ${expected} in what is noted beside it`,
    { kind: "run" },
  );
}
