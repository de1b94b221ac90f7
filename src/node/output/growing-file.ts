import path from "node:path";
import { toHex, utf8 } from "../../base/bytes.ts";
import { type Files, makeFolders } from "../host/files.ts";
import { runningHash } from "../host/platform.ts";
import { readParts } from "./stock.ts";

/** A file to which text is added: in memory at first, then on disk. */
export class GrowingFile {
  readonly file: string;
  readonly #files: Files;
  #descriptor: number | undefined;
  #hash = runningHash();
  /** The bytes on disk, and those that follow. */
  #written = 0;
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;
  #text = "";

  constructor(files: Files, file: string) {
    this.#files = files;
    this.file = file;
  }

  take(text: string): void {
    this.#text += text;
  }

  /** How much is not written, roughly. */
  get pending(): number {
    return this.#chunkBytes + this.#text.length;
  }

  /** The bytes taken so far, those on disk included. */
  length(): number {
    this.#settle();
    return this.#written + this.#chunkBytes;
  }

  #settle(): void {
    if (this.#text === "") return;
    const bytes = utf8(this.#text);
    this.#text = "";
    this.#chunks.push(bytes);
    this.#chunkBytes += bytes.length;
  }

  /** Opens a file that has these first bytes, of another file if `from` is given. */
  open(length: number, from: string = this.file): void {
    const files = this.#files;
    if (from !== this.file || length === 0) {
      makeFolders(files, path.dirname(this.file));
      files.remove(this.file);
    } else if ((files.stat(this.file)?.size ?? 0) > length) files.truncate(this.file, length);
    const descriptor = files.open(this.file, "append");
    this.#descriptor = descriptor;
    this.#hash = runningHash();
    readParts(files, from, length, (part) => {
      this.#hash.update(part);
      if (from !== this.file) files.write(descriptor, part);
    });
    this.#written = length;
  }

  get isOpen(): boolean {
    return this.#descriptor !== undefined;
  }

  /** Writes everything; returns the digest of the first `until` bytes, if these end in what is written now. */
  write(until: number | undefined): string | undefined {
    this.#settle();
    this.#checkInPlace();
    let digest = until === this.#written ? toHex(this.#hash.digest()) : undefined;
    for (const chunk of this.#chunks) {
      const over = until === undefined ? 0 : until - this.#written;
      if (over > 0 && over <= chunk.length) {
        this.#hash.update(chunk.subarray(0, over));
        digest = toHex(this.#hash.digest());
        this.#hash.update(chunk.subarray(over));
      } else this.#hash.update(chunk);
      this.#files.write(this.#descriptor as number, chunk);
      this.#written += chunk.length;
    }
    this.#chunks = [];
    this.#chunkBytes = 0;
    return digest;
  }

  /** Drops everything after the first bytes. */
  cut(length: number): void {
    this.#settle();
    if (length >= this.#written) {
      let left = length - this.#written;
      this.#chunks = this.#chunks.flatMap((chunk) => {
        const kept = chunk.subarray(0, left);
        left -= kept.length;
        return kept.length > 0 ? [kept] : [];
      });
      this.#chunkBytes = length - this.#written;
      return;
    }
    this.close();
    this.#chunks = [];
    this.#chunkBytes = 0;
    this.open(length);
  }

  close(): void {
    if (this.#descriptor !== undefined) this.#files.close(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Somebody may have saved another file under this name. */
  #checkInPlace(): void {
    const files = this.#files;
    const there = files.stat(this.file);
    if (there?.identity === files.identity(this.#descriptor as number)) {
      if (there.size === this.#written) return;
      throw new Error("it was changed by others while it was written");
    }
    throw new Error("it was moved away or replaced while it was written");
  }
}
