import path from "node:path";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { continuesEnsemble, decodeEnsemble, type EnsembleManifest } from "../../object/ensemble.ts";
import { type Id, isId, objectId } from "../../object/id.ts";
import { decodeRun, type RunManifest } from "../../object/run.ts";
import { type StoredObject, type Tip, tipKind } from "../../store/object-store.ts";
import { encodeFooter, encodeRecord } from "../../store/pack.ts";
import { freeArchiveName } from "../../store/ref-name.ts";
import { RefSpace } from "../../store/ref-space.ts";
import type { Operation, RefChange, RefStore } from "../../store/ref-store.ts";
import { makeFolders, onStore, withFile } from "../host/files.ts";
import { isHeld, tryLock } from "../host/lock.ts";
import { deadJournals, type JournalRecordings, readJournal, tipObjects } from "./dead-journals.ts";
import type { FileRefs } from "./file-refs.ts";
import type { FileStore } from "./file-store.ts";
import { publishPack } from "./journal-writer.ts";
import { journalLock, journalOfMark } from "./store-folders.ts";

/** A recovered recording of a process that died. */
export interface Recovered {
  readonly ref: string;
  readonly id: Id<"run">;
  readonly run: RunManifest;
}

/** A recovered sweep of a process that died. */
export interface RecoveredSweep {
  readonly ref: string;
  readonly id: Id<"ensemble">;
  readonly ensemble: EnsembleManifest;
}

/** What dead writers left, as readers should see it. None of it is stored yet. */
export interface Remains {
  readonly recovered: readonly Recovered[];
  readonly sweeps: readonly RecoveredSweep[];
  /** What recovery will do to the refs. */
  readonly operations: readonly Operation[];
  /** The runs and the ensembles that the refs will name. */
  readonly objects: ReadonlyMap<Id, StoredObject>;
  readonly damage: readonly RewindError[];
}

/** The name of recovery in the operation log. */
const COMMAND = "recover";

/** What recovery would restore now. Changes nothing. */
export async function remainsOf(store: FileStore, refs: RefStore, time: string): Promise<Remains> {
  const objects = new Map<Id, StoredObject>();
  const damage: RewindError[] = [];
  const journals: (readonly Tip[])[] = [];
  for (const [name, marks] of onJournal(store, "", () => deadJournals(store))) {
    const dead = onJournal(store, name, () => readJournal(store, name, marks));
    if (dead === undefined) continue;
    if (dead.isDamaged) damage.push(damagedEnd(dead));
    for (const [id, object] of tipObjects(store, dead.tips)) objects.set(id, object);
    journals.push(dead.tips);
  }
  const adoptions = await adoptionsOf(refs, journals, store);
  return {
    recovered: adoptions.flatMap(({ recovered }) => recovered),
    sweeps: adoptions.flatMap(({ sweeps }) => sweeps),
    operations: adoptions.map(({ changes }) => ({ time, command: COMMAND, changes })),
    objects,
    damage,
  };
}

/** A dead journal that has been copied to a pack, and the function that releases its lock. */
interface Copied {
  readonly dead: JournalRecordings;
  readonly release: () => void;
}

/**
 * Recovers what dead writers left. Each journal is copied to a pack, up to its first damage, and
 * the runs that its last tips describe get their refs in one operation. The journals are removed
 * last; one with valid records after damage is kept in `local/damaged/`. Journals of living
 * writers, and of writers that cannot be checked from here, are not touched.
 */
export async function recover(store: FileStore, refs: FileRefs): Promise<Recovered[]> {
  const names = onJournal(store, "", () => deadJournals(store));
  onJournal(store, "", () => removeOrphans(store));
  if (names.size === 0) return [];
  const copied: Copied[] = [];
  const recovered: Recovered[] = [];
  try {
    try {
      for (const [name, marks] of names) {
        copied.push(...onJournal(store, name, () => copyDead(store, name, marks)));
      }
    } finally {
      // Recover the copied journals even if a later one cannot be read.
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
    removeOrphans(store);
    files.syncFolder(objects);
    store.refresh();
  });
  return recovered;
}

/** Copies a dead journal to a pack, under its lock. Removes one that acknowledged nothing. */
function copyDead(store: FileStore, name: string, marks: readonly string[]): Copied[] {
  if (removeUnused(store, name)) return [];
  const release = tryLock(store.tools.files, journalLock(store.folders, name));
  if (release === undefined) return [];
  let isCopied = false;
  try {
    const dead = readJournal(store, name, marks);
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

/** Up to this length, reading a journal twice is cheaper than a needless lock. */
const SMALL_BYTES = 1 << 16;

/**
 * Removes a small journal that has no lock and acknowledged nothing. That needs no lock: its writer
 * held one while it lived, so it is dead, and other processes can only remove the journal too.
 */
function removeUnused(store: FileStore, name: string): boolean {
  const { files } = store.tools;
  const size = files.stat(path.join(store.folders.objects, name))?.size ?? 0;
  if (size > SMALL_BYTES || files.stat(journalLock(store.folders, name)) !== undefined)
    return false;
  const dead = readJournal(store, name);
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

/**
 * Copies the valid part of a journal to a new file, with the runs of its tips and what these have in
 * marks, and makes that a pack.
 */
function copyToPack(store: FileStore, journal: JournalRecordings): void {
  const { name, content, tips, marks } = journal;
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
    const add = (id: Id, record: Uint8Array): void => {
      if (places.has(id)) return;
      places.set(id, end);
      end += record.length;
      write(record);
    };
    for (const mark of marks) {
      for (const [id, at] of mark.entries()) add(id, mark.recordAt(at, id));
      mark.close();
    }
    for (const [id, { kind, body }] of tipObjects(store, tips)) {
      add(id, encodeRecord({ kind, id, payload: body }, store.tools));
    }
    files.write(descriptor, encodeFooter(hash.digest(), places.size, store.tools));
    files.sync(descriptor);
  });
  store.notePack(publishPack(store, draft, places, hash.digest()));
}

/** The folder in `local/` for journals with valid records after damage. */
const DAMAGED = "damaged";

/**
 * Removes a journal that is in a pack or acknowledged nothing. If a power cut undoes the removal,
 * the journal is recovered again.
 */
function remove(store: FileStore, dead: JournalRecordings): void {
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

/** Removes marks whose journal has gone: it was recovered, or had acknowledged nothing. */
function removeOrphans(store: FileStore): void {
  const { files } = store.tools;
  const { objects } = store.folders;
  for (const { name } of files.list(objects)) {
    const journal = journalOfMark(name);
    if (journal === undefined || files.stat(path.join(objects, journal)) !== undefined) continue;
    if (!isHeld(files, journalLock(store.folders, journal))) files.remove(path.join(objects, name));
  }
}

function damagedEnd({ name, content }: JournalRecordings): RewindError {
  return new RewindError(
    "STORE_DAMAGED",
    `the records of objects/${name} after the damage at byte ${content.validEnd}; they are kept in local/damaged/`,
    { file: `objects/${name}`, offset: content.validEnd },
  );
}

/** The changes that make refs name the recovered runs of one journal. */
interface Adoption {
  readonly changes: readonly RefChange[];
  readonly recovered: readonly Recovered[];
  readonly sweeps: readonly RecoveredSweep[];
}

/** The refs as they will be after the operations planned so far. */
interface Plan {
  readonly space: RefSpace;
  read(name: string): Promise<string | undefined>;
  /** The steps of planned runs, which may not be in the store yet. */
  readonly steps: Map<string, number>;
}

/**
 * Plans the adoptions of journals in turn; a journal whose refs already name its runs needs no
 * adoption.
 */
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
    const sweeps: RecoveredSweep[] = [];
    for (const tip of tips) {
      const sweep = await sweepAdoptionOf(plan, tip, store);
      const found = sweep ?? (await adoptionOf(plan, tip, store));
      if (found === undefined) continue;
      changes.push(...found.changes);
      if ("sweep" in found) sweeps.push(found.sweep);
      else {
        recovered.push(found.recovered);
        plan.steps.set(found.recovered.id, found.recovered.run.steps);
      }
      for (const { name, to } of found.changes) {
        planned.set(name, to);
        plan.space.add(name);
      }
    }
    if (changes.length > 0) adoptions.push({ changes, recovered, sweeps });
  }
  return adoptions;
}

/**
 * Plans the changes for one tip. Its ref is to name the recovered run, and the ref's old run is
 * archived unless the new one contains it. If the ref has moved on meanwhile, the recovered run is
 * archived instead. Undefined if the ref already names the run.
 */
async function adoptionOf(
  plan: Plan,
  { ref: wanted, run: body }: Tip,
  store: FileStore,
): Promise<{ readonly changes: readonly RefChange[]; readonly recovered: Recovered } | undefined> {
  if (wanted === undefined || tipKind(wanted) === "ensemble") return undefined;
  const id = objectId(store.hash, "run", body);
  const run = decodeRun(body);
  const current = await plan.read(wanted);
  if (current === id) return undefined;
  const parent = run.parents.find((one) => one.run === current);
  const replaces = run.meta.replaces !== undefined && run.meta.replaces === current;
  const continues = current === undefined || parent !== undefined || replaces;
  // If the branch conflicts with a newer one, the run gets another name: it must not be lost.
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

/**
 * Plans the changes for the tip of a sweep. Its ref is to name the recovered ensemble, unless it has
 * moved on to one that has as much; then the ensemble gets a free name beside it.
 */
async function sweepAdoptionOf(
  plan: Plan,
  { ref: wanted, run: body }: Tip,
  store: FileStore,
): Promise<{ readonly changes: readonly RefChange[]; readonly sweep: RecoveredSweep } | undefined> {
  if (wanted === undefined || tipKind(wanted) === "run") return undefined;
  const id = objectId(store.hash, "ensemble", body);
  const ensemble = decodeEnsemble(body);
  const current = await plan.read(wanted);
  const before = current === undefined ? undefined : await ensembleOf(store, current);
  if (current === id || (before && continuesEnsemble(before, ensemble))) return undefined;
  const isFreeName = current === undefined && plan.space.conflict(wanted) === undefined;
  const goesOn = before !== undefined && continuesEnsemble(ensemble, before);
  let ref = wanted;
  for (let n = 1; ref === wanted && !isFreeName && !goesOn; n++) {
    const beside = `${wanted}-recovered${n === 1 ? "" : `-${n}`}`;
    if ((await plan.read(beside)) === id) return undefined;
    if (isFree(plan.space, beside)) ref = beside;
  }
  const from = ref === wanted ? current : undefined;
  return { changes: [{ name: ref, from, to: id }], sweep: { ref, id, ensemble } };
}

/** The ensemble that a ref names; undefined if it does not name one. */
async function ensembleOf(store: FileStore, id: string): Promise<EnsembleManifest | undefined> {
  const object = isId(id) ? await store.get(id) : undefined;
  return object?.kind === "ensemble" ? decodeEnsemble(object.body) : undefined;
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
      // The update first reverts an operation that the crash cut short, perhaps of this same ref.
      if (!isRewindError(error, "REF_MOVED", "REF_CONFLICT") || attempt === ADOPT_ATTEMPTS)
        throw error;
    }
  }
}

/** Yields the operations; when the next one is requested, the previous one is done. */
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

/** Whether a run has steps after the one where another continues it. */
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
