import { shortRef, TAGS } from "../store/ref-name.ts";
import type { Operation, RefStore } from "../store/ref-store.ts";
import { stacksOf } from "./operations.ts";

/** A name that was removed, and how to get its runs back. */
export interface Gone {
  /** A ref whose log lists the runs that it has named: the one that was asked for, or HEAD. */
  readonly log: string;
  /** What takes its removal back, if that was the last operation. */
  readonly back?: "undo" | "redo";
}

/**
 * What happened to refs that do not exist: to the first of `wanted` that the operation log mentions.
 * If the store is `empty` of refs, any other ref will do. Undefined if no such ref ever named a run.
 */
export async function goneOf(
  refs: RefStore,
  wanted: readonly string[],
  empty: boolean,
): Promise<Gone | undefined> {
  // The error about the name matters more than one about the log.
  const operations = await refs.operations().catch(() => []);
  const mentions = (test: (ref: string) => boolean): Gone["back"] | undefined | false => {
    const isThere = operations.some(({ changes }) =>
      changes.some(({ name, to }) => test(name) && to !== undefined),
    );
    return isThere && backOf(operations, test);
  };
  for (const ref of wanted) {
    const back = mentions((name) => name === ref);
    if (back !== false) return { log: logName(ref), ...(back && { back }) };
  }
  const back = empty && mentions((name) => name.startsWith("refs/"));
  return back === false ? undefined : { log: "HEAD", ...(back && { back }) };
}

/**
 * The ref that was removed last among those whose names begin so; undefined if none was removed, or
 * if it exists again.
 */
export async function lastRemoved(
  refs: RefStore,
  prefixes: readonly string[],
): Promise<Gone | undefined> {
  // A list that is empty is no less empty if the log cannot be read.
  const operations = await refs.operations().catch(() => []);
  const removed = operations.flatMap(({ changes }) =>
    changes.filter(({ name, to }) => to === undefined && prefixes.some((p) => name.startsWith(p))),
  );
  const name = removed.at(-1)?.name;
  if (name === undefined || (await refs.read(name)) !== undefined) return undefined;
  return goneOf(refs, [name], false);
}

/** Whether undo or redo, as the next command, makes such a ref again. */
function backOf(
  operations: readonly Operation[],
  test: (ref: string) => boolean,
): Gone["back"] | undefined {
  const { done, undone } = stacksOf(operations);
  const changes = (operation: Operation | undefined, side: "from" | "to"): boolean =>
    operation?.changes.some((change) => test(change.name) && change[side] === undefined) === true;
  if (changes(done.at(-1), "to")) return "undo";
  return changes(undone.at(-1), "from") ? "redo" : undefined;
}

/** A tag's short name may be a branch's too. */
function logName(ref: string): string {
  return ref.startsWith(TAGS) ? ref.slice("refs/".length) : shortRef(ref);
}
