import { mkdirSync, utimesSync } from "node:fs";
import path from "node:path";
import { outputFileSync } from "fs-extra/esm";
import { filesOf } from "./view.ts";

/** A file system call, as noted by `intercept.cjs`. */
export interface Call {
  readonly name: string;
  readonly file: string;
  readonly to?: string;
  readonly flags?: number | string;
  readonly numbers: readonly number[];
  /** The bytes that it wrote, in Base64. */
  readonly data?: string;
}

/** What a power cut leaves of unflushed writes. */
export interface Cut {
  /** Names that were made, moved or removed in folders, unflushed. */
  readonly names: "kept" | "lost";
  /** Bytes that were written to files, unflushed; half of them are `torn`. */
  readonly bytes: "kept" | "lost" | "torn";
}

export const CUTS: readonly Cut[] = [
  { names: "kept", bytes: "kept" },
  { names: "kept", bytes: "lost" },
  { names: "kept", bytes: "torn" },
  { names: "lost", bytes: "kept" },
  { names: "lost", bytes: "lost" },
];

interface Inode {
  now: Buffer;
  flushed: Buffer;
}

type Entry = Inode | "folder";

/** A disk that keeps flushed and unflushed changes apart. Calls are executed one by one. */
export class Disk {
  readonly #root: string;
  readonly #now = new Map<string, Entry>();
  readonly #flushed = new Map<string, Entry>();

  /** Everything below `root` is flushed. */
  constructor(root: string) {
    this.#root = root;
    for (const [name, bytes] of filesOf(path.join(root, ".rewind"))) {
      const file = path.join(root, ".rewind", name);
      const isFolder = name.endsWith("/");
      const entry: Entry = isFolder ? "folder" : { now: bytes, flushed: bytes };
      for (const names of [this.#now, this.#flushed]) names.set(path.resolve(file), entry);
    }
  }

  apply({ name, file, to = "", flags, numbers, data }: Call): void {
    const bytes = Buffer.from(data ?? "", "base64");
    switch (name) {
      case "openSync":
        if (this.#now.has(file) || !creates(flags)) return;
        this.#now.set(file, { now: Buffer.alloc(0), flushed: Buffer.alloc(0) });
        return;
      case "writeSync":
        this.#change(file, (now) => Buffer.concat([now, bytes]));
        return;
      case "ftruncateSync":
        this.#change(file, (now) => now.subarray(0, numbers[0] ?? 0));
        return;
      case "fdatasyncSync":
      case "fsyncSync":
        this.#flush(file);
        return;
      case "mkdirSync":
        for (
          let at = file;
          !this.#now.has(at) && at.startsWith(this.#root);
          at = path.dirname(at)
        ) {
          this.#now.set(at, "folder");
        }
        return;
      case "renameSync":
      case "linkSync": {
        const entry = this.#now.get(file);
        if (entry === undefined || (name === "linkSync" && this.#now.has(to))) return;
        this.#now.set(to, entry);
        if (name === "renameSync") this.#now.delete(file);
        return;
      }
      case "unlinkSync":
      case "rmdirSync":
        if (name === "unlinkSync" || ![...this.#now.keys()].some((one) => isIn(one, file))) {
          this.#now.delete(file);
        }
    }
  }

  /** Writes the state after a power cut to another folder. */
  write(folder: string, { names, bytes }: Cut): void {
    const entries = names === "kept" ? this.#now : this.#flushed;
    for (const [file, entry] of [...entries].sort(([a], [b]) => a.length - b.length)) {
      const target = path.join(folder, path.relative(this.#root, file));
      if (entry === "folder") mkdirSync(target, { recursive: true });
      else if (entries.get(path.dirname(file)) === "folder") {
        outputFileSync(target, left(entry, bytes));
        // A machine takes a while to restart after a power cut.
        utimesSync(target, LONG_AGO, LONG_AGO);
      }
    }
  }

  #change(file: string, work: (now: Buffer) => Buffer): void {
    const entry = this.#now.get(file);
    if (entry !== undefined && entry !== "folder") entry.now = work(entry.now);
  }

  #flush(file: string): void {
    const entry = this.#now.get(file);
    if (entry !== undefined && entry !== "folder") {
      entry.flushed = entry.now;
      return;
    }
    for (const names of [this.#flushed, this.#now]) {
      for (const name of [...names.keys()]) {
        if (path.dirname(name) !== file) continue;
        const now = this.#now.get(name);
        if (now === undefined) this.#flushed.delete(name);
        else this.#flushed.set(name, now);
      }
    }
  }
}

const LONG_AGO = new Date("2020-01-01T00:00:00Z");

function isIn(file: string, folder: string): boolean {
  return file.startsWith(folder + path.sep);
}

function creates(flags: number | string | undefined): boolean {
  const O_CREAT = 0o100;
  return typeof flags === "number" ? (flags & O_CREAT) !== 0 : /^[wa]/.test(flags ?? "r");
}

function left({ now, flushed }: Inode, bytes: Cut["bytes"]): Buffer {
  if (bytes === "kept") return now;
  if (bytes === "lost" || now.length <= flushed.length) return flushed;
  return now.subarray(0, flushed.length + ((now.length - flushed.length) >> 1));
}
