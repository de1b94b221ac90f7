import path from "node:path";
import { utf8 } from "../../base/bytes.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { isTarget } from "../../store/head.ts";
import { checkAdditions, checkChanges, isRefName } from "../../store/ref-name.ts";
import { RefSpace } from "../../store/ref-space.ts";
import { checkSeen, type Operation, type RefChange, type RefStore } from "../../store/ref-store.ts";
import { type Files, type FolderEntry, makeFolders, moveInto, onStore } from "../host/files.ts";
import { lock } from "../host/lock.ts";
import { type LogTools, OperationLog } from "./operation-log.ts";
import { storeFolders } from "./store-folders.ts";

/** How long an update waits for another process that is changing refs. */
const PATIENCE_MS = 5_000;

/** What the file refs need. */
export interface RefTools extends LogTools {
  /** The time, for the operation log. */
  now(): string;
}

/** Refs that can be changed by many operations after listing the existing ones once. */
export interface FileRefs extends RefStore {
  /**
   * Applies operations one after another, each as `update` does; none may remove a ref. Each is
   * requested after the previous one is done.
   */
  updateEach(operations: Iterable<Pick<Operation, "command" | "changes">>): Promise<void>;
}

/**
 * Keeps each ref in a file of the store, all under one lock. An operation is logged and flushed
 * before its refs change, and marked as done when all of them have changed. If a crash comes in
 * between, the operation never happened: readers see the old refs, and the next writer restores
 * them.
 */
export function fileRefs(root: string, tools: RefTools): FileRefs {
  const { files, now } = tools;
  const folders = storeFolders(root);
  const log = new OperationLog(root, tools);
  const opened = files.stat(root)?.identity;
  const fileOf = (name: string): string => path.join(root, ...name.split("/"));
  // An invalid name must not lead out of the store.
  const stored = (name: string): string | undefined =>
    isRefName(name) ? content(name) : undefined;
  const content = (name: string, listed = false): string | undefined =>
    files.readText(fileOf(name), listed)?.trimEnd();

  /** The changes of an unfinished operation that took effect and must be reverted. */
  const begun = (): RefChange[] =>
    (log.begun()?.changes ?? []).filter(({ name, to }) => stored(name) === to);
  const read = (name: string): string | undefined => {
    const text = stored(name);
    const change = log.begun()?.changes.find((each) => each.name === name);
    return change !== undefined && text === change.to ? change.from : text;
  };
  const list = (prefix: string): Ref[] => {
    const changes = new Map((log.begun()?.changes ?? []).map((change) => [change.name, change]));
    const found = listRefs(files, root, prefix);
    const listed = new Set(found.flatMap(({ name, isFile }) => (isFile ? [name] : [])));
    return asBefore(prefix, namesIn(found)).flatMap((name) => {
      const text = readOrProblem(() => content(name, listed.has(name)));
      const change = changes.get(name);
      const target = change !== undefined && text === change.to ? change.from : text;
      return target === undefined ? [] : [{ name, target }];
    });
  };
  const names = (prefix: string): string[] =>
    asBefore(prefix, namesIn(listRefs(files, root, prefix)));
  /** The names that there were before an unfinished operation. */
  const asBefore = (prefix: string, found: string[]): string[] => {
    const changes = begun().filter(({ name }) => name.startsWith("refs/"));
    if (changes.length === 0) return found;
    const before = new Set(found);
    for (const { name, from } of changes) {
      if (from === undefined) before.delete(name);
      else if (name.startsWith(prefix)) before.add(name);
    }
    return [...before].sort();
  };

  /** Applies a change to a ref's file; returns whether the file existed before. */
  const writeOne = ({ name, to }: RefChange): boolean => {
    const file = fileOf(name);
    const wasThere = files.readText(file) !== undefined;
    if (to === undefined) {
      if (wasThere) files.remove(file);
    } else {
      makeFolders(files, path.dirname(file));
      if (!wasThere) removeEmptyTree(files, file);
      moveInto(files, file, path.join(folders.local, "ref.new"), utf8(`${to}\n`));
    }
    return wasThere;
  };

  /** Changes refs one by one. */
  const write = (changes: readonly RefChange[]): void => {
    for (const some of ofOneKind(changes)) {
      // Each folder is flushed and checked once, even if many of its refs change.
      const touched = new Set<string>();
      for (const change of some) {
        const wasThere = writeOne(change);
        if (wasThere || change.to !== undefined) touched.add(path.dirname(fileOf(change.name)));
      }
      for (const folder of touched) files.syncFolder(folder);
      const removed = some.filter(({ to }) => to === undefined);
      for (const folder of new Set(removed.map(({ name }) => path.dirname(fileOf(name))))) {
        removeEmptyFolders(files, folder, path.join(root, "refs"));
      }
    }
  };

  /** Reverts an operation that a process began and did not finish. */
  const putBack = (): void => {
    write(inOrder(begun().map(({ name, from, to }) => ({ name, from: to, to: from }))));
    log.cut();
  };

  /** Changes all of the refs or none. */
  const apply = (operation: Operation): void => {
    try {
      log.begin(operation);
      write(inOrder(operation.changes));
      log.finish();
    } catch (error) {
      try {
        putBack();
      } catch {
        // The disk accepts no more changes: nobody sees the operation, and the next writer reverts
        // it.
      }
      throw error;
    }
  };

  /** Call this before changing refs. */
  const prepare = (): void => {
    if (files.stat(root)?.identity !== opened) throw moved();
    putBack();
  };

  const update = (...[changes, command, { logged = true, seen } = {}]: Update): void => {
    prepare();
    if (seen !== undefined) checkSeen(seen, log.list());
    checkChanges(changes, namesIn(listRefs(files, root, "refs/")), stored);
    checkTargets(changes);
    if (logged) apply({ time: now(), command, changes });
    else write(changes);
  };

  const updateEach: (...operations: Parameters<FileRefs["updateEach"]>) => void = (operations) => {
    prepare();
    const space = new RefSpace(namesIn(listRefs(files, root, "refs/")));
    for (const { command, changes } of operations) {
      checkAdditions(changes, space, stored);
      checkTargets(changes);
      apply({ time: now(), command, changes });
    }
  };

  /** Runs `work` under the lock of the refs. */
  const locked = async (work: () => void): Promise<void> => {
    const lockFile = path.join(folders.local, "refs.lock");
    const release = await lock(files, lockFile, PATIENCE_MS).catch((error) =>
      onStore(root, lockFile, () => {
        throw error;
      }),
    );
    try {
      onStore(root, log.file, work);
    } finally {
      onStore(root, lockFile, release);
    }
  };

  return {
    read: async (name) => onStore(root, fileOf(name), () => read(name)),
    names: async (prefix) => onStore(root, fileOf(prefix), () => names(prefix)),
    list: async (prefix) => onStore(root, fileOf(prefix), () => list(prefix)),
    update: (...change) => locked(() => update(...change)),
    updateEach: (operations) => locked(() => updateEach(operations)),
    operations: async () => onStore(root, log.file, () => log.list()),
  };
}

type Ref = Awaited<ReturnType<RefStore["list"]>>[number];

type Update = Parameters<RefStore["update"]>;

/** The text of a ref, or the message of the error if it is damaged: that is not an id either. */
function readOrProblem(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (isRewindError(error, "STORE_DAMAGED")) return error.message;
    throw error;
  }
}

/** Checks that the new values are valid for refs. */
function checkTargets(changes: readonly RefChange[]): void {
  for (const { name, to } of changes) {
    if (to === undefined || isTarget(name, to)) continue;
    throw new RewindError(
      "INVALID_ARGUMENT",
      `${name}: expected the id of a run, got ${JSON.stringify(to)}`,
      { name, value: to },
    );
  }
}

function moved(): RewindError {
  return new RewindError(
    "STORE_FAILED",
    "the store was moved away or replaced since it was opened",
    { file: "." },
  );
}

/**
 * Puts removals last, so that a run that is renamed always has a name. A ref that blocks a new one
 * is removed first: one that is a file where the new ref needs a folder, or whose name differs only
 * in case.
 */
function inOrder(changes: readonly RefChange[]): RefChange[] {
  const made = changes.filter(({ to }) => to !== undefined);
  const removed = changes.filter(({ to }) => to === undefined);
  const isInTheWay = ({ name }: RefChange): boolean =>
    made.some((other) => {
      const [a, b] = [name.toLowerCase(), other.name.toLowerCase()];
      return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
    });
  return [
    ...removed.filter(isInTheWay),
    ...made,
    ...removed.filter((change) => !isInTheWay(change)),
  ];
}

/** Splits the changes, in order, into groups that only remove refs or only write them. */
function ofOneKind(changes: readonly RefChange[]): RefChange[][] {
  const groups: RefChange[][] = [];
  let removes: boolean | undefined;
  for (const change of changes) {
    const isRemoval = change.to === undefined;
    if (isRemoval !== removes) groups.push([]);
    removes = isRemoval;
    groups.at(-1)?.push(change);
  }
  return groups;
}

/** The refs that begin with `prefix`, by their full names, sorted. */
function listRefs(files: Files, root: string, prefix: string): Listed[] {
  const found: Listed[] = [];
  const collect = (folder: string): void => {
    for (const { name, isFolder, isFile } of files.list(path.join(root, ...folder.split("/")))) {
      const full = `${folder}/${name}`;
      if (isFolder) {
        if (full.startsWith(prefix) || prefix.startsWith(`${full}/`)) collect(full);
      } else if (full.startsWith(prefix) && isRefName(full)) found.push({ name: full, isFile });
    }
  };
  collect("refs");
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A ref's name, and whether it is a regular file. */
type Listed = Pick<FolderEntry, "name" | "isFile">;

function namesIn(listed: readonly Listed[]): string[] {
  return listed.map(({ name }) => name);
}

/** A crash after a ref is removed may leave its empty folders where a new ref needs a file. */
function removeEmptyTree(files: Files, folder: string): void {
  for (const { name, isFolder } of files.list(folder)) {
    if (isFolder) removeEmptyTree(files, path.join(folder, name));
  }
  files.removeEmptyFolder(folder);
}

function removeEmptyFolders(files: Files, folder: string, top: string): void {
  // Top folders such as refs/heads stay; only folders that a name with slashes needed are removed.
  for (let at = folder; path.dirname(at) !== top && at.startsWith(top); at = path.dirname(at)) {
    if (files.list(at).length > 0) return;
    files.removeEmptyFolder(at);
  }
}
