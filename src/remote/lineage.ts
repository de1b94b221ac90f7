import type { Id } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import { hasAllSteps } from "../replay/compare/has-all-steps.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";

/** Reads manifests of a store, each once. */
export class Lineage {
  readonly #store: ObjectStore;
  readonly #runs = new Map<Id<"run">, RunManifest | undefined>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The manifest of a run; undefined if the store lacks it. */
  async manifest(id: Id<"run">): Promise<RunManifest | undefined> {
    if (!this.#runs.has(id)) {
      const object = await this.#store.get(id);
      this.#runs.set(id, object?.kind === "run" ? decodeRun(object.body) : undefined);
    }
    return this.#runs.get(id);
  }

  /** The runs behind a run that the store has, the nearest first, itself not among them. */
  async *ancestors(id: Id<"run">, skip: (id: Id<"run">) => boolean): AsyncGenerator<Id<"run">> {
    const seen = new Set([id]);
    for (const next of seen) {
      for (const { run } of (await this.manifest(next))?.parents ?? []) {
        if (seen.has(run) || skip(run) || (await this.manifest(run)) === undefined) continue;
        seen.add(run);
        yield run;
      }
    }
  }

  /**
   * Whether `next` continues `old`, so that no step is lost if a ref moves from one to the other: it
   * comes from all of `old`, or somebody has recorded the steps of `old` again and more. False if the
   * store lacks `old`.
   */
  async continues(next: Id<"run">, old: Id<"run">): Promise<boolean> {
    if (await this.comesFrom(next, old)) return true;
    const [longer, shorter] = [await this.manifest(next), await this.manifest(old)];
    if (longer === undefined || shorter === undefined || longer.steps === shorter.steps) {
      return false;
    }
    return hasAllSteps(longer, shorter, objectReader(this.#store));
  }

  /** Whether two runs are recordings of the same steps. False if the store lacks one of them. */
  async sameSteps(a: Id<"run">, b: Id<"run">): Promise<boolean> {
    const [one, other] = [await this.manifest(a), await this.manifest(b)];
    if (one === undefined || one.steps !== other?.steps) return false;
    return hasAllSteps(one, other, objectReader(this.#store));
  }

  /** Whether `next` is `old`, or comes from all of it by its parents. */
  async comesFrom(next: Id<"run">, old: Id<"run">): Promise<boolean> {
    if (next === old) return true;
    const steps = (await this.manifest(old))?.steps;
    if (steps === undefined) return false;
    const seen = new Set([next]);
    for (const run of seen) {
      for (const parent of (await this.manifest(run))?.parents ?? []) {
        if (parent.step < steps) continue;
        if (parent.run === old) return true;
        seen.add(parent.run);
      }
    }
    return false;
  }
}
