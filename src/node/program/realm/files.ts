import { Buffer } from "node:buffer";
import { fileError } from "./file-error.ts";
import type { Gate } from "./gate.ts";
import type { Found, Inputs } from "./inputs.ts";
import { type Located, locate, virtualPath } from "./paths.ts";
import { entryOf, statOf } from "./stat.ts";

/** The name of a file function, such as `fs.readFileSync()`, and its work when it is allowed. */
type Reads = Readonly<Record<string, (name: string, ...values: never[]) => unknown>>;

interface Options {
  readonly encoding?: string | null;
  readonly withFileTypes?: boolean;
  readonly recursive?: boolean;
  readonly throwIfNoEntry?: boolean;
}

const HINT = "read the file at the top of the module";

/** The reading functions of `node:fs` and `node:fs/promises`, as a program sees them. */
export interface Files {
  readonly sync: Readonly<Record<string, unknown>>;
  readonly promises: Readonly<Record<string, unknown>>;
}

/**
 * Makes the file functions of a realm: they read recorded files, and only while the program is
 * loaded.
 */
export function filesOf(inputs: Inputs, gate: Gate, root: string): Files {
  const at = (name: string, given: unknown): Located => {
    const hint = HINT;
    if (!gate.isLoading) gate.deny({ name, hint });
    const located = locate(given, root);
    return located ?? gate.deny({ name, hint: "name the file by its path" });
  };
  const find = (name: string, given: unknown, syscall: string): Exclude<Found, Absent> => {
    const located = at(name, given);
    const found = inputs.find(located);
    if (found.kind === "absent") throw fileError("ENOENT", syscall, located.shown);
    return found;
  };
  const reads = {
    readFile(name: string, given: unknown, options?: Options | string | null): unknown {
      const found = find(name, given, "open");
      if (found.kind === "folder") throw fileError("EISDIR", "read");
      return decoded(found.bytes(), typeof options === "object" ? options?.encoding : options);
    },
    exists(name: string, given: unknown): boolean {
      return inputs.find(at(name, given)).kind !== "absent";
    },
    stat(name: string, given: unknown, options?: Options): unknown {
      const found = inputs.find(at(name, given));
      if (found.kind !== "absent") return statOf(found, gate);
      if (options?.throwIfNoEntry === false) return undefined;
      throw fileError("ENOENT", "stat", at(name, given).shown);
    },
    access(name: string, given: unknown): void {
      find(name, given, "access");
    },
    readdir(name: string, given: unknown, options?: Options | string): unknown {
      const found = find(name, given, "scandir");
      const { shown } = at(name, given);
      if (found.kind === "file") throw fileError("ENOTDIR", "scandir", shown);
      const settings = typeof options === "object" ? options : {};
      if (settings?.recursive) gate.deny({ name, hint: "read the folders one by one" });
      return found.listing.map((entry) =>
        settings?.withFileTypes ? entryOf(entry, shown) : entry.replace(/\/$/, ""),
      );
    },
    realpath(name: string, given: unknown): string {
      find(name, given, "realpath");
      return virtualPath(at(name, given).key);
    },
  } satisfies Reads;
  const all = { ...reads, lstat: reads.stat } as Readonly<
    Record<string, (name: string, ...values: unknown[]) => unknown>
  >;
  return { sync: withCallbacks(all, gate), promises: promised(all, gate) };
}

interface Absent {
  readonly kind: "absent";
}

function decoded(bytes: Uint8Array, encoding: string | null | undefined): unknown {
  // A copy: a program's changes must not affect the recording.
  const buffer = Buffer.alloc(bytes.length);
  buffer.set(bytes);
  if (encoding === undefined || encoding === null || encoding === "buffer") return buffer;
  if (Buffer.isEncoding(encoding)) return buffer.toString(encoding);
  throw new TypeError(`The argument 'encoding' is invalid encoding. Received '${encoding}'`);
}

type All = Readonly<Record<string, (name: string, ...values: unknown[]) => unknown>>;

/** `readFileSync`, and `readFile` with a callback. */
function withCallbacks(all: All, gate: Gate): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, read] of Object.entries(all)) {
    const name = `fs.${key}()`;
    made[`${key}Sync`] = (...values: unknown[]) => read(`fs.${key}Sync()`, ...values);
    made[key] = (...values: unknown[]): void => {
      const done = values.pop() as (error: unknown, result?: unknown) => void;
      if (!gate.isLoading) gate.deny({ name, hint: HINT });
      let outcome: readonly [unknown, unknown?];
      try {
        outcome = [null, read(name, ...values)];
      } catch (error) {
        outcome = [error];
      }
      // Asynchronous, like Node's callbacks; that of `exists` gets only the result.
      const call = (): void => (key === "exists" ? done(outcome[1]) : done(...outcome));
      gate.asRealm(() => queueMicrotask(call));
    };
  }
  made.realpathSync = Object.assign(made.realpathSync as object, { native: made.realpathSync });
  return made;
}

function promised(all: All, gate: Gate): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, read] of Object.entries(all)) {
    if (key === "exists") continue;
    const name = `fs.promises.${key}()`;
    const reading = async (values: unknown[]): Promise<unknown> => read(name, ...values);
    made[key] = (...values: unknown[]) => {
      // Thrown, not a rejected promise, because nobody would await that in a step.
      if (!gate.isLoading) gate.deny({ name, hint: HINT });
      return reading(values);
    };
  }
  return made;
}
