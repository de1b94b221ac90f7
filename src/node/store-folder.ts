import fs from "node:fs";
import path from "node:path";
import { utf8 } from "../base/bytes.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { RefStore } from "../store/ref-store.ts";
import { fileRefs } from "./file-refs.ts";
import { FileStore } from "./file-store.ts";
import { onStore, replaceFile } from "./files.ts";
import { STORE_FOLDER } from "./find-project.ts";
import { type Recovered, recover } from "./recover.ts";
import { readStoreConfig, STORE_FORMAT } from "./store-config.ts";
import { storeFolders } from "./store-folders.ts";
import type { FileStoreTools } from "./store-tools.ts";

/** What Git should leave alone of a store that is committed with the project. */
const GIT_IGNORE = "HEAD\nlogs/\nlocal/\nobjects/journal-*\n";
const GIT_ATTRIBUTES = "* binary\n";

/** A store that is open. */
export interface OpenStore {
  readonly objects: FileStore;
  readonly refs: RefStore;
  /** Recordings of dead processes that were brought back just now. */
  readonly recovered: readonly Recovered[];
  /** Why what a dead process left could not be brought back; the rest of the store can be read. */
  readonly unrecovered: RewindError | undefined;
}

/** Creates the store of a project. Throws REPOSITORY_EXISTS. */
export function createStore(project: string, tools: FileStoreTools): void {
  const { files } = tools;
  const root = path.join(project, STORE_FOLDER);
  const { objects, local, logs } = storeFolders(root);
  const config = path.join(root, "config");
  onStore(project, root, () => {
    if (files.readText(config) !== undefined) {
      throw new RewindError("REPOSITORY_EXISTS", `there is a store here already: ${STORE_FOLDER}`, {
        root,
      });
    }
    const folders = [
      objects,
      local,
      logs,
      ...["heads", "tags", "archive"].map((name) => path.join(root, "refs", name)),
    ];
    for (const folder of folders) files.makeFolder(folder);
    const write = (name: string, text: string): void =>
      replaceFile(files, path.join(root, name), path.join(local, "init.new"), utf8(text));
    write(".gitignore", GIT_IGNORE);
    write(".gitattributes", GIT_ATTRIBUTES);
    write("HEAD", "ref: refs/heads/main\n");
    // The config comes last: a folder without one is no store, and init can be run again.
    write("config", `${JSON.stringify({ format: STORE_FORMAT })}\n`);
  });
}

/**
 * Opens the store of a project, and brings back what dead recorders left. `onDamage` is told what is
 * found damaged, now or later, and done without.
 */
export async function openStore(
  project: string,
  tools: FileStoreTools,
  now: () => string,
  onDamage?: (error: RewindError) => void,
): Promise<OpenStore> {
  const { files } = tools;
  const root = path.join(project, STORE_FOLDER);
  readStoreConfig(files, root);
  const writable = prepareFolders(root, tools);
  const objects = new FileStore(root, tools, onDamage);
  const refs = fileRefs(root, files, now);
  if (!writable) return { objects, refs, recovered: [], unrecovered: undefined };
  try {
    return { objects, refs, recovered: await recover(objects, refs), unrecovered: undefined };
  } catch (error) {
    // A damaged journal, or a full disk, is no reason to keep what is whole from being read.
    if (!isRewindError(error)) throw error;
    return { objects, refs, recovered: [], unrecovered: error };
  }
}

/** Makes the folders that Git does not carry along. Returns whether the store can be written to. */
function prepareFolders(root: string, { files }: FileStoreTools): boolean {
  const { objects, local, logs } = storeFolders(root);
  try {
    onStore(root, local, () => {
      for (const folder of [objects, local, logs]) files.makeFolder(folder);
      fs.accessSync(local, fs.constants.W_OK);
    });
    return true;
  } catch (error) {
    // A store that cannot be written to can still be read.
    if (isRewindError(error, "STORE_READ_ONLY")) return false;
    throw error;
  }
}
