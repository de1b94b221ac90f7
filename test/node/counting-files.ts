import path from "node:path";
import type { Files } from "../../src/node/host/files.ts";
import { quickFiles } from "../support/store-tools.ts";

export interface CountingFiles extends Files {
  /** The operations since the last call. */
  taken(): Taken;
  /** The number of open files, now and at most. */
  readonly nowOpen: () => number;
  readonly mostOpen: () => number;
}

export interface Taken {
  /** The names of the files that were opened to read, in order. */
  readonly opened: readonly string[];
  readonly reads: number;
  readonly bytes: number;
  readonly lists: number;
}

/** Files that count their operations. */
export function countingFiles(): CountingFiles {
  let opened: string[] = [];
  let [reads, bytes, lists, now, most] = [0, 0, 0, 0, 0];
  return {
    ...quickFiles,
    open(file, mode) {
      const descriptor = quickFiles.open(file, mode);
      if (mode === "read") opened.push(path.basename(file));
      most = Math.max(most, ++now);
      return descriptor;
    },
    close(descriptor) {
      quickFiles.close(descriptor);
      now--;
    },
    read(descriptor, offset, length) {
      const read = quickFiles.read(descriptor, offset, length);
      reads++;
      bytes += read.length;
      return read;
    },
    list(folder) {
      lists++;
      return quickFiles.list(folder);
    },
    taken() {
      const taken = { opened, reads, bytes, lists };
      opened = [];
      [reads, bytes, lists] = [0, 0, 0];
      return taken;
    },
    nowOpen: () => now,
    mostOpen: () => most,
  };
}
