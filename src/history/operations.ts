import { isRewindError, RewindError } from "../base/errors.ts";
import { withData } from "../base/with-data.ts";
import { type Id, isId } from "../object/id.ts";
import { parseHead, UNBORN_HEAD } from "../store/head.ts";
import { checkMerged } from "../store/ref-conflict.ts";
import type { Operation, RefChange, RefStore } from "../store/ref-store.ts";

const UNDO = "undo";
const REDO = "redo";

/** What undo and redo would do next. */
export interface Stacks {
  readonly done: readonly Operation[];
  readonly undone: readonly Operation[];
}

/**
 * Takes back the last operation that still stands, and returns it. Throws NOTHING_TO_UNDO, and
 * REF_MOVED if a ref that it changed has changed again, by another command just now or by hand.
 */
export async function undo(refs: RefStore): Promise<Operation> {
  const log = await refs.operations();
  const operation = stacksOf(log).done.at(-1);
  if (operation === undefined) {
    throw new RewindError("NOTHING_TO_UNDO", "there is no operation to undo", { verb: UNDO });
  }
  await carryOut(refs, operation, operation.changes.map(inverse), UNDO, log.length);
  return operation;
}

/** Does the last undone operation again, and returns it. Throws NOTHING_TO_UNDO, REF_MOVED. */
export async function redo(refs: RefStore): Promise<Operation> {
  const log = await refs.operations();
  const operation = stacksOf(log).undone.at(-1);
  if (operation === undefined) {
    throw new RewindError("NOTHING_TO_UNDO", "there is no undone operation to redo", {
      verb: REDO,
    });
  }
  await carryOut(refs, operation, operation.changes, REDO, log.length);
  return operation;
}

/** One line of a ref's history. */
export interface ReflogEntry {
  readonly time: string;
  readonly command: string;
  readonly from: Id<"run"> | undefined;
  readonly to: Id<"run"> | undefined;
}

/** The runs that a ref has named, the latest first; for `HEAD`, those that it has led to. */
export async function reflog(refs: RefStore, ref: string): Promise<ReflogEntry[]> {
  const entries: ReflogEntry[] = [];
  const values = new Map<string, string | undefined>([["HEAD", UNBORN_HEAD]]);
  const target = (): string | undefined => {
    if (ref !== "HEAD") return values.get(ref);
    const head = parseHead(values.get("HEAD") ?? UNBORN_HEAD);
    return head.ref === undefined ? head.run : values.get(head.ref);
  };
  let before: string | undefined;
  for (const { time, command, changes } of await refs.operations()) {
    for (const change of changes) values.set(change.name, change.to);
    const after = target();
    if (after === before) continue;
    entries.push({ time, command, from: runOf(before), to: runOf(after) });
    before = after;
  }
  return entries.reverse();
}

function runOf(target: string | undefined): Id<"run"> | undefined {
  return target !== undefined && isId(target) ? (target as Id<"run">) : undefined;
}

/** Undo takes the last operation off, redo puts it back, anything else makes redo impossible. */
export function stacksOf(operations: readonly Operation[]): Stacks {
  const done: Operation[] = [];
  let undone: Operation[] = [];
  for (const operation of operations) {
    if (operation.command === UNDO) undone.push(...done.splice(-1));
    else if (operation.command === REDO) done.push(...undone.splice(-1));
    else {
      done.push(operation);
      undone = [];
    }
  }
  return { done, undone };
}

async function carryOut(
  refs: RefStore,
  { command, time }: Operation,
  changes: readonly RefChange[],
  verb: typeof UNDO | typeof REDO,
  seen: number,
): Promise<void> {
  const head = await refs.read("HEAD");
  const current = changes.map((change) =>
    // The cursor in HEAD moves without being logged: undo leaves it where it is.
    change.name === "HEAD" && sameBranch(change.from, head) ? { ...change, from: head } : change,
  );
  try {
    await refs.update(current, verb, { seen });
  } catch (error) {
    if (!isRewindError(error, "REF_MOVED")) throw error;
    const { ref = "", actual } = error.data;
    if (typeof actual === "string") checkMerged(ref, actual);
    throw withData(error, { verb }, `cannot ${verb} ${command} of ${time}: ${error.message}`);
  }
}

function sameBranch(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [headA, headB] = [parseHead(a), parseHead(b)];
  return headA.ref === headB.ref && headA.run === headB.run;
}

/** The change that takes another one back. */
export function inverse({ name, from, to }: RefChange): RefChange {
  return { name, from: to, to: from };
}
