import path from "node:path";
import { isRewindError, RewindError } from "../base/errors.ts";
import { type Id, objectId } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import type { Tip } from "../store/object-store.ts";
import { encodeFooter, encodeRecord } from "../store/pack.ts";
import { nextArchiveName } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";
import { decodeTip } from "../store/tip.ts";
import type { FileStore } from "./file-store.ts";
import { isCode, onStore, withFile } from "./files.ts";
import { type JournalContent, scanJournal } from "./journal.ts";
import { sealJournal } from "./journal-writer.ts";
import { tryLock } from "./lock.ts";
import { OpenFiles } from "./open-files.ts";
import { openJournal } from "./pack-file.ts";
import { isJournalName, journalLock } from "./store-folders.ts";

/** A recording whose process died, as it was brought back. */
export interface Recovered {
  readonly ref: string;
  readonly id: Id<"run">;
  readonly run: RunManifest;
}

/**
 * Brings back what dead writers left: each journal up to its last valid record becomes a pack, and
 * the run that the last tip of a ref describes gets that ref. Journals of living writers are not touched.
 * Throws STORE_DAMAGED where records before the last valid one are damaged, the others being
 * brought back nevertheless.
 */
export async function recover(store: FileStore, refs: RefStore): Promise<Recovered[]> {
  const { files } = store.tools;
  const names = files.list(store.folders.objects).map(({ name }) => name);
  const recovered: Recovered[] = [];
  const damage: unknown[] = [];
  for (const name of names.filter(isJournalName)) {
    const lockFile = journalLock(store.folders, name);
    const release = onStore(store.folders.root, lockFile, () => tryLock(files, lockFile));
    if (release === undefined) continue;
    try {
      const dead = onStore(store.folders.root, store.folders.objects, () => endDead(store, name));
      if (dead === undefined) continue;
      // The ref before the seal: once sealed, nobody looks for a tip here again.
      for (const tip of dead.tips) recovered.push(...(await adopt(refs, tip, store)));
      onStore(store.folders.root, store.folders.objects, dead.seal);
    } catch (error) {
      if (!isRewindError(error, "STORE_DAMAGED")) throw error;
      damage.push(error);
    } finally {
      release();
    }
  }
  if (damage.length > 0) throw damage[0];
  return recovered;
}

/** Gives a journal whose writer is dead its footer. Returns its last tips and what seals it, if any. */
function endDead(
  store: FileStore,
  name: string,
): { readonly tips: readonly Tip[]; readonly seal: () => void } | undefined {
  const { files, runningHash } = store.tools;
  const file = path.join(store.folders.objects, name);
  const content = readJournal(store, file, name);
  if (content === undefined) return undefined;
  if (content.tips.length === 0) {
    // Nothing in it was ever acknowledged.
    files.remove(file);
    return undefined;
  }
  const tips = content.tips.map((payload) => wholeTip(store, name, content, payload));
  files.truncate(file, content.validEnd);
  const places = new Map(content.places);
  const hash = runningHash();
  withFile(files, file, "read", (descriptor) => {
    for (let at = 0; at < content.validEnd; at += READ_BYTES) {
      hash.update(files.read(descriptor, at, Math.min(READ_BYTES, content.validEnd - at)));
    }
  });
  withFile(files, file, "append", (descriptor) => {
    let end = content.validEnd;
    for (const { run } of tips) {
      const id = objectId(store.hash, "run", run);
      if (places.has(id)) continue;
      const record = encodeRecord({ kind: "run", id, payload: run }, store.tools);
      places.set(id, end);
      end += record.length;
      hash.update(record);
      files.write(descriptor, record);
    }
    files.write(descriptor, encodeFooter(hash.digest(), places.size, store.tools));
    files.sync(descriptor);
  });
  const contentHash = hash.digest();
  const seal = (): void => {
    sealJournal(store, name, places, contentHash);
    store.refresh();
  };
  return { tips, seal };
}

const READ_BYTES = 1 << 22;

/** A tip of a journal, with the run's body, which may be an object of the journal. */
function wholeTip(
  store: FileStore,
  name: string,
  { places }: JournalContent,
  payload: Uint8Array,
): Tip {
  const stored = decodeTip(payload);
  if (stored.run !== undefined) return stored;
  const { id, ref } = stored;
  const open = new OpenFiles(store.tools.files);
  const journal = openJournal(open, store.folders.objects, name, places, store.tools);
  try {
    return { ref, run: journal.readAt(places.get(id) ?? 0, id).body };
  } finally {
    open.closeAll();
  }
}

/** What the journal holds; undefined where its writer sealed or dropped it since it was listed. */
function readJournal(store: FileStore, file: string, name: string): JournalContent | undefined {
  const { files } = store.tools;
  let content: JournalContent;
  try {
    content = withFile(files, file, "read", (descriptor) =>
      scanJournal(files, descriptor, store.tools),
    );
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
  if (content.damagedAt === undefined) return content;
  throw new RewindError(
    "STORE_DAMAGED",
    `objects/${name} is damaged at ${content.damagedAt}, with valid records after it`,
    { file: `objects/${name}`, offset: content.damagedAt },
  );
}

/**
 * Makes the ref name the recovered run, and archives the one before where that is not all within it;
 * or archives the run where the ref has gone on without it.
 */
async function adopt(refs: RefStore, tip: Tip, store: FileStore): Promise<Recovered[]> {
  if (tip.ref === undefined) return [];
  const id = objectId(store.hash, "run", tip.run);
  const run = decodeRun(tip.run);
  let conflicts = false;
  for (let attempt = 1; ; attempt++) {
    const current = await refs.read(tip.ref);
    if (current === id) return [];
    const parent = run.parents.find((one) => one.run === current);
    const replaces = run.meta.replaces !== undefined && run.meta.replaces === current;
    const continues = current === undefined || parent !== undefined || replaces;
    const ref = conflicts
      ? `refs/archive/recovered/${id.slice(0, 16)}`
      : continues
        ? tip.ref
        : await nextArchiveName(refs, tip.ref);
    try {
      const from = ref === tip.ref ? current : undefined;
      const cut = from !== undefined && (replaces || (await isCut(store, from, parent?.step)));
      const kept = cut
        ? [{ name: await nextArchiveName(refs, ref), from: undefined, to: from }]
        : [];
      await refs.update([{ name: ref, from, to: id }, ...kept], "recover");
      return [{ ref, id, run }];
    } catch (error) {
      // The update itself completes one that the crash cut short, perhaps of this very ref.
      if (!isRewindError(error, "REF_MOVED", "REF_CONFLICT") || attempt === ADOPT_ATTEMPTS)
        throw error;
      // The branch cannot stand beside one that was made meanwhile: no reason to lose the run.
      conflicts ||= isRewindError(error, "REF_CONFLICT");
    }
  }
}

const ADOPT_ATTEMPTS = 5;

/** Whether a run has steps after the one at which another goes on from it. */
async function isCut(store: FileStore, id: string, step: number | undefined): Promise<boolean> {
  const object = await store.get(id as Id<"run">);
  return object !== undefined && decodeRun(object.body).steps > (step ?? 0);
}
