import type { Files } from "../../src/node/host/files.ts";
import { quickFiles } from "../support/store-tools.ts";

/** The operations that change something on the disk. */
export const OPERATIONS = [
  ...["open", "write", "sync", "rename", "link", "truncate", "makeFolder", "syncFolder"],
] as readonly (keyof Files)[];

export interface FailingFiles extends Files {
  /** Whether the failure has happened. */
  failed(): boolean;
}

/**
 * Files in which the n-th of certain operations fails, or the n-th and all later ones. A failed
 * write has written half of its bytes, as on a full disk.
 */
export function failingFiles(options: {
  readonly at: number;
  readonly code: string;
  readonly operations: readonly (keyof Files)[];
  readonly lasting?: boolean;
}): FailingFiles {
  let count = 0;
  let failed = false;
  const fails = (operation: keyof Files): boolean => {
    if (!options.operations.includes(operation)) return false;
    count++;
    const now = options.lasting ? count >= options.at : count === options.at;
    failed ||= now;
    return now;
  };
  const failure = (operation: string): Error =>
    Object.assign(new Error(`${options.code}: made to fail, ${operation}`), { code: options.code });
  const wrapped = Object.fromEntries(
    Object.entries(quickFiles).map(([name, work]) => [
      name,
      (...values: unknown[]) => {
        const operation = name as keyof Files;
        const reads = operation === "open" && values[1] === "read";
        if (!reads && fails(operation)) {
          if (operation === "write") {
            const [descriptor, bytes] = values as [number, Uint8Array];
            quickFiles.write(descriptor, bytes.subarray(0, bytes.length >> 1));
          }
          throw failure(name);
        }
        return (work as (...all: unknown[]) => unknown)(...values);
      },
    ]),
  ) as unknown as Files;
  return { ...wrapped, failed: () => failed };
}
