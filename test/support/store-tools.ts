import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type Files, nodeFiles } from "../../src/node/host/files.ts";
import type { Seal } from "../../src/node/host/machine-seal.ts";
import {
  backgroundHash,
  nodeCompression,
  nodeCrc32,
  nodeHash,
  runningHash,
} from "../../src/node/host/platform.ts";
import type { RefTools } from "../../src/node/store/file-refs.ts";
import { storeFolders } from "../../src/node/store/store-folders.ts";
import type { FileStoreTools } from "../../src/node/store/store-tools.ts";

/** A new folder, removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "rewind-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty store's folders. */
export function emptyStore(root: string = temporaryFolder()): string {
  const { objects, local, logs } = storeFolders(root);
  for (const folder of [objects, local, logs, path.join(root, "refs", "heads")]) {
    mkdirSync(folder, { recursive: true });
  }
  return root;
}

let writers = 0;

export function storeTools(files: Files = quickFiles): FileStoreTools {
  return {
    files,
    hash: nodeHash,
    crc32: nodeCrc32,
    compression: nodeCompression,
    backgroundHash,
    runningHash,
    seal: testSeal,
    uniqueName: () => `t${process.pid}n${writers++}`,
  };
}

/** A seal that does not need a user's home. */
export const testSeal: Seal = {
  make: (text) => String(text.length),
  isOurs: (text, seal) => seal === String(text.length),
};

/** The tools of file refs in tests. */
export function refTools(files: Files = quickFiles): RefTools {
  return { files, seal: testSeal, now: countingClock(), onDamage: () => {} };
}

/** The real files, without the waits for the disk: a test outlives no power cut. */
export const quickFiles: Files = { ...nodeFiles, sync: () => {}, syncFolder: () => {} };

/** A clock for operation logs: the same in every run of the tests. */
export function countingClock(): () => string {
  let seconds = 0;
  return () => new Date(Date.UTC(2020, 0, 1, 0, 0, seconds++)).toISOString();
}
