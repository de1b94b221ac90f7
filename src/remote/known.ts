import { peel } from "../history/resolve.ts";
import type { Id } from "../object/id.ts";
import { timelineOf } from "../object/run.ts";
import { TimelineReader } from "../object/timeline-reader.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import type { Lineage } from "./lineage.ts";
import type { PackRef, RefValue } from "./remote.ts";

/**
 * The objects that a remote has, by what its refs name. Only what leads to others is in it: a tile
 * stands for everything below it.
 */
export class Known {
  readonly #store: ObjectStore;
  readonly #lineage: Lineage;
  /** For each object the packs of the first ref that has it. */
  readonly #packs = new Map<Id, readonly PackRef[]>();

  constructor(store: ObjectStore, lineage: Lineage) {
    this.#store = store;
    this.#lineage = lineage;
  }

  /** The packs of a ref that has this object. */
  packsWith(id: Id): readonly PackRef[] | undefined {
    return this.#packs.get(id);
  }

  /**
   * Adds what a ref has, as far as this store can tell; a target that it lacks adds nothing. If
   * checkpoints are to be there, a ref without them adds nothing either.
   */
  async add({ target, code, full, packs }: RefValue, withCheckpoints: boolean): Promise<void> {
    // Its tiles stand for checkpoints, which are to be sent as well.
    if (withCheckpoints && !full) return;
    const add = (id: Id): void => {
      if (!this.#packs.has(id)) this.#packs.set(id, packs);
    };
    const run = await peel(this.#store, target);
    const manifest = await this.#lineage.manifest(run);
    if (manifest === undefined) return;
    for (const id of [target, run]) add(id);
    for await (const id of this.#lineage.ancestors(run, (id) => this.#packs.has(id))) add(id);
    for (const { program, seeds, params, begin } of manifest.segments) {
      // A program whose source was left out is sent again, with it.
      if (code) add(program);
      add(seeds);
      if ("id" in params) add(params.id);
      if (begin !== undefined && "id" in begin.state) add(begin.state.id);
    }
    const { edge, final } = manifest;
    for (const state of [final, ...edge.entries.map((entry) => entry.state)]) {
      if ("id" in state) add(state.id);
    }
    const tiles = new TimelineReader(objectReader(this.#store));
    for await (const id of tiles.tileIds(timelineOf(manifest), (id) => !this.#packs.has(id))) {
      add(id);
    }
  }
}
