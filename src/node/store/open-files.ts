import type { Files } from "../host/files.ts";

/**
 * The most files to keep open at a time. Systems limit the descriptors of a process, and Linux
 * takes milliseconds to make room for more than 64.
 */
const MOST_OPEN = 16;

/** Opens files when they are read, and keeps the most recently used ones open. */
export class OpenFiles {
  readonly #files: Files;
  /** Descriptors by path, the most recently used last. */
  readonly #descriptors = new Map<string, number>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** Reads up to `length` bytes at `offset` of a file, fewer at its end; `into` as in `Files`. */
  read(file: string, offset: number, length: number, into?: Uint8Array): Uint8Array {
    return this.#files.read(this.#descriptor(file), offset, length, into);
  }

  size(file: string): number {
    return this.#files.size(this.#descriptor(file));
  }

  /** Closes a file, if it is open. */
  close(file: string): void {
    const descriptor = this.#descriptors.get(file);
    if (descriptor === undefined) return;
    this.#descriptors.delete(file);
    this.#files.close(descriptor);
  }

  closeAll(): void {
    for (const file of [...this.#descriptors.keys()]) this.close(file);
  }

  #descriptor(file: string): number {
    let descriptor = this.#descriptors.get(file);
    if (descriptor === undefined) {
      descriptor = this.#files.open(file, "read");
      const [oldest] = this.#descriptors.keys();
      if (this.#descriptors.size === MOST_OPEN) this.close(oldest as string);
    } else {
      this.#descriptors.delete(file);
    }
    this.#descriptors.set(file, descriptor);
    return descriptor;
  }
}
