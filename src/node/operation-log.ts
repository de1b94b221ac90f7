import path from "node:path";
import { utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { isTarget } from "../store/head.ts";
import { isRefName } from "../store/ref-name.ts";
import type { Operation, RefChange } from "../store/ref-store.ts";
import { type Files, withFile } from "./files.ts";
import type { Seal } from "./machine-seal.ts";
import { nodeCrc32 } from "./platform.ts";
import { storeFolders } from "./store-folders.ts";

/** What an operation log is kept with. */
export interface LogTools {
  readonly files: Files;
  readonly seal: Seal;
  /** Is told of a line that is damaged, and left out. */
  onDamage(error: RewindError): void;
}

/**
 * The operations of a store, one a line: a checksum, the seal of who logged it, and the operation as
 * JSON. An operation is logged before its refs change, and counts once the line `{"done":true}` stands
 * behind it. Lines under another seal came with a copy of the store: they count as not there.
 */
export class OperationLog {
  readonly #file: string;
  readonly #tools: LogTools;
  /** What `begun` found, and the state of the file that it found it in. */
  #seen: { readonly state: string; readonly begun: Operation | undefined } | undefined;

  constructor(root: string, tools: LogTools) {
    this.#file = path.join(storeFolders(root).logs, "operations");
    this.#tools = tools;
  }

  /** Where it lies. */
  get file(): string {
    return this.#file;
  }

  /** The operations, the oldest first. */
  list(): Operation[] {
    const lines = wholeLines(this.#tools.files.readText(this.#file) ?? "");
    return lines.flatMap((line, i) => {
      const entry = this.#read(line, i + 1);
      const isBegun = i === lines.length - 1;
      return entry === undefined || entry === DONE || isBegun ? [] : [entry];
    });
  }

  /** The operation that was begun and is not done: a crash may have cut it short. */
  begun(): Operation | undefined {
    const found = this.#tools.files.stat(this.#file);
    const state = found && `${found.identity} ${found.size} ${found.modifiedMs}`;
    if (state === undefined) return undefined;
    if (this.#seen?.state !== state) {
      const { line } = this.#end();
      const last = line === undefined ? undefined : this.#read(line, undefined);
      this.#seen = { state, begun: last === DONE ? undefined : last };
    }
    return this.#seen.begun;
  }

  /** Notes an operation before its refs change: it survives a power cut once this returns. */
  begin(operation: Operation): void {
    this.#write(operation);
  }

  /** Notes that all refs of the operation have changed, which survives a power cut as well. */
  finish(): void {
    const { files } = this.#tools;
    const before = files.stat(this.#file)?.size ?? 0;
    try {
      this.#write({ done: true });
    } catch (error) {
      // Perhaps it was written and not flushed: then what is reported as failed must not count.
      files.truncate(this.#file, before);
      throw error;
    }
  }

  /** Cuts off what was begun, and a last line that is not whole: nothing may be written behind it. */
  cut(): void {
    const { files } = this.#tools;
    const { size, start, end } = this.#end();
    const whole = this.begun() === undefined ? end : start;
    if (whole === size) return;
    files.truncate(this.#file, whole);
    withFile(files, this.#file, "append", (descriptor) => files.sync(descriptor));
  }

  #write(entry: object): void {
    const { files, seal } = this.#tools;
    const json = JSON.stringify(entry);
    const sealed = `${seal.make(json)} ${json}`;
    withFile(files, this.#file, "append", (descriptor) => {
      files.write(descriptor, utf8(`${checksum(sealed)} ${sealed}\n`));
      files.sync(descriptor);
    });
  }

  /** What a line holds; undefined where it is damaged, or is under another seal. */
  #read(line: string, number: number | undefined): Operation | typeof DONE | undefined {
    const [, sum, sealed = "", seal, json = ""] = LINE.exec(line) ?? [];
    if (sum === checksum(sealed)) {
      if (!this.#tools.seal.isOurs(json, seal ?? "")) return undefined;
      const entry = parseEntry(json);
      if (entry !== undefined) return entry;
    }
    const place = number === undefined ? "the last line" : `line ${number}`;
    this.#tools.onDamage(
      new RewindError("STORE_DAMAGED", `${place} of logs/operations`, { file: "logs/operations" }),
    );
    return undefined;
  }

  /** The log's length, and its last whole line: where it starts and ends, and its text. */
  #end(): {
    readonly size: number;
    readonly start: number;
    readonly end: number;
    readonly line: string | undefined;
  } {
    const { files } = this.#tools;
    if (files.stat(this.#file) === undefined) return { size: 0, start: 0, end: 0, line: undefined };
    return withFile(files, this.#file, "read", (descriptor) => {
      const size = files.size(descriptor);
      for (let length = END_BYTES; length <= LONGEST_LINE; length *= 2) {
        const from = Math.max(0, size - length);
        const bytes = files.read(descriptor, from, size - from);
        const end = bytes.lastIndexOf(NEWLINE);
        const start = end <= 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
        if (from > 0 && start === -1) continue;
        if (end === -1) return { size, start: 0, end: 0, line: undefined };
        const line = new TextDecoder().decode(bytes.subarray(start + 1, end));
        return { size, start: from + start + 1, end: from + end + 1, line };
      }
      throw new RewindError(
        "STORE_DAMAGED",
        `logs/operations: expected lines of at most ${LONGEST_LINE.toLocaleString("en-US")} bytes, got a longer one at its end`,
        { file: "logs/operations" },
      );
    });
  }
}

const DONE = "done";
const LINE = /^([0-9a-f]{8}) ((\S+) (.*))$/s;
const NEWLINE = 10;

/** A last line is seldom longer than this; it never is than that, of hundreds of thousands of refs. */
const END_BYTES = 1 << 12;
const LONGEST_LINE = 1 << 26;

function checksum(text: string): string {
  return nodeCrc32(utf8(text)).toString(16).padStart(8, "0");
}

function wholeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

/** What stands in a line; undefined where it is no operation that this log has ever been given. */
function parseEntry(json: string): Operation | typeof DONE | undefined {
  let entry: Partial<Record<"done" | keyof Operation, unknown>> | null;
  try {
    entry = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (entry?.done === true) return DONE;
  const { time, command, changes } = entry ?? {};
  if (typeof time !== "string" || typeof command !== "string") return undefined;
  if (!Array.isArray(changes) || !changes.every(isChange)) return undefined;
  // Where a ref is absent, JSON has no key for it.
  return { time, command, changes: changes.map(({ name, from, to }) => ({ name, from, to })) };
}

function isChange(change: unknown): change is RefChange {
  const { name, from, to } = (change ?? {}) as Partial<Record<keyof RefChange, unknown>>;
  if (typeof name !== "string" || !isRefName(name)) return false;
  // A ref may have held anything before: damage, which this operation replaced.
  const wasText = from === undefined || typeof from === "string";
  return wasText && (to === undefined || (typeof to === "string" && isTarget(name, to)));
}
