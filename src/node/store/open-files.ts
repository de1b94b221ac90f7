import type { Files } from "../host/files.ts";

/**
 * So many files are open at a time, however many packs there are: a system gives a process few
 * descriptors, and Linux makes room for more than 64 in steps of milliseconds.
 */
const MOST_OPEN = 16;

/** Files that are read now and then: opened when they are read, those read last kept open. */
export class OpenFiles {
  readonly #files: Files;
  /** Descriptors by path, the one used last at the end. */
  readonly #descriptors = new Map<string, number>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** Reads up to `length` bytes at `offset` of a file; fewer at its end. */
  read(file: string, offset: number, length: number): Uint8Array {
    return this.#files.read(this.#descriptor(file), offset, length);
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
