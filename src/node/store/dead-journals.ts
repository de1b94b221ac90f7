import path from "node:path";
import { fromHex } from "../../base/bytes.ts";
import { isRewindError } from "../../base/errors.ts";
import { decodeEnsemble } from "../../object/ensemble.ts";
import { type Id, objectId } from "../../object/id.ts";
import { decodeRun } from "../../object/run.ts";
import { type StoredObject, type Tip, tipKind } from "../../store/object-store.ts";
import { ENSEMBLES, isRefName } from "../../store/ref-name.ts";
import type { StoredTip } from "../../store/tip.ts";
import { withFile } from "../host/files.ts";
import { isHeld } from "../host/lock.ts";
import { isCode } from "../host/system-error.ts";
import type { FileStore } from "./file-store.ts";
import { type JournalContent, scanJournal } from "./journal.ts";
import { OpenFiles } from "./open-files.ts";
import { openJournal, type RecordFile } from "./pack-file.ts";
import { isJournalName, journalLock, journalOfMark } from "./store-folders.ts";

/** A journal and how far its recordings are. */
export interface JournalRecordings {
  readonly name: string;
  readonly content: JournalContent;
  /** The progress of each of its recordings. */
  readonly tips: readonly Tip[];
  /** The marks that these tips need. */
  readonly marks: readonly RecordFile[];
  /** Whether valid records follow the damage, where nothing can reach them, or a mark is missing. */
  readonly isDamaged: boolean;
}

/** The names of the journals that no living writer holds, each with those of its marks. */
export function deadJournals(store: FileStore): Map<string, readonly string[]> {
  const { files } = store.tools;
  const names = files.list(store.folders.objects).map(({ name }) => name);
  const isDead = (name: string): boolean => !isHeld(files, journalLock(store.folders, name));
  const dead = new Map<string, string[]>();
  for (const name of names) if (isJournalName(name) && isDead(name)) dead.set(name, []);
  for (const name of names) dead.get(journalOfMark(name) ?? "")?.push(name);
  return dead;
}

/** Reads a journal and its marks; undefined if it no longer exists. Changes nothing. */
export function readJournal(
  store: FileStore,
  name: string,
  markNames: readonly string[] = [],
): JournalRecordings | undefined {
  const { files } = store.tools;
  const open = new OpenFiles(files);
  try {
    const content = withFile(files, path.join(store.folders.objects, name), "read", (descriptor) =>
      scanJournal(files, descriptor, store.tools),
    );
    const journal = openJournal(open, store.folders.objects, name, content.places, store.tools);
    const marked = new Map<Id, RecordFile>();
    for (const mark of markNames.flatMap((each) => openMark(store, open, each) ?? [])) {
      for (const [id] of mark.entries()) marked.set(id, mark);
    }
    const marks = new Set<RecordFile>();
    let isLacking = false;
    const tips = content.tips.flatMap((stored) => {
      const mark = stored.run === undefined ? marked.get(stored.id) : undefined;
      const tip = wholeTip(mark ?? journal, stored);
      if (tip !== undefined && mark !== undefined) marks.add(mark);
      isLacking ||= tip === undefined;
      const before = content.unmarked.find(({ ref }) => ref === stored.ref);
      return tip ?? (before && wholeTip(journal, before)) ?? [];
    });
    return { name, content, tips, marks: [...marks], isDamaged: content.damaged || isLacking };
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  } finally {
    open.closeAll();
  }
}

/** A mark; undefined unless all of it is valid. */
function openMark({ tools, folders }: FileStore, open: OpenFiles, name: string) {
  const { places, validEnd, size } = withFile(
    tools.files,
    path.join(folders.objects, name),
    "read",
    (descriptor) => ({
      ...scanJournal(tools.files, descriptor, tools),
      size: tools.files.size(descriptor),
    }),
  );
  return validEnd === size ? openJournal(open, folders.objects, name, places, tools) : undefined;
}

/**
 * A tip with the run's body, which may be an object of the file; undefined if the tip is invalid.
 */
function wholeTip(file: RecordFile, stored: StoredTip): Tip | undefined {
  try {
    const { ref } = stored;
    if (ref !== undefined && !isBranchRef(ref) && !isEnsembleRef(ref)) return undefined;
    if (stored.run !== undefined) return checkedTip({ ref, run: stored.run });
    const { body } = file.readAt(file.find(stored.id, fromHex(stored.id)) ?? 0, stored.id);
    return checkedTip({ ref, run: body });
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  }
}

/** A recording belongs to a branch or an ensemble, whatever a journal from a stranger says. */
export function isBranchRef(ref: string): boolean {
  return ref.startsWith("refs/heads/") && isRefName(ref);
}

/** The same for a sweep and its ensemble. */
export function isEnsembleRef(ref: string): boolean {
  return ref.startsWith(ENSEMBLES) && isRefName(ref);
}

function checkedTip(tip: Tip): Tip {
  if (tipKind(tip.ref) === "ensemble") decodeEnsemble(tip.run);
  else decodeRun(tip.run);
  return tip;
}

/** The runs and the ensembles that the tips describe, by their ids. */
export function tipObjects(store: FileStore, tips: readonly Tip[]): Map<Id, StoredObject> {
  const objects = tips.map(({ ref, run }): StoredObject => ({ kind: tipKind(ref), body: run }));
  return new Map(objects.map((object) => [objectId(store.hash, object.kind, object.body), object]));
}
