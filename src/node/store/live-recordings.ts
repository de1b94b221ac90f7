import { isRewindError } from "../../base/errors.ts";
import { continuesEnsemble, decodeEnsemble } from "../../object/ensemble.ts";
import { type Id, objectId } from "../../object/id.ts";
import { decodeRun, type RunManifest } from "../../object/run.ts";
import { type StoredObject, tipKind } from "../../store/object-store.ts";
import { overlayRefs, type RefStore } from "../../store/ref-store.ts";
import type { StoredTip } from "../../store/tip.ts";
import { isBranchRef, isEnsembleRef } from "./dead-journals.ts";
import type { FileStore } from "./file-store.ts";

/** A run or an ensemble that is being recorded, as far as a crash would not lose it. */
export interface LiveRecording {
  readonly ref: string;
  readonly id: Id<"run" | "ensemble">;
  /** Whether it goes on from what its ref names in the store. */
  continues(from: string): Promise<boolean>;
}

/** A recording whose branch shows it. */
interface Shown extends LiveRecording {
  /** What the branch names in the store. */
  readonly from: string | undefined;
  /** Whether its writer is still alive. */
  readonly isAlive: boolean;
}

/** How many of those that were shown to remember. */
const MOST_BEFORE = 1_000;

/**
 * The recordings of living writers, read from their journals, which are not changed. Each call reads
 * what has come since. If a writer has died meanwhile, its recording is shown until the next writer
 * recovers it.
 */
export class LiveRecordings {
  readonly #store: FileStore;
  readonly #refs: RefStore;
  /** The refs of the runs that were shown last. */
  readonly #before = new Map<Id, string>();

  constructor(store: FileStore, refs: RefStore) {
    this.#store = store;
    this.#refs = refs;
  }

  /**
   * The ids of the runs that are being recorded. Those that were shown before count as well: the
   * recording may have gone on between two looks.
   */
  async ids(): Promise<ReadonlySet<Id>> {
    const alive = (await this.#shown()).filter(({ isAlive }) => isAlive);
    const refs = new Set(alive.map(({ ref }) => ref));
    const before = [...this.#before].filter(([, ref]) => refs.has(ref));
    return new Set([...alive, ...before.map(([id]) => ({ id }))].map(({ id }) => id));
  }

  passes(id: Id<"run">): boolean {
    return this.#store.passing(id).length > 0;
  }

  /** The refs as they would be if the recordings ended here. Updates change the refs themselves. */
  refs(): RefStore {
    const refs = this.#refs;
    const over = async (): Promise<RefStore> => {
      const shown = await this.#shown();
      const changes = shown.map(({ ref, from, id }) => ({ name: ref, from, to: id }));
      return changes.length === 0
        ? refs
        : overlayRefs(refs, [{ time: "", command: "record", changes }]);
    };
    return {
      ...refs,
      read: async (name) => (await over()).read(name),
      names: async (prefix) => (await over()).names(prefix),
      list: async (prefix) => (await over()).list(prefix),
    };
  }

  /** The recordings whose branch is as they found it, or has no run yet. */
  async #shown(): Promise<readonly Shown[]> {
    const shown: Shown[] = [];
    for (const { tips, unmarked, isAlive } of this.#store.growing()) {
      for (const tip of tips) {
        const before = unmarked.find(({ ref }) => ref === tip.ref);
        const live = (await this.#read(tip)) ?? (before && (await this.#read(before)));
        if (live === undefined) continue;
        const from = await this.#refs.read(live.ref);
        if (from === live.id || (from !== undefined && !(await live.continues(from)))) continue;
        shown.push({ ...live, from, isAlive });
        this.#before.set(live.id, live.ref);
        const [oldest] = this.#before.keys();
        if (this.#before.size > MOST_BEFORE) this.#before.delete(oldest as Id);
      }
    }
    return shown;
  }

  /**
   * The recording of a tip; undefined if it is not of a branch or an ensemble, or its mark has just
   * been replaced.
   */
  async #read(tip: StoredTip): Promise<LiveRecording | undefined> {
    const { ref } = tip;
    if (ref === undefined || !(isBranchRef(ref) || isEnsembleRef(ref))) return undefined;
    const kind = tipKind(ref);
    try {
      if (tip.run === undefined) {
        const object = await this.#store.get(tip.id);
        if (object?.kind !== kind) return undefined;
        return { ref, id: tip.id, continues: this.#continuing(object) };
      }
      const object = { kind, body: tip.run };
      const id = objectId(this.#store.hash, kind, tip.run);
      const continues = this.#continuing(object);
      this.#store.presentLive(id, object);
      return { ref, id, continues };
    } catch (error) {
      if (isRewindError(error)) return undefined;
      throw error;
    }
  }

  /** Tells whether a run or an ensemble, which is decoded at once, goes on from another. */
  #continuing({ kind, body }: StoredObject): LiveRecording["continues"] {
    if (kind !== "ensemble") {
      const run = decodeRun(body);
      return async (from) => continues(run, from);
    }
    const ensemble = decodeEnsemble(body);
    return async (from) => {
      const before = await this.#store.get(from as Id);
      return (
        before?.kind === "ensemble" && continuesEnsemble(ensemble, decodeEnsemble(before.body))
      );
    };
  }
}

/** Whether a run goes on from another, or takes its place after a restart. */
function continues({ parents, meta }: RunManifest, from: string): boolean {
  return parents.some(({ run }) => run === from) || meta.replaces === from;
}
