import { RewindError } from "../../../base/errors.ts";
import type { Captured, CapturedInput } from "./captured.ts";
import type { Gate } from "./gate.ts";
import { bytesOnDisk, type Digested, digestOnDisk, lookOnDisk } from "./on-disk.ts";
import type { Located } from "./paths.ts";

/** What a path leads to. */
export type Found =
  | { readonly kind: "file"; readonly length: number; bytes(): Uint8Array }
  | { readonly kind: "folder"; readonly listing: readonly string[] }
  | { readonly kind: "absent" };

/**
 * The files and folders that a program reads while it is loaded. They are recorded at the first
 * read, so that later reads return the same, and come from the recording in a replay.
 */
export class Inputs {
  readonly #options: {
    readonly root: string;
    readonly limitBytes: number;
    readonly gate: Gate;
    readonly captured: Captured | undefined;
  };
  readonly #recorded: ReadonlyMap<string, CapturedInput>;
  readonly #found = new Map<string, Found>();
  readonly #noted = new Map<string, CapturedInput>();

  constructor(options: {
    readonly root: string;
    readonly limitBytes: number;
    readonly gate: Gate;
    /** The recorded inputs, in a replay. */
    readonly captured: Captured | undefined;
  }) {
    this.#options = options;
    this.#recorded = new Map(options.captured?.inputs.map((input) => [input.path, input]));
  }

  /**
   * What a path leads to. Throws PROGRAM_INPUT_CHANGED and PROGRAM_INPUT_MISSING in a replay, and
   * FORBIDDEN_WHILE_LOADING in a recording for what cannot be recorded, such as a pipe. A package
   * finds nothing there.
   */
  find(at: Located): Found {
    let found = this.#found.get(at.key);
    if (found === undefined) {
      found = this.#options.captured === undefined ? this.#read(at) : this.#replay(at);
      this.#found.set(at.key, found);
    }
    return found;
  }

  /** Everything that was read, sorted by path. */
  list(): CapturedInput[] {
    return [...this.#noted.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #read(at: Located): Found {
    const { key, file } = at;
    const { limitBytes, gate } = this.#options;
    const now = gate.asRealm(() => lookOnDisk(file, limitBytes));
    if (now.kind === "absent") return this.#noteAbsent(key);
    if (now.kind === "unread") {
      const hint = `it ${now.why}, and only files and folders are recorded`;
      return gate.deny({ name: key, kind: "read", hint }, () => this.#noteAbsent(key));
    }
    if (now.kind === "folder") {
      this.#noted.set(key, { path: key, listing: now.listing });
      return now;
    }
    const { digest, length, bytes } = now;
    this.#noted.set(key, { path: key, digest, length, ...(bytes && { bytes }) });
    return bytes === undefined
      ? this.#unstored(at, { digest, length })
      : { kind: "file", length, bytes: () => bytes };
  }

  #noteAbsent(key: string): Found {
    this.#noted.set(key, { path: key, absent: true });
    return { kind: "absent" };
  }

  #replay(at: Located): Found {
    const { key, file } = at;
    const input = this.#recorded.get(key);
    if (input === undefined) {
      throw this.#failure(
        "PROGRAM_INPUT_CHANGED",
        `the program reads ${key}, which it did not read when it was recorded`,
        key,
      );
    }
    this.#noted.set(key, input);
    if ("absent" in input) return { kind: "absent" };
    if ("listing" in input) return { kind: "folder", listing: input.listing };
    const { bytes, length } = input;
    if (bytes !== undefined) return { kind: "file", length, bytes: () => bytes };
    const now = this.#options.gate.asRealm(() => digestOnDisk(file, length));
    if (typeof now === "string") {
      throw this.#failure(
        "PROGRAM_INPUT_MISSING",
        `the program reads ${key}, of which only the digest was recorded, and it ${now}`,
        key,
      );
    }
    if (now.digest !== input.digest) throw this.#changed(key);
    return this.#unstored(at, input);
  }

  /** A file whose bytes are read again each time. They must be those of the digest. */
  #unstored({ key, file }: Located, { digest, length }: Digested): Found {
    const bytes = (): Uint8Array => {
      if (length > LARGEST_BYTES) throw tooLarge(length);
      const read = this.#options.gate.asRealm(() => bytesOnDisk(file, { digest, length }));
      if (read === undefined) throw this.#changed(key);
      return read;
    };
    return { kind: "file", length, bytes };
  }

  #changed(key: string): RewindError {
    const isReplay = this.#options.captured !== undefined;
    return this.#failure(
      "PROGRAM_INPUT_CHANGED",
      `the program reads ${key}, which has changed since it was ${isReplay ? "recorded" : "first read"}`,
      key,
      isReplay ? undefined : "record again once nothing else writes to it",
    );
  }

  #failure(
    code: "PROGRAM_INPUT_CHANGED" | "PROGRAM_INPUT_MISSING",
    message: string,
    key: string,
    hint?: string,
  ): RewindError {
    const error = new RewindError(code, message, { file: key, ...(hint && { hint }) });
    return this.#options.gate.fail(error);
  }
}

/** What Node's `readFile` reads at most. */
const LARGEST_BYTES = 2 ** 31 - 1;

/** The error that Node throws then. */
function tooLarge(length: number): RangeError {
  const error = new RangeError(`File size (${length}) is greater than 2 GiB`);
  return Object.assign(error, { code: "ERR_FS_FILE_TOO_LARGE" });
}
