import fs, { type FileHandle } from "node:fs/promises";
import type { Scratch } from "../../table/table.ts";
import { temporaryBeside } from "./user-files.ts";

/**
 * A place for bytes beside a file that is being written, where there is room for them. It loses its
 * name at once, so that it goes with the process at the latest.
 */
export async function scratchFile(file: string): Promise<Scratch> {
  const temporary = temporaryBeside(file);
  const handle = await fs.open(temporary, "wx+", 0o600);
  // A system that keeps the name of an open file loses it at the end.
  await forget(temporary);
  return new ScratchFile(handle, temporary);
}

async function forget(file: string): Promise<void> {
  await fs.rm(file, { force: true }).catch(() => undefined);
}

class ScratchFile implements Scratch {
  readonly #handle: FileHandle;
  readonly #file: string;
  #length = 0;

  constructor(handle: FileHandle, file: string) {
    this.#handle = handle;
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const rest = bytes.length - at;
      const { bytesWritten } = await this.#handle.write(bytes, at, rest, this.#length);
      at += bytesWritten;
      this.#length += bytesWritten;
    }
  }

  async *read(): AsyncGenerator<Uint8Array> {
    let at = 0;
    while (at < this.#length) {
      const bytes = new Uint8Array(Math.min(PART_BYTES, this.#length - at));
      const { bytesRead } = await this.#handle.read(bytes, 0, bytes.length, at);
      if (bytesRead === 0) throw new Error("expected all bytes of a temporary file");
      at += bytesRead;
      yield bytes.subarray(0, bytesRead);
    }
  }

  async remove(): Promise<void> {
    await this.#handle.close();
    await forget(this.#file);
  }
}

const PART_BYTES = 1 << 20;
