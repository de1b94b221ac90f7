import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import { UNBORN_HEAD } from "../../store/head.ts";
import type { RefStore } from "../../store/ref-store.ts";
import { overlayRefs } from "../../store/ref-store.ts";
import { type Files, makeFolders, onStore, replaceFile } from "../host/files.ts";
import { isInStore } from "../host/inside-store.ts";
import { clearLocks } from "./clear-locks.ts";
import { fileRefs } from "./file-refs.ts";
import { FileStore } from "./file-store.ts";
import { STORE_FOLDER } from "./find-project.ts";
import { LiveRecordings } from "./live-recordings.ts";
import { type Recovered, type RecoveredSweep, recover, remainsOf } from "./recover.ts";
import { readStoreConfig, STORE_FORMAT } from "./store-config.ts";
import { storeFiles } from "./store-files.ts";
import { storeFolders } from "./store-folders.ts";
import type { FileStoreTools } from "./store-tools.ts";

/** What Git should ignore in a store that is committed with the project. */
const GIT_IGNORE = "HEAD\nlogs/\nlocal/\nobjects/journal-*\nrefs/remotes/\n";
/** Packs are compressed already. Refs merge as text, so that a conflict leaves both ids in the file. */
const GIT_ATTRIBUTES = "* binary\nobjects/** -delta\nrefs/** diff merge\n";

/** An open store. */
export interface OpenStore {
  readonly objects: FileStore;
  readonly refs: RefStore;
  /** The recordings of other processes, and of this one, that have not ended. */
  readonly live: LiveRecordings;
  /** The refs with those on top, for whoever only looks. */
  readonly seen: RefStore;
  /** Recordings of dead processes, as readers see them before a writer recovers them. */
  readonly recovered: readonly Recovered[];
  /** The same of sweeps. */
  readonly recoveredSweeps: readonly RecoveredSweep[];
}

/**
 * Creates the store of a project. Throws REPOSITORY_EXISTS, and FILE_FAILED inside another store or
 * where a file is in the way. Errors name whole paths, since the caller may be in any folder.
 */
export function createStore(project: string, tools: FileStoreTools): void {
  const root = path.join(project, STORE_FOLDER);
  if (isInStore(root)) {
    const message = `cannot create a store in ${project}: it is in ${STORE_FOLDER}`;
    throw new RewindError("FILE_FAILED", message, { file: project });
  }
  const files = storeFiles(root, tools.files);
  const { objects, local, logs } = storeFolders(root);
  const config = path.join(root, "config");
  onStore(undefined, root, () => {
    checkFolder(tools.files, root);
    if (files.readText(config) !== undefined) {
      throw new RewindError("REPOSITORY_EXISTS", `there is a store already: ${root}`, { root });
    }
    const refs = ["heads", "tags", "archive"].map((name) => path.join(root, "refs", name));
    for (const folder of [objects, local, logs, ...refs]) makeFolders(files, folder);
    const write = (name: string, text: string): void =>
      replaceFile(files, path.join(root, name), path.join(local, "init.new"), utf8(text));
    write(".gitignore", GIT_IGNORE);
    write(".gitattributes", GIT_ATTRIBUTES);
    write("HEAD", `${UNBORN_HEAD}\n`);
    // The config is written last: a folder without it is not a store, so init can run again.
    write("config", `${JSON.stringify({ format: STORE_FORMAT })}\n`);
  });
}

/** Throws FILE_FAILED if something other than a folder is in the place of this one or of one above. */
function checkFolder(files: Files, folder: string): void {
  for (let at = folder; ; at = path.dirname(at)) {
    const kind = files.stat(at)?.kind;
    if (kind === "file" || kind === "other") {
      const got = kind === "file" ? "a file" : "something else";
      throw new RewindError("FILE_FAILED", `expected a folder, got ${got}: ${at}`, { file: at });
    }
    // The system follows a link.
    if (kind !== undefined || at === path.dirname(at)) return;
  }
}

/**
 * Opens the store of a project. Nothing changes before the first write, which begins with recovery;
 * until then, refs and runs are shown as they will be after it. `onDamage` is called for each
 * damaged part that the store can work without, now or later.
 */
export async function openStore(
  project: string,
  tools: FileStoreTools,
  now: () => string,
  onDamage: (error: RewindError) => void = () => undefined,
): Promise<OpenStore> {
  const root = path.join(project, STORE_FOLDER);
  const files = storeFiles(root, tools.files);
  readStoreConfig(files, root);
  const objects = new FileStore(root, { ...tools, files }, onDamage);
  const stored = fileRefs(root, { ...tools, files, now, onDamage });
  const remains = await remainsOf(objects, stored, now());
  const { recovered, sweeps: recoveredSweeps, operations, damage } = remains;
  for (const error of damage) onDamage(error);
  let refs = overlayRefs(stored, operations);
  objects.present(remains.objects);
  objects.prepare = async () => {
    const { local, logs } = objects.folders;
    onStore(root, local, () => {
      for (const folder of [objects.folders.objects, local, logs]) makeFolders(files, folder);
      clearLocks(files, local);
    });
    await recover(objects, stored);
    refs = stored;
    objects.present(new Map());
  };
  const current: RefStore = {
    read: (name) => refs.read(name),
    names: (prefix) => refs.names(prefix),
    list: (prefix) => refs.list(prefix),
    operations: () => refs.operations(),
    async update(...change) {
      await objects.begin();
      await refs.update(...change);
    },
  };
  const live = new LiveRecordings(objects, current);
  return { objects, recovered, recoveredSweeps, refs: current, live, seen: live.refs() };
}
