import type { Files } from "../../src/node/host/files.ts";
import { deadOwner } from "./dead.ts";
import type { memoryFiles } from "./memory-files.ts";

/** Files of a process that is killed in an operation that changes something. */
export function mortal(files: Files, killAt: number): Files {
  let count = 0;
  const changing = new Set(["open", "write", "sync", "rename", "link", "remove", "syncFolder"]);
  const wrapped = Object.entries(files).map(([name, work]) => [
    name,
    (...values: unknown[]) => {
      if (changing.has(name) && values[1] !== "read") count++;
      if (count >= killAt) {
        const [descriptor, bytes] = values as [number, Uint8Array];
        if (count === killAt && name === "write") files.write(descriptor, bytes.slice(0, 40));
        count = Number.POSITIVE_INFINITY;
        throw new Error("killed");
      }
      return (work as (...all: unknown[]) => unknown)(...values);
    },
  ]);
  return Object.fromEntries(wrapped) as Files;
}

/** Makes the folders of a store. */
export function storeFolders(files: Pick<Files, "makeFolder">, root: string): void {
  for (const folder of ["objects", "local", "logs", "refs/heads"]) {
    files.makeFolder(`${root}/${folder}`);
  }
}

/** Lets the locks belong to a process that has ended. */
export function bury(files: ReturnType<typeof memoryFiles>): void {
  for (const file of files.contents.keys()) {
    if (/\.lock(\.removal)*$/.test(file)) {
      files.contents.set(file, new Uint8Array(Buffer.from(deadOwner())));
    }
  }
}
