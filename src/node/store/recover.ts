import path from "node:path";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Id } from "../../object/id.ts";
import { decodeRun, type RunManifest } from "../../object/run.ts";
import type { Tip } from "../../store/object-store.ts";
import { encodeFooter, encodeRecord } from "../../store/pack.ts";
import { freeArchiveName } from "../../store/ref-name.ts";
import { RefSpace } from "../../store/ref-space.ts";
import type { Operation, RefChange, RefStore } from "../../store/ref-store.ts";
import { makeFolders, onStore, withFile } from "../host/files.ts";
import { tryLock } from "../host/lock.ts";
import { type DeadJournal, deadJournals, readDead, runsOf } from "./dead-journals.ts";
import type { FileRefs } from "./file-refs.ts";
import type { FileStore } from "./file-store.ts";
import { publishPack } from "./journal-writer.ts";
import { journalLock } from "./store-folders.ts";

/** A recording whose process died, as it was brought back. */
export interface Recovered {
  readonly ref: string;
  readonly id: Id<"run">;
  readonly run: RunManifest;
}

/** What dead writers left, as a reader is to see it: nothing of it is stored yet. */
export interface Remains {
  readonly recovered: readonly Recovered[];
  /** What recovery will do to the refs. */
  readonly operations: readonly Operation[];
  /** The bodies of the runs that the refs will name. */
  readonly runs: ReadonlyMap<Id, Uint8Array>;
  readonly damage: readonly RewindError[];
}

/** What the operation log calls it. */
const COMMAND = "recover";

/** What recovery would bring back now. Changes nothing. */
export async function remainsOf(store: FileStore, refs: RefStore, time: string): Promise<Remains> {
  const runs = new Map<Id, Uint8Array>();
  const damage: RewindError[] = [];
  const journals: (readonly Tip[])[] = [];
  for (const name of onJournal(store, "", () => deadJournals(store))) {
    const dead = onJournal(store, name, () => readDead(store, name));
    if (dead === undefined) continue;
    if (dead.isDamaged) damage.push(damagedEnd(dead));
    for (const [id, body] of runsOf(store, dead.tips)) runs.set(id, body);
    journals.push(dead.tips);
  }
  const adoptions = await adoptionsOf(refs, journals, store);
  return {
    recovered: adoptions.flatMap(({ recovered }) => recovered),
    operations: adoptions.map(({ changes }) => ({ time, command: COMMAND, changes })),
    runs,
    damage,
  };
}

/** A dead journal whose content is in a pack by now, and what releases its lock. */
interface Copied {
  readonly dead: DeadJournal;
  readonly release: () => void;
}

/**
 * Brings back what dead writers left: each journal, up to its last valid record, is copied to a
 * pack, and the runs that its last tips describe get their refs, in one operation. The journals
 * themselves go last; one that has valid records after damage is kept in `local/damaged/`. Journals
 * of living writers, and of writers that cannot be seen from here, are not touched.
 */
export async function recover(store: FileStore, refs: FileRefs): Promise<Recovered[]> {
  const names = onJournal(store, "", () => deadJournals(store));
  if (names.length === 0) return [];
  const copied: Copied[] = [];
  const recovered: Recovered[] = [];
  try {
    try {
      for (const name of names) copied.push(...onJournal(store, name, () => copyDead(store, name)));
    } finally {
      // What was copied is brought back, also where the journal after it cannot be read.
      const journals = copied.map(({ dead }) => dead.tips);
      await adopt(refs, journals, store, (some) => recovered.push(...some));
      for (const { dead } of copied) onJournal(store, dead.name, () => remove(store, dead));
    }
  } finally {
    for (const { dead, release } of copied) onJournal(store, dead.name, release);
  }
  onJournal(store, "", () => {
    const { objects, local } = store.folders;
    const { files } = store.tools;
    const damaged = path.join(local, DAMAGED);
    if (files.stat(damaged) !== undefined) files.syncFolder(damaged);
    files.syncFolder(objects);
    store.refresh();
  });
  return recovered;
}

/** Copies a dead journal to a pack, under its lock. One in which nothing was acknowledged goes at once. */
function copyDead(store: FileStore, name: string): Copied[] {
  if (removeUnused(store, name)) return [];
  const release = tryLock(store.tools.files, journalLock(store.folders, name));
  if (release === undefined) return [];
  let isCopied = false;
  try {
    const dead = readDead(store, name);
    if (dead === undefined) return [];
    if (dead.tips.length === 0) {
      remove(store, dead);
      return [];
    }
    copyToPack(store, dead);
    isCopied = true;
    return [{ dead, release }];
  } finally {
    if (!isCopied) release();
  }
}

/** Up to this length a journal is read once more rather than locked for nothing. */
const SMALL_BYTES = 1 << 16;

/**
 * Removes a small journal that nobody has a lock for and in which nothing was acknowledged. That
 * needs no lock: its writer, who had one as long as it lived, is dead, and others can only do the same.
 */
function removeUnused(store: FileStore, name: string): boolean {
  const { files } = store.tools;
  const size = files.stat(path.join(store.folders.objects, name))?.size ?? 0;
  if (size > SMALL_BYTES || files.stat(journalLock(store.folders, name)) !== undefined)
    return false;
  const dead = readDead(store, name);
  if (dead === undefined) return true;
  if (dead.tips.length > 0 || dead.isDamaged) return false;
  remove(store, dead);
  return true;
}

function onJournal<T>(store: FileStore, name: string, work: () => T): T {
  const { root, objects } = store.folders;
  return onStore(root, path.join(objects, name), work);
}

const COPY_BYTES = 1 << 22;

/** Copies the valid part of a journal to a new file, with the runs of its tips, and makes that a pack. */
function copyToPack(store: FileStore, { name, content, tips }: DeadJournal): void {
  const { files, runningHash } = store.tools;
  const { objects, local } = store.folders;
  const draft = path.join(local, `recovered-${name}`);
  const places = new Map([...content.places].filter(([, at]) => at < content.validEnd));
  const hash = runningHash();
  files.remove(draft);
  withFile(files, draft, "create", (descriptor) => {
    const write = (bytes: Uint8Array): void => {
      hash.update(bytes);
      files.write(descriptor, bytes);
    };
    withFile(files, path.join(objects, name), "read", (journal) => {
      for (let at = 0; at < content.validEnd; at += COPY_BYTES) {
        write(files.read(journal, at, Math.min(COPY_BYTES, content.validEnd - at)));
      }
    });
    let end = content.validEnd;
    for (const [id, run] of runsOf(store, tips)) {
      if (places.has(id)) continue;
      const record = encodeRecord({ kind: "run", id, payload: run }, store.tools);
      places.set(id, end);
      end += record.length;
      write(record);
    }
    files.write(descriptor, encodeFooter(hash.digest(), places.size, store.tools));
    files.sync(descriptor);
  });
  store.notePack(publishPack(store, draft, places, hash.digest()));
}

/** Where journals go that have valid records after damage, below `local/`. */
const DAMAGED = "damaged";

/**
 * Removes a journal whose content is in a pack by now, or was never acknowledged. Where a power cut
 * takes that back, it is recovered once more.
 */
function remove(store: FileStore, dead: DeadJournal): void {
  const { files } = store.tools;
  const file = path.join(store.folders.objects, dead.name);
  if (dead.isDamaged) {
    const folder = path.join(store.folders.local, DAMAGED);
    makeFolders(files, folder);
    files.rename(file, path.join(folder, dead.name));
  } else {
    files.remove(file);
  }
}

function damagedEnd({ name, content }: DeadJournal): RewindError {
  return new RewindError(
    "STORE_DAMAGED",
    `the records of objects/${name} after the damage at byte ${content.validEnd}; they are kept in local/damaged/`,
    { file: `objects/${name}`, offset: content.validEnd },
  );
}

/** What makes the refs of one journal's tips name the recovered runs. */
interface Adoption {
  readonly changes: readonly RefChange[];
  readonly recovered: readonly Recovered[];
}

/** The refs as they will be when what is planned so far is done. */
interface Plan {
  readonly space: RefSpace;
  read(name: string): Promise<string | undefined>;
  /** The steps of a run that is planned for, which the store need not have yet. */
  readonly steps: Map<string, number>;
}

/** The adoptions of journals, one after the other; a journal whose refs name their runs already needs none. */
async function adoptionsOf(
  refs: RefStore,
  journals: readonly (readonly Tip[])[],
  store: FileStore,
): Promise<Adoption[]> {
  const adoptions: Adoption[] = [];
  if (journals.every((tips) => tips.length === 0)) return adoptions;
  const planned = new Map<string, string | undefined>();
  const plan: Plan = {
    space: new RefSpace(await refs.names("refs/")),
    read: async (name) => (planned.has(name) ? planned.get(name) : refs.read(name)),
    steps: new Map(),
  };
  for (const tips of journals) {
    const changes: RefChange[] = [];
    const recovered: Recovered[] = [];
    for (const tip of tips) {
      const found = await adoptionOf(plan, tip, store);
      if (found === undefined) continue;
      changes.push(...found.changes);
      recovered.push(found.recovered);
      plan.steps.set(found.recovered.id, found.recovered.run.steps);
      for (const { name, to } of found.changes) {
        planned.set(name, to);
        plan.space.add(name);
      }
    }
    if (recovered.length > 0) adoptions.push({ changes, recovered });
  }
  return adoptions;
}

/**
 * What makes the ref of a tip name the recovered run, and archives the one before where that is not
 * all within it; or archives the run where the ref has gone on without it. Undefined where the ref
 * names it already.
 */
async function adoptionOf(
  plan: Plan,
  { ref: wanted, run: body }: Tip,
  store: FileStore,
): Promise<{ readonly changes: readonly RefChange[]; readonly recovered: Recovered } | undefined> {
  if (wanted === undefined) return undefined;
  const [[id] = []] = runsOf(store, [{ ref: wanted, run: body }]);
  const run = decodeRun(body);
  const current = await plan.read(wanted);
  if (id === undefined || current === id) return undefined;
  const parent = run.parents.find((one) => one.run === current);
  const replaces = run.meta.replaces !== undefined && run.meta.replaces === current;
  const continues = current === undefined || parent !== undefined || replaces;
  // A branch that cannot stand beside one that was made meanwhile: no reason to lose the run.
  const conflicts = plan.space.conflict(wanted) !== undefined;
  const kind = conflicts ? "beside" : continues ? "on" : "after";
  const beside = `refs/archive/recovered/${id.slice(0, 16)}`;
  if (kind === "beside" && (await plan.read(beside)) === id) return undefined;
  const ref =
    kind === "on"
      ? wanted
      : kind === "after"
        ? freeArchiveName(plan.space, wanted)
        : isFree(plan.space, beside)
          ? beside
          : freeArchiveName(plan.space, "recovered");
  const from = ref === wanted ? current : undefined;
  const cut = from !== undefined && (replaces || (await isCut(plan, store, from, parent?.step)));
  const kept = cut ? [{ name: freeArchiveName(plan.space, ref), from: undefined, to: from }] : [];
  return {
    changes: [{ name: ref, from, to: id }, ...kept],
    recovered: { ref, id, run },
  };
}

async function adopt(
  refs: FileRefs,
  journals: readonly (readonly Tip[])[],
  store: FileStore,
  onDone: (recovered: readonly Recovered[]) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const adoptions = await adoptionsOf(refs, journals, store);
    if (adoptions.length === 0) return;
    try {
      return await refs.updateEach(operationsFor(adoptions, onDone));
    } catch (error) {
      // The update itself completes one that the crash cut short, perhaps of this very ref.
      if (!isRewindError(error, "REF_MOVED", "REF_CONFLICT") || attempt === ADOPT_ATTEMPTS)
        throw error;
    }
  }
}

/** The operations one by one: when the next is asked for, the one before is done. */
function* operationsFor(
  adoptions: readonly Adoption[],
  onDone: (recovered: readonly Recovered[]) => void,
): Generator<Pick<Operation, "command" | "changes">> {
  for (const { changes, recovered } of adoptions) {
    yield { command: COMMAND, changes };
    onDone(recovered);
  }
}

const ADOPT_ATTEMPTS = 5;

function isFree(space: RefSpace, name: string): boolean {
  return !space.has(name) && space.conflict(name) === undefined;
}

/** Whether a run has steps after the one at which another goes on from it. */
async function isCut(
  plan: Plan,
  store: FileStore,
  id: string,
  step: number | undefined,
): Promise<boolean> {
  const planned = plan.steps.get(id);
  if (planned !== undefined) return planned > (step ?? 0);
  const object = await store.get(id as Id<"run">);
  return object !== undefined && decodeRun(object.body).steps > (step ?? 0);
}
