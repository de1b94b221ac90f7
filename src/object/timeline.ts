import { concatBytes, toHex, utf8 } from "../base/bytes.ts";
import { encode } from "../codec/encode.ts";
import type { Hash } from "../codec/hash.ts";
import { decodeBody, encodeBody, type Fields, idBytes, unshared } from "./body.ts";
import type { Id } from "./id.ts";
import { formatStateRef, type Put, parseStateRef, type StateRef } from "./state.ts";

/** How many entries a tile holds: the tree is 64-ary. */
export const TILE_ENTRIES = 64;

/** 64 entries of one level: state refs at level 0, ids of tiles one level below at higher levels. */
export type Tile =
  | { readonly level: 0; readonly entries: readonly StateRef[] }
  | { readonly level: number; readonly entries: readonly Id<"tile">[] };

/**
 * The incomplete right edge of the tree: `states` are the entries after the last full tile, and
 * `tiles[i]` the ids of full tiles of level i that no full tile of level i + 1 holds yet.
 */
export interface Edge {
  readonly states: readonly StateRef[];
  readonly tiles: readonly (readonly Id<"tile">[])[];
}

/**
 * The append-only list of a run's checkpoints: a 64-ary Merkle tree as in transparency logs (RFC
 * 9162 has the binary form). Its shape depends on the count alone, so that equal prefixes share
 * their tiles whoever recorded them.
 */
export interface Timeline {
  readonly count: number;
  readonly edge: Edge;
}

export const EMPTY_TIMELINE: Timeline = {
  count: 0,
  edge: { states: [], tiles: [] },
};

/** Appends entries to a timeline, writing each tile once it is full. */
export class TimelineBuilder {
  #count: number;
  readonly #states: StateRef[];
  readonly #tiles: Id<"tile">[][];
  readonly #put: Put;

  constructor(timeline: Timeline, put: Put) {
    this.#count = timeline.count;
    this.#states = [...timeline.edge.states];
    this.#tiles = timeline.edge.tiles.map((ids) => [...ids]);
    this.#put = put;
  }

  append(ref: StateRef): void {
    this.#count++;
    this.#states.push(ref);
    if (this.#states.length < TILE_ENTRIES) return;
    this.#carry(0, this.#put("tile", encodeTile({ level: 0, entries: this.#states })));
    this.#states.length = 0;
  }

  /** The timeline so far. */
  timeline(): Timeline {
    return {
      count: this.#count,
      edge: {
        states: [...this.#states],
        tiles: this.#tiles.map((ids) => [...ids]),
      },
    };
  }

  #carry(level: number, id: Id<"tile">): void {
    if (this.#tiles.length === level) this.#tiles.push([]);
    const ids = this.#tiles[level] as Id<"tile">[];
    ids.push(id);
    if (ids.length < TILE_ENTRIES) return;
    this.#carry(level + 1, this.#put("tile", encodeTile({ level: level + 1, entries: ids })));
    ids.length = 0;
  }
}

/** The bytes of a tile object. */
export function encodeTile(tile: Tile): Uint8Array {
  return encodeBody("tile", formatTile(tile));
}

/** Reads a tile object: exactly 64 entries. */
export function decodeTile(body: Uint8Array): Tile {
  return decodeBody("tile", body, parseTile, formatTile);
}

function parseTile(fields: Fields): Tile {
  const level = fields.expectLength(2).integer(0, 8);
  if (level === 0) {
    return { level: 0, entries: fields.list(parseStateRef, TILE_ENTRIES) };
  }
  return {
    level,
    entries: fields.list((entry) => entry.id<"tile">(), TILE_ENTRIES),
  };
}

function formatTile(tile: Tile): readonly unknown[] {
  if (tile.level === 0) return [0, (tile.entries as readonly StateRef[]).map(formatStateRef)];
  return [tile.level, (tile.entries as readonly Id<"tile">[]).map(idBytes)];
}

/** An edge as it stands in a body. */
export function formatEdge(edge: Edge): readonly unknown[] {
  return [edge.states.map(formatStateRef), edge.tiles.map((ids) => ids.map(idBytes))];
}

/** Reads an edge out of a body, and checks that it is the edge of a timeline of `count` entries. */
export function parseEdge(fields: Fields, count: number): Edge {
  const edge = fields.nested().expectLength(2);
  let rest = count;
  const states = edge.list(parseStateRef, rest % TILE_ENTRIES);
  const tiles = edge.list((level) => {
    rest = Math.floor(rest / TILE_ENTRIES);
    return level.list((entry) => entry.id<"tile">(), rest % TILE_ENTRIES);
  }, levels(count));
  return { states, tiles };
}

/** How many levels of tiles a timeline of `count` entries has above its states. */
function levels(count: number): number {
  let levels = 0;
  for (let rest = Math.floor(count / TILE_ENTRIES); rest > 0; levels++) {
    rest = Math.floor(rest / TILE_ENTRIES);
  }
  return levels;
}

/** What names a whole timeline: the hash of its steps, its count, its edge and the final state. */
export function timelineRoot(
  hash: Hash,
  steps: number,
  timeline: Timeline,
  final: StateRef,
): string {
  const edge = formatEdge(timeline.edge);
  const content = encode(unshared([steps, timeline.count, edge, formatStateRef(final)]));
  return toHex(hash(concatBytes([utf8(`timeline ${content.length}\0`), content])));
}
