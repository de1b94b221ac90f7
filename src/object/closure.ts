import type { Id, Kind } from "./id.ts";
import { decodeProgram, type Program } from "./program.ts";
import { sourceChunks } from "./program-contents.ts";
import { type RunManifest, timelineOf } from "./run.ts";
import { type ContentKind, decodeContent, type ReadObject, type StateRef } from "./state.ts";
import { isBottom, type Tile } from "./timeline.ts";
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
}

/**
 * Every object that a run needs in addition to its manifest, each once, in an order that depends on
 * the run alone. A run does not need its parents.
 */
export async function* objectsOf(
  manifest: RunManifest,
  readObject: ReadObject,
): AsyncGenerator<Needed> {
  const given = new Set<Id>();
  const read = new Set<Id>();
  for await (const needed of allOf(manifest, readObject, read)) {
    if (given.has(needed.id)) continue;
    given.add(needed.id);
    yield needed;
  }
}

/** `read` holds the objects that were read: each is read once, however often it occurs. */
async function* allOf(
  manifest: RunManifest,
  readObject: ReadObject,
  read: Set<Id>,
): AsyncGenerator<Needed> {
  for (const segment of manifest.segments) {
    if (!read.has(segment.program)) {
      read.add(segment.program);
      yield needed("program", segment.program);
      yield* chunksOfProgram(decodeProgram(await readObject("program", segment.program)));
    }
    yield needed("seeds", segment.seeds);
    if ("id" in segment.params)
      yield* objectsOfContent("params", segment.params.id, readObject, read);
    if (segment.begin !== undefined) yield* objectsOfState(segment.begin.state, readObject, read);
  }
  for await (const { id, tile } of new TimelineReader(readObject).tiles(timelineOf(manifest))) {
    yield needed("tile", id);
    yield* objectsOfTile(tile, readObject, read);
  }
  for (const { state } of manifest.edge.entries) yield* objectsOfState(state, readObject, read);
  yield* objectsOfState(manifest.final, readObject, read);
}

function* chunksOfProgram(program: Program): Generator<Needed> {
  const read = program.inputs.flatMap(({ chunk }) => (chunk === undefined ? [] : [chunk]));
  for (const id of [...sourceChunks(program), ...read]) yield { kind: "chunk", id, optional: true };
}

async function* objectsOfTile(
  tile: Tile,
  readObject: ReadObject,
  read: Set<Id>,
): AsyncGenerator<Needed> {
  if (!isBottom(tile)) return;
  for (const { state } of tile.entries) yield* objectsOfState(state, readObject, read);
}

async function* objectsOfState(
  ref: StateRef,
  readObject: ReadObject,
  read: Set<Id>,
): AsyncGenerator<Needed> {
  if ("id" in ref) yield* objectsOfContent("state", ref.id, readObject, read);
}

async function* objectsOfContent<K extends ContentKind>(
  kind: K,
  id: Id<K>,
  readObject: ReadObject,
  read: Set<Id>,
): AsyncGenerator<Needed> {
  if (read.has(id)) return;
  read.add(id);
  yield needed(kind, id);
  const content = decodeContent(kind, await readObject(kind, id));
  if ("chunks" in content) for (const id of content.chunks) yield needed("chunk", id);
}

function needed(kind: Kind, id: Id): Needed {
  return { kind, id, optional: false };
}
