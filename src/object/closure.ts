import { isRewindError } from "../base/errors.ts";
import type { Id, Kind } from "./id.ts";
import { decodeObserved } from "./observed.ts";
import { decodeProgram } from "./program.ts";
import { sourceChunks } from "./program-contents.ts";
import { type RunManifest, timelineOf } from "./run.ts";
import { SeriesReader } from "./series-tree.ts";
import { type ContentKind, decodeContent, type ReadObject, type StateRef } from "./state.ts";
import { isBottom } from "./timeline.ts";
import { TimelineReader } from "./timeline-reader.ts";

/** An object that a run needs. */
export interface Needed {
  readonly kind: Kind;
  readonly id: Id;
  /**
   * Whether the run can be read without it: true for the source of its programs, and for what they
   * read while they were loaded.
   */
  readonly optional: boolean;
  /** Whether it is part of a checkpoint, which a replay of the steps before it gives as well. */
  readonly derivable: boolean;
}

/** What a walk over the objects of a run leaves out. */
export interface WalkOptions {
  /**
   * Whether an object and everything that it leads to is left out; `derivable` if it is met as part
   * of a checkpoint.
   */
  readonly skip?: Skip | undefined;
  /** Whether checkpoints are walked as well, or the states of which. Default true. */
  readonly checkpoints?: boolean | ((state: Id<"state">) => boolean) | undefined;
}

type Skip = (id: Id, derivable: boolean) => boolean | Promise<boolean>;

/**
 * Every object that a run needs in addition to its manifest, each once, in an order that depends on the run
 * alone: first everything that cannot be derived, then the checkpoints. A run does not need its
 * parents. A store may lack checkpoints: the chunks of one that it lacks are not listed.
 */
export async function* objectsOf(
  manifest: RunManifest,
  readObject: ReadObject,
  { skip = () => false, checkpoints = true }: WalkOptions = {},
): AsyncGenerator<Needed> {
  const walk = new Walk(readObject, skip);
  yield* walk.base(manifest);
  if (checkpoints === false) return;
  yield* walk.checkpoints(manifest, checkpoints === true ? () => true : checkpoints);
}

class Walk {
  readonly #readObject: ReadObject;
  readonly #skip: Skip;
  /** What was given already: each object is read once, however often it occurs. */
  readonly #given = new Set<Id>();
  /** The states that have objects, of the tiles that were met. */
  readonly #states: Id<"state">[] = [];

  constructor(readObject: ReadObject, skip: Skip) {
    this.#readObject = readObject;
    this.#skip = skip;
  }

  async *base(manifest: RunManifest): AsyncGenerator<Needed> {
    for (const segment of manifest.segments) {
      if (await this.#isNew(segment.program)) {
        yield needed("program", segment.program);
        yield* this.#chunksOfProgram(await this.#readObject("program", segment.program));
      }
      if (await this.#isNew(segment.seeds)) yield needed("seeds", segment.seeds);
      if ("id" in segment.params) yield* this.#content("params", segment.params.id);
      if (segment.begin !== undefined) yield* this.#state(segment.begin.state);
    }
    yield* this.#state(manifest.final);
    const tiles = new TimelineReader(this.#readObject);
    // The first tile of checkpoints may be one that is skipped, or below one.
    let isFirst = true;
    let first: StateRef | undefined;
    const isNew = async (id: Id): Promise<boolean> => {
      const walks = await this.#isNew(id);
      isFirst &&= walks;
      return walks;
    };
    for await (const { id, tile } of tiles.tiles(timelineOf(manifest), isNew)) {
      yield needed("tile", id);
      if (!isBottom(tile)) continue;
      // The first tile of checkpoints has the state at step 0, which nothing derives.
      if (isFirst) first = tile.entries[0]?.state;
      isFirst = false;
      for (const { state } of tile.entries) if ("id" in state) this.#states.push(state.id);
    }
    if (isFirst) first = manifest.edge.entries[0]?.state;
    if (first !== undefined) yield* this.#state(first);
    if (manifest.observed !== undefined) yield* this.#observed(manifest.observed);
  }

  async *#observed(id: Id<"observed">): AsyncGenerator<Needed> {
    if (!(await this.#isNew(id))) return;
    yield needed("observed", id);
    const reader = new SeriesReader(this.#readObject);
    for (const series of decodeObserved(await this.#readObject("observed", id)).series) {
      for await (const node of reader.nodes(series, (each) => this.#isNew(each))) {
        yield needed("summary", node);
      }
    }
  }

  async *checkpoints(
    manifest: RunManifest,
    isWanted: (state: Id<"state">) => boolean,
  ): AsyncGenerator<Needed> {
    for (const { state } of manifest.edge.entries) if ("id" in state) this.#states.push(state.id);
    for (const id of this.#states) if (isWanted(id)) yield* this.#content("state", id, true);
  }

  async #isNew(id: Id, derivable = false): Promise<boolean> {
    if (this.#given.has(id)) return false;
    this.#given.add(id);
    return !(await this.#skip(id, derivable));
  }

  async *#chunksOfProgram(body: Uint8Array): AsyncGenerator<Needed> {
    const program = decodeProgram(body);
    const read = program.inputs.flatMap(({ chunk }) => (chunk === undefined ? [] : [chunk]));
    for (const id of [...sourceChunks(program), ...read]) {
      if (await this.#isNew(id)) yield { ...needed("chunk", id), optional: true };
    }
  }

  async *#state(ref: StateRef): AsyncGenerator<Needed> {
    if ("id" in ref) yield* this.#content("state", ref.id);
  }

  async *#content<K extends ContentKind>(
    kind: K,
    id: Id<K>,
    derivable = false,
  ): AsyncGenerator<Needed> {
    if (!(await this.#isNew(id, derivable))) return;
    yield { ...needed(kind, id), derivable };
    try {
      const content = decodeContent(kind, await this.#readObject(kind, id));
      if (!("chunks" in content)) return;
      for (const chunk of content.chunks) {
        if (await this.#isNew(chunk, derivable)) yield { ...needed("chunk", chunk), derivable };
      }
    } catch (error) {
      if (!derivable || !isRewindError(error, "OBJECT_MISSING")) throw error;
    }
  }
}

function needed(kind: Kind, id: Id): Needed {
  return { kind, id, optional: false, derivable: false };
}
