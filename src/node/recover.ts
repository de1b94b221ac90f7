import path from "node:path";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import type { Tip } from "../store/object-store.ts";
import { encodeFooter, encodeRecord } from "../store/pack.ts";
import { nextArchiveName } from "../store/ref-name.ts";
import { RefSpace } from "../store/ref-space.ts";
import type { Operation, RefChange, RefStore } from "../store/ref-store.ts";
import { overlayRefs } from "../store/ref-store.ts";
import { type DeadJournal, deadJournals, readDead, runsOf } from "./dead-journals.ts";
import type { FileStore } from "./file-store.ts";
import { makeFolders, onStore, withFile } from "./files.ts";
import { publishPack } from "./journal-writer.ts";
import { tryLock } from "./lock.ts";
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
  const recovered: Recovered[] = [];
  const operations: Operation[] = [];
  const runs = new Map<Id, Uint8Array>();
  const damage: RewindError[] = [];
  for (const name of onJournal(store, "", () => deadJournals(store))) {
    const dead = onJournal(store, name, () => readDead(store, name));
    if (dead === undefined) continue;
    if (dead.isDamaged) damage.push(damagedEnd(dead));
    for (const [id, body] of runsOf(store, dead.tips)) runs.set(id, body);
    const adoption = await adoptionOf(overlayRefs(refs, operations), dead.tips, store);
    if (adoption.recovered.length === 0) continue;
    operations.push({ time, command: COMMAND, changes: adoption.changes });
    recovered.push(...adoption.recovered);
  }
  return { recovered, operations, runs, damage };
}

/**
 * Brings back what dead writers left: each journal, up to its last valid record, is copied to a
 * pack, and the runs that the last tips of refs describe get those refs, in one operation. The journal
 * itself goes last; one that has valid records after damage is kept in `local/damaged/`. Journals of living writers
 * are not touched, nor those whose writers cannot be seen from here.
 */
export async function recover(store: FileStore, refs: RefStore): Promise<Recovered[]> {
  const { files } = store.tools;
  const recovered: Recovered[] = [];
  for (const name of onJournal(store, "", () => deadJournals(store))) {
    const lockFile = journalLock(store.folders, name);
    const release = onJournal(store, name, () => tryLock(files, lockFile));
    if (release === undefined) continue;
    try {
      const dead = onJournal(store, name, () => readDead(store, name));
      if (dead === undefined) continue;
      if (dead.tips.length > 0) onJournal(store, name, () => copyToPack(store, dead));
      recovered.push(...(await adopt(refs, dead.tips, store)));
      onJournal(store, name, () => remove(store, dead));
    } finally {
      onJournal(store, name, release);
    }
  }
  return recovered;
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
  publishPack(store, draft, places, hash.digest());
  store.refresh();
}

/** Removes a journal whose content is in a pack by now, or was never acknowledged. */
function remove(store: FileStore, dead: DeadJournal): void {
  const { files } = store.tools;
  const { objects, local } = store.folders;
  const file = path.join(objects, dead.name);
  if (dead.isDamaged) {
    const folder = path.join(local, "damaged");
    makeFolders(files, folder);
    files.rename(file, path.join(folder, dead.name));
    files.syncFolder(folder);
  } else {
    files.remove(file);
  }
  files.syncFolder(objects);
  store.refresh();
}

function damagedEnd({ name, content }: DeadJournal): RewindError {
  return new RewindError(
    "STORE_DAMAGED",
    `the records of objects/${name} after the damage at byte ${content.validEnd}; they are kept in local/damaged/`,
    { file: `objects/${name}`, offset: content.validEnd },
  );
}

interface Adoption {
  readonly changes: readonly RefChange[];
  readonly recovered: readonly Recovered[];
}

/** What makes the refs of a journal's tips name the recovered runs. */
async function adoptionOf(
  refs: RefStore,
  tips: readonly Tip[],
  store: FileStore,
): Promise<Adoption> {
  const changes: RefChange[] = [];
  const recovered: Recovered[] = [];
  for (const tip of tips) {
    const operation = { time: "", command: COMMAND, changes };
    const one = await adoptionOfOne(overlayRefs(refs, [operation]), tip, store);
    changes.push(...(one?.changes ?? []));
    recovered.push(...(one?.recovered ?? []));
  }
  return { changes, recovered };
}

/**
 * What makes the ref of a tip name the recovered run, and archives the one before where that is not
 * all within it; or archives the run where the ref has gone on without it. Undefined where the ref
 * names it already.
 */
async function adoptionOfOne(
  refs: RefStore,
  { ref: wanted, run: body }: Tip,
  store: FileStore,
): Promise<Adoption | undefined> {
  if (wanted === undefined) return undefined;
  const [[id] = []] = runsOf(store, [{ ref: wanted, run: body }]);
  const run = decodeRun(body);
  const current = await refs.read(wanted);
  if (id === undefined || current === id) return undefined;
  const parent = run.parents.find((one) => one.run === current);
  const replaces = run.meta.replaces !== undefined && run.meta.replaces === current;
  const continues = current === undefined || parent !== undefined || replaces;
  // A branch that cannot stand beside one that was made meanwhile: no reason to lose the run.
  const conflicts = new RefSpace(await refs.names("refs/")).conflict(wanted) !== undefined;
  const ref = conflicts
    ? `refs/archive/recovered/${id.slice(0, 16)}`
    : continues
      ? wanted
      : await nextArchiveName(refs, wanted);
  const from = ref === wanted ? current : undefined;
  const cut = from !== undefined && (replaces || (await isCut(store, from, parent?.step)));
  const kept = cut ? [{ name: await nextArchiveName(refs, ref), from: undefined, to: from }] : [];
  return {
    changes: [{ name: ref, from, to: id }, ...kept],
    recovered: [{ ref, id, run }],
  };
}

async function adopt(
  refs: RefStore,
  tips: readonly Tip[],
  store: FileStore,
): Promise<readonly Recovered[]> {
  for (let attempt = 1; ; attempt++) {
    const { changes, recovered } = await adoptionOf(refs, tips, store);
    if (recovered.length === 0) return [];
    try {
      await refs.update(changes, COMMAND);
      return recovered;
    } catch (error) {
      // The update itself completes one that the crash cut short, perhaps of this very ref.
      if (!isRewindError(error, "REF_MOVED", "REF_CONFLICT") || attempt === ADOPT_ATTEMPTS)
        throw error;
    }
  }
}

const ADOPT_ATTEMPTS = 5;

/** Whether a run has steps after the one at which another goes on from it. */
async function isCut(store: FileStore, id: string, step: number | undefined): Promise<boolean> {
  const object = await store.get(id as Id<"run">);
  return object !== undefined && decodeRun(object.body).steps > (step ?? 0);
}
