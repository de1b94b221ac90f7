import { type Hash, sha256 } from "../../src/codec/hash.ts";
import type { Id } from "../../src/object/id.ts";
import { encodeRun, type Parent } from "../../src/object/run.ts";
import { stateRef } from "../../src/object/state.ts";
import { EMPTY_TIMELINE, TimelineBuilder } from "../../src/object/timeline.ts";
import { memoryRefs } from "../../src/store/memory-refs.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import type { RefStore } from "../../src/store/ref-store.ts";

/** A store in memory for manifests of runs that were never recorded. */
export interface Runs {
  readonly store: ObjectStore;
  readonly refs: RefStore;
  /** Puts a run of this many steps, and names it if `ref` is given. */
  put(run: {
    readonly steps?: number;
    /** The requested number of steps; `steps` unless given. */
    readonly goal?: number;
    readonly parents?: readonly Parent[];
    readonly meta?: Readonly<Record<string, unknown>>;
    readonly ref?: string;
  }): Promise<Id<"run">>;
  point(name: string, to: string | undefined): Promise<void>;
}

export async function emptyRuns(hash: Hash = sha256): Promise<Runs> {
  const store = memoryStore(hash);
  const refs = memoryRefs(() => "2026-01-01T00:00:00.000Z");
  const id = "ab".repeat(32);
  const point = async (name: string, to: string | undefined): Promise<void> => {
    await refs.update([{ name, from: await refs.read(name), to }], "test");
  };
  return {
    store,
    refs,
    point,
    async put({ steps = 100, goal = steps, parents = [], meta = {}, ref }) {
      const writer = await store.writer();
      const state = stateRef(Uint8Array.of(0), hash);
      const builder = new TimelineBuilder(EMPTY_TIMELINE, writer.put);
      if (steps > 0) builder.append({ state, witness: 0 });
      const body = encodeRun({
        blockSize: 1_000_000,
        goal,
        steps,
        segments: [
          {
            start: 0,
            program: id as Id<"program">,
            seeds: id as Id<"seeds">,
            params: { inline: {} },
            begin: undefined,
          },
        ],
        edge: builder.timeline().edge,
        final: state,
        parents,
        meta,
      });
      const run = writer.put("run", body);
      await writer.close();
      if (ref !== undefined) await point(ref, run);
      return run;
    },
  };
}
