import path from "node:path";
import { concatBytes, utf8 } from "../../base/bytes.ts";
import { count, plural } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { isTarget } from "../../store/head.ts";
import { isRefName } from "../../store/ref-name.ts";
import type { Operation, RefChange } from "../../store/ref-store.ts";
import { type Files, withFile } from "../host/files.ts";
import type { Seal } from "../host/machine-seal.ts";
import { nodeCrc32 } from "../host/platform.ts";
import { storeFolders } from "./store-folders.ts";

/** What an operation log needs. */
export interface LogTools {
  readonly files: Files;
  readonly seal: Seal;
  /** Called for each damaged line, which is left out. */
  onDamage(error: RewindError<"STORE_DAMAGED">): void;
}

/**
 * The operations of a store, one per line: a checksum, a seal, and the operation as JSON. An
 * operation is logged before its refs change, and counts once the line `{"done":true}` follows it.
 * Lines with another seal came with a copy of the store and are ignored.
 */
export class OperationLog {
  readonly #file: string;
  readonly #tools: LogTools;
  /** The last result of `begun`, and the state of the file at that time. */
  #seen: { readonly state: string; readonly begun: Operation | undefined } | undefined;
  /** The damage already reported for this state of the file. */
  #told: { readonly state: string; readonly what: Set<string> } = { state: "", what: new Set() };

  constructor(root: string, tools: LogTools) {
    this.#file = path.join(storeFolders(root).logs, "operations");
    this.#tools = tools;
  }

  /** Its path. */
  get file(): string {
    return this.#file;
  }

  /** The finished operations, oldest first. */
  list(): Operation[] {
    const operations: Operation[] = [];
    const damaged: number[] = [];
    let count = 0;
    let number = 0;
    let last: Operation | undefined;
    for (const line of this.#lines()) {
      number++;
      const entry = this.#parse(line);
      if (entry === undefined) {
        count++;
        if (damaged.length < MOST_TOLD) damaged.push(number);
      }
      // An operation on the last line is not done; it counts once another line follows.
      if (last !== undefined) operations.push(last);
      last = typeof entry === "object" ? entry : undefined;
    }
    this.#tellDamage(damaged, count);
    return operations;
  }

  /** The operation that was begun and not finished, perhaps because of a crash. */
  begun(): Operation | undefined {
    const found = this.#tools.files.stat(this.#file);
    const state = found && `${found.identity} ${found.size} ${found.modifiedMs}`;
    if (state === undefined) return undefined;
    if (this.#seen?.state !== state) {
      const { line } = this.#end();
      const last = line === undefined ? FOREIGN : this.#parse(line);
      if (last === undefined) this.#tell(state, "the last line");
      this.#seen = { state, begun: typeof last === "object" ? last : undefined };
    }
    return this.#seen.begun;
  }

  /**
   * Logs an operation before its refs change. Once this returns, the entry survives a power cut.
   */
  begin(operation: Operation): void {
    this.#write(operation);
  }

  /** Logs that all refs of the operation have changed. This too survives a power cut. */
  finish(): void {
    const { files } = this.#tools;
    const before = files.stat(this.#file)?.size ?? 0;
    try {
      this.#write({ done: true });
    } catch (error) {
      // The line may have been written but not flushed. An operation reported as failed must not
      // count.
      files.truncate(this.#file, before);
      throw error;
    }
  }

  /** Removes an unfinished operation and an incomplete last line, so that new lines can follow. */
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
      files.write(descriptor, utf8(`${checksum(utf8(sealed))} ${sealed}\n`));
      files.sync(descriptor);
    });
  }

  /** The content of a line; undefined if it is damaged. */
  #parse(line: Uint8Array): Operation | typeof DONE | typeof FOREIGN | undefined {
    // A cheap test first: most lines of a damaged log fail here.
    if (line[SUM_DIGITS] !== SPACE) return undefined;
    const sum = new TextDecoder().decode(line.subarray(0, SUM_DIGITS));
    const sealed = line.subarray(SUM_DIGITS + 1);
    if (sum !== checksum(sealed)) return undefined;
    const [, seal, json] = SEALED.exec(new TextDecoder().decode(sealed)) ?? [];
    if (seal === undefined || json === undefined) return undefined;
    return this.#tools.seal.isOurs(json, seal) ? parseEntry(json) : FOREIGN;
  }

  /** Reports damaged lines: the first few by number, then how many more there are. */
  #tellDamage(numbers: readonly number[], total: number): void {
    if (total === 0) return;
    const found = this.#tools.files.stat(this.#file);
    const state = `${found?.identity} ${found?.size} ${found?.modifiedMs}`;
    for (const number of numbers) this.#tell(state, `line ${number}`);
    const more = total - numbers.length;
    if (more > 0) this.#tell(state, plural(more, "more line"));
  }

  /** Reports damage, once for each state of the file. */
  #tell(state: string, what: string): void {
    if (this.#told.state !== state) this.#told = { state, what: new Set() };
    if (this.#told.what.has(what)) return;
    this.#told.what.add(what);
    this.#tools.onDamage(
      new RewindError("STORE_DAMAGED", `${what} of logs/operations`, { file: "logs/operations" }),
    );
  }

  /** The complete lines without their line feeds; an overlong line comes out empty. */
  *#lines(): Generator<Uint8Array> {
    const { files } = this.#tools;
    const found = files.stat(this.#file);
    if (found === undefined) return;
    if (found.size > LARGEST_LOG) throw tooLarge(found.size);
    const descriptor = files.open(this.#file, "read");
    try {
      const size = files.size(descriptor);
      let rest: Uint8Array[] = [];
      let length = 0;
      for (let at = 0; at < size; at += READ_BYTES) {
        const bytes = files.read(descriptor, at, Math.min(READ_BYTES, size - at));
        let start = 0;
        for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
          const piece = bytes.subarray(start, end);
          yield length > LONGEST_LINE
            ? NOTHING
            : rest.length === 0
              ? piece
              : concatBytes([...rest, piece]);
          rest = [];
          length = 0;
          start = end + 1;
        }
        length += bytes.length - start;
        if (length > LONGEST_LINE) rest = [];
        else if (start < bytes.length) rest.push(bytes.subarray(start));
      }
    } finally {
      files.close(descriptor);
    }
  }

  /** The log's length, and the start, end and text of its last complete line. */
  #end(): {
    readonly size: number;
    readonly start: number;
    readonly end: number;
    readonly line: Uint8Array | undefined;
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
        const line = bytes.subarray(start + 1, end);
        return { size, start: from + start + 1, end: from + end + 1, line };
      }
      throw new RewindError(
        "STORE_DAMAGED",
        `logs/operations: expected lines of at most ${count(LONGEST_LINE)} bytes, but its last line is longer`,
        { file: "logs/operations" },
      );
    });
  }
}

const DONE = "done";
/** Stands for a line with another seal, which came with a copy of the store. */
const FOREIGN = "foreign";
const SUM_DIGITS = 8;
const SEALED = /^(\S+) (.*)$/s;
const NEWLINE = 10;
const SPACE = 32;
const NOTHING: Uint8Array = new Uint8Array(0);

/** The most damaged lines that are reported by number. */
const MOST_TOLD = 3;

/** The bytes read at a time. */
const READ_BYTES = 1 << 20;

/** The largest log that is read. */
const LARGEST_LOG = 2 ** 28;

/**
 * The usual and the greatest length of the last line; the greatest holds hundreds of thousands of
 * refs.
 */
const END_BYTES = 1 << 12;
const LONGEST_LINE = 1 << 26;

function checksum(bytes: Uint8Array): string {
  return nodeCrc32(bytes).toString(16).padStart(SUM_DIGITS, "0");
}

function tooLarge(size: number): RewindError {
  const [most, got] = [LARGEST_LOG, size].map(count);
  return new RewindError(
    "STORE_DAMAGED",
    `logs/operations: expected at most ${most} bytes, got ${got}`,
    { file: "logs/operations" },
  );
}

/** The entry in a line; undefined unless it is one that this log could have written. */
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
  // An absent ref has no key in the JSON.
  return { time, command, changes: changes.map(({ name, from, to }) => ({ name, from, to })) };
}

function isChange(change: unknown): change is RefChange {
  const { name, from, to } = (change ?? {}) as Partial<Record<keyof RefChange, unknown>>;
  if (typeof name !== "string" || !isRefName(name)) return false;
  // `from` may be any text: the operation may have replaced a damaged ref.
  const wasText = from === undefined || typeof from === "string";
  return wasText && (to === undefined || (typeof to === "string" && isTarget(name, to)));
}
