import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { RewindError } from "../../../base/errors.ts";
import type { Captured, CapturedInput } from "./captured.ts";
import type { Gate } from "./gate.ts";
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

  /** What a path leads to. Throws PROGRAM_INPUT_CHANGED and PROGRAM_INPUT_MISSING in a replay. */
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

  #read({ key, file }: Located): Found {
    const { found, input } = this.#onDisk(file, key, this.#options.limitBytes);
    this.#noted.set(key, input);
    return found;
  }

  #replay({ key, file }: Located): Found {
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
    const now = this.#onDisk(file, key, 0);
    if (now.found.kind !== "file") {
      throw this.#failure(
        "PROGRAM_INPUT_MISSING",
        `the program reads ${key}, of which only the digest was recorded, and it does not exist`,
        key,
      );
    }
    if (!("digest" in now.input) || now.input.digest !== input.digest) {
      throw this.#failure(
        "PROGRAM_INPUT_CHANGED",
        `the program reads ${key}, which has changed since it was recorded`,
        key,
      );
    }
    return now.found;
  }

  #onDisk(file: string, key: string, limitBytes: number): OnDisk {
    const { gate } = this.#options;
    return gate.asRealm(() => onDisk(file, key, limitBytes, gate));
  }

  #failure(code: "PROGRAM_INPUT_CHANGED" | "PROGRAM_INPUT_MISSING", message: string, key: string) {
    const error = new RewindError(code, message, { file: key });
    return this.#options.gate.fail(error);
  }
}

interface OnDisk {
  readonly found: Found;
  readonly input: CapturedInput;
}

/** What is at a path now, and the note about it. */
function onDisk(file: string, key: string, limitBytes: number, gate: Gate): OnDisk {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { found: { kind: "absent" }, input: { path: key, absent: true } };
  if (stat.isDirectory()) {
    const listing = namesIn(file);
    return { found: { kind: "folder", listing }, input: { path: key, listing } };
  }
  if (stat.size > limitBytes || mayHoldSecrets(file)) {
    const { digest, length } = digestOf(file);
    const again = (): Uint8Array => gate.asRealm(() => fs.readFileSync(file));
    return { found: { kind: "file", length, bytes: again }, input: { path: key, digest, length } };
  }
  const bytes = plain(fs.readFileSync(file));
  const { length } = bytes;
  const digest = createHash("sha256").update(bytes).digest("hex");
  return {
    found: { kind: "file", length, bytes: () => bytes },
    input: { path: key, digest, length, bytes },
  };
}

/** Ordered by code units: the order on disk differs between file systems. */
function namesIn(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .map((name) => {
      const stat = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
      return stat?.isDirectory() ? `${name}/` : name;
    })
    .sort();
}

/** Files for environment variables: their values are never stored. */
function mayHoldSecrets(file: string): boolean {
  return /^\.env(\.|$)/.test(path.basename(file));
}

const PART_BYTES = 1 << 20;

/** In pieces, because the file may be larger than memory. */
function digestOf(file: string): { digest: string; length: number } {
  const hash = createHash("sha256");
  const part = Buffer.alloc(PART_BYTES);
  const descriptor = fs.openSync(file, "r");
  try {
    let length = 0;
    for (;;) {
      const read = fs.readSync(descriptor, part, 0, PART_BYTES, null);
      if (read === 0) return { digest: hash.digest("hex"), length };
      hash.update(part.subarray(0, read));
      length += read;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice();
}
