import path from "node:path";
import { utf8 } from "../base/bytes.ts";
import { checkChanges, isRefName } from "../store/ref-name.ts";
import { checkSeen, type Operation, type RefChange, type RefStore } from "../store/ref-store.ts";
import { type Files, moveInto, onStore, withFile } from "./files.ts";
import { lock } from "./lock.ts";
import { storeFolders } from "./store-folders.ts";

/** How long an update waits for another process that is changing refs. */
const PATIENCE_MS = 5_000;

/**
 * Refs as files of a store, one a ref, under one lock. An operation is logged and flushed before
 * its refs change, so that one cut short by a crash is completed by whoever changes refs next.
 */
export function fileRefs(root: string, files: Files, now: () => string): RefStore {
  const folders = storeFolders(root);
  const log = path.join(folders.logs, "operations");
  const fileOf = (name: string): string => path.join(root, ...name.split("/"));
  // A name that no ref can have names none: it must not lead out of the store.
  const read = (name: string): string | undefined =>
    isRefName(name) ? files.readText(fileOf(name))?.trimEnd() : undefined;

  /** Makes a ref's file what the change says; returns whether it was there before. */
  const writeOne = ({ name, to }: RefChange): boolean => {
    const file = fileOf(name);
    const wasThere = files.readText(file) !== undefined;
    if (to === undefined) {
      if (wasThere) files.remove(file);
    } else {
      files.makeFolder(path.dirname(file));
      if (!wasThere) removeEmptyTree(files, file);
      moveInto(files, file, path.join(folders.local, "ref.new"), utf8(`${to}\n`));
    }
    return wasThere;
  };

  /** Changes refs one after the other, and tells of each that is begun. */
  const write = (
    changes: readonly RefChange[],
    onBegin: (change: RefChange) => void = () => undefined,
  ): void => {
    for (const some of ofOneKind(changes)) {
      // Each folder is flushed and looked at once, however many of its refs change.
      const touched = new Set<string>();
      for (const change of some) {
        onBegin(change);
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

  /** Logs the operation, then changes the refs; where anything fails, all is as it was. */
  const apply = (operation: Operation): void => {
    const before = withFile(files, log, "append", (descriptor) => files.size(descriptor));
    const done: RefChange[] = [];
    try {
      withFile(files, log, "append", (descriptor) => {
        files.write(descriptor, utf8(`${JSON.stringify(operation)}\n`));
        files.sync(descriptor);
      });
      write(inOrder(operation.changes), (change) => done.push(change));
    } catch (error) {
      write(done.reverse().map(({ name, from }) => ({ name, from, to: from })));
      // The log last: what it still has, the next update completes, so that no half of it stays.
      files.truncate(log, before);
      throw error;
    }
  };

  /** Does what is left of the last operation, where a crash cut it short. */
  const complete = (): void => {
    const { size, wholeEnd, text } = endOfLog(files, log);
    // A line that was cut short was never acknowledged, and must not be written on.
    if (wholeEnd < size) files.truncate(log, wholeEnd);
    const isLeft = (change: RefChange): boolean =>
      change.from !== change.to && read(change.name) === change.from && !isCursorMove(change);
    write(inOrder(parseLog(text).at(-1)?.changes ?? []).filter(isLeft));
  };

  return {
    read: async (name) => onStore(root, fileOf(name), () => read(name)),
    names: async (prefix) => onStore(root, fileOf(prefix), () => listRefs(files, root, prefix)),
    list: async (prefix) =>
      onStore(root, fileOf(prefix), () =>
        listRefs(files, root, prefix).flatMap((name) => {
          const target = read(name);
          return target === undefined ? [] : [{ name, target }];
        }),
      ),
    async update(changes, command, { logged = true, seen } = {}) {
      const lockFile = path.join(folders.local, "refs.lock");
      const release = await lock(files, lockFile, PATIENCE_MS).catch((error) =>
        onStore(root, lockFile, () => {
          throw error;
        }),
      );
      try {
        onStore(root, log, () => {
          complete();
          if (seen !== undefined) checkSeen(seen, parseLog(files.readText(log)));
          checkChanges(changes, listRefs(files, root, "refs/"), read);
          if (logged) apply({ time: now(), command, changes });
          else write(changes);
        });
      } finally {
        release();
      }
    },
    operations: async () => onStore(root, log, () => parseLog(files.readText(log))),
  };
}

/**
 * Whether only the cursor in HEAD moves. It also moves without being logged, and may have gone back
 * to where the last operation found it: that operation was not cut short.
 */
function isCursorMove({ name, from, to }: RefChange): boolean {
  const target = (head: string | undefined): string | undefined => head?.split("\n")[0];
  return name === "HEAD" && target(from) === target(to);
}

/**
 * Removals come last, so that a run which gets another name has one all the while; except of a ref
 * that is in the way of a new one, as a file where that one needs a folder, or in another case.
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

/** Changes in their order, cut where removals follow what is made, or the other way about. */
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

/** So much of a log is enough to find its last operation in, unless that is a very long one. */
const LOG_END_BYTES = 1 << 14;

interface EndOfLog {
  readonly size: number;
  /** Where its last whole line ends. */
  readonly wholeEnd: number;
  /** Its last whole lines, one at least if there is any. */
  readonly text: string;
}

function endOfLog(files: Files, log: string): EndOfLog {
  if (!files.exists(log)) return { size: 0, wholeEnd: 0, text: "" };
  return withFile(files, log, "read", (descriptor) => {
    const size = files.size(descriptor);
    for (let length = LOG_END_BYTES; ; length *= 2) {
      const from = Math.max(0, size - length);
      const bytes = files.read(descriptor, from, size - from);
      // From the end of a line to the end of a line: no letter of several bytes is cut in two.
      const start = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (from > 0 && (start === 0 || start === end)) continue;
      const text = new TextDecoder().decode(bytes.subarray(start, end));
      return { size, wholeEnd: from + end, text };
    }
  });
}

const NEWLINE = 10;

/** The operations of a log; a line that a crash cut short was never acknowledged, and is left out. */
function parseLog(text = ""): Operation[] {
  const lines = wholeLines(text).split("\n");
  return lines.flatMap((line) => {
    try {
      // Where a name is absent, JSON has no key for it.
      const { time, command, changes } = JSON.parse(line);
      return [{ time, command, changes: changes.map(withBothEnds) }];
    } catch {
      return [];
    }
  });
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

function withBothEnds({ name, from, to }: RefChange): RefChange {
  return { name, from, to };
}

/** The full names of the refs that begin with `prefix`, sorted. */
function listRefs(files: Files, root: string, prefix: string): string[] {
  const below = (folder: string): string[] =>
    files.list(path.join(root, ...folder.split("/"))).flatMap(({ name, isFolder }) => {
      const full = `${folder}/${name}`;
      const leads = full.startsWith(prefix) || prefix.startsWith(`${full}/`);
      if (isFolder) return leads ? below(full) : [];
      return full.startsWith(prefix) && isRefName(full) ? [full] : [];
    });
  return below("refs").sort();
}

/** A crash between the removal of a ref and of its folders leaves these in another ref's place. */
function removeEmptyTree(files: Files, folder: string): void {
  for (const { name, isFolder } of files.list(folder)) {
    if (isFolder) removeEmptyTree(files, path.join(folder, name));
  }
  files.removeEmptyFolder(folder);
}

function removeEmptyFolders(files: Files, folder: string, top: string): void {
  // refs/heads and its like stay: only what a name with slashes made goes.
  for (let at = folder; path.dirname(at) !== top && at.startsWith(top); at = path.dirname(at)) {
    if (files.list(at).length > 0) return;
    files.removeEmptyFolder(at);
  }
}
