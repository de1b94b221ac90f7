import path from "node:path";
import { isRewindError } from "../../base/errors.ts";
import { type Id, objectId } from "../../object/id.ts";
import { decodeRun } from "../../object/run.ts";
import type { Tip } from "../../store/object-store.ts";
import { isRefName } from "../../store/ref-name.ts";
import type { StoredTip } from "../../store/tip.ts";
import { withFile } from "../host/files.ts";
import { isHeld } from "../host/lock.ts";
import { isCode } from "../host/system-error.ts";
import type { FileStore } from "./file-store.ts";
import { type JournalContent, scanJournal } from "./journal.ts";
import { OpenFiles } from "./open-files.ts";
import { openJournal } from "./pack-file.ts";
import { isJournalName, journalLock } from "./store-folders.ts";

/** The content of a journal whose writer is dead. */
export interface DeadJournal {
  readonly name: string;
  readonly content: JournalContent;
  /** The progress of each of its recordings. */
  readonly tips: readonly Tip[];
  /** Whether valid records follow the damage, where nothing can reach them. */
  readonly isDamaged: boolean;
}

/** The journals of a store that no living writer holds. */
export function deadJournals(store: FileStore): string[] {
  const { files } = store.tools;
  return files
    .list(store.folders.objects)
    .map(({ name }) => name)
    .filter((name) => isJournalName(name) && !isHeld(files, journalLock(store.folders, name)));
}

/** Reads a dead writer's journal; undefined if it no longer exists. Changes nothing. */
export function readDead(store: FileStore, name: string): DeadJournal | undefined {
  const { files } = store.tools;
  const file = path.join(store.folders.objects, name);
  let content: JournalContent;
  try {
    content = withFile(files, file, "read", (descriptor) =>
      scanJournal(files, descriptor, store.tools),
    );
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
  const tips = content.tips.flatMap((stored) => wholeTip(store, name, content, stored) ?? []);
  return {
    name,
    content,
    tips,
    isDamaged: content.damaged || tips.length < content.tips.length,
  };
}

/**
 * A tip of a journal, with the run's body, which may be an object of the journal; undefined if the
 * tip is invalid.
 */
function wholeTip(
  store: FileStore,
  name: string,
  { places }: JournalContent,
  stored: StoredTip,
): Tip | undefined {
  const open = new OpenFiles(store.tools.files);
  try {
    if (stored.ref !== undefined && !isBranchRef(stored.ref)) return undefined;
    const { ref } = stored;
    if (stored.run !== undefined) return { ref, run: checkedRun(stored.run) };
    const journal = openJournal(open, store.folders.objects, name, places, store.tools);
    const { body } = journal.readAt(places.get(stored.id) ?? 0, stored.id);
    return { ref, run: checkedRun(body) };
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  } finally {
    open.closeAll();
  }
}

/** A recording belongs to a branch, whatever a journal from a stranger says. */
function isBranchRef(ref: string): boolean {
  return ref.startsWith("refs/heads/") && isRefName(ref);
}

function checkedRun(body: Uint8Array): Uint8Array {
  decodeRun(body);
  return body;
}

/** The runs that the tips describe, by their ids. */
export function runsOf(store: FileStore, tips: readonly Tip[]): Map<Id<"run">, Uint8Array> {
  return new Map(tips.map(({ run }) => [objectId(store.hash, "run", run), run]));
}
