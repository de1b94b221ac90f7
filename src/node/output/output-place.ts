import fs from "node:fs";
import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import type { Files } from "../host/files.ts";
import { isInStore, STORE_FOLDER } from "../host/inside-store.ts";
import { problemOf } from "../host/system-error.ts";

/** The real path of a folder that need not exist yet. */
export function realFolder(folder: string): string {
  const resolved = path.resolve(folder);
  try {
    return fs.realpathSync(resolved);
  } catch {
    const above = path.dirname(resolved);
    return above === resolved ? resolved : path.join(realFolder(above), path.basename(resolved));
  }
}

/**
 * Checks that a file of an output lies where its path says: below real folders, without links, and
 * not in a store. Returns its size; undefined if it does not exist. Throws FILE_FAILED.
 */
export function checkOutputFile(
  files: Files,
  folder: string,
  name: string,
): { readonly size: number; readonly links: number } | undefined {
  const file = path.join(folder, ...name.split("/"));
  if (isInStore(file)) {
    throw outputRefused(file, name, `it is in ${STORE_FOLDER}, where only rewind writes`);
  }
  for (let at = path.dirname(file); at !== path.dirname(at); at = path.dirname(at)) {
    const kind = files.stat(at)?.kind;
    if (kind === undefined || kind === "folder") continue;
    const what = kind === "link" ? "a link, which is not followed" : "not a folder";
    throw outputRefused(file, name, `${at} is ${what}`);
  }
  const there = files.stat(file);
  if (there === undefined || there.kind === "file") return there;
  const what = there.kind === "link" ? "a link, which is not followed" : `a ${there.kind}`;
  throw outputRefused(file, name, `it is ${there.kind === "other" ? "not a file" : what}`);
}

/** FILE_FAILED for an output that may not be written to a place. */
export function outputRefused(
  file: string,
  name: string,
  problem: string,
  hint = "move it away, or name another folder with --outputs DIR",
): RewindError {
  return new RewindError(
    "FILE_FAILED",
    `cannot write the output ${JSON.stringify(name)} to ${file}: ${problem}`,
    { file, hint },
  );
}

/** Runs work on a file of an output, and turns the system's errors into FILE_FAILED. */
export function onOutput<T>(file: string, name: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RewindError) throw cause;
    throw new RewindError(
      "FILE_FAILED",
      `cannot write the output ${JSON.stringify(name)} to ${file}: ${problemOf(cause)}`,
      { file, hint: "`rewind checkout REV --outputs DIR` writes the outputs of a run at any time" },
      { cause },
    );
  }
}
