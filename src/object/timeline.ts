import { concatBytes, toHex, utf8 } from "../base/bytes.ts";
import { encode } from "../codec/encode.ts";
import type { Hash } from "../codec/hash.ts";
import { decodeBody, encodeBody, type Fields, idBytes, unshared } from "./body.ts";
import type { Id } from "./id.ts";
import { formatStateRef, type PutObject, parseStateRef, type StateRef } from "./state.ts";
import { TREE_WIDTH, TreeBuilder, treeLevels } from "./tree-builder.ts";

/** How many entries a tile holds. */
export const TILE_ENTRIES: number = TREE_WIDTH;

/** A timeline's entry for a block: the checkpoint that it begins with, and its witness. */
export interface TimelineEntry {
  readonly state: StateRef;
  /** The witness of the steps to the end of the block, or to the next segment. */
  readonly witness: Witness;
}

/**
 * A CRC-32 over the encodings of a few states inside a block, which a replay must match. A state that
 * depends on something outside the checkpoints differs there, even if it agrees at the end of the
 * block. The witness finds accidents; the ids protect against forgery.
 */
export type Witness = number;

/** 64 entries of one level: checkpoints at level 0, ids of tiles one level below at higher levels. */
export type Tile =
  | { readonly level: 0; readonly entries: readonly TimelineEntry[] }
  | { readonly level: number; readonly entries: readonly Id<"tile">[] };

/**
 * The incomplete right edge of the tree: `entries` are those after the last full tile, and
 * `tiles[i]` the ids of full tiles of level i that no full tile of level i + 1 holds yet.
 */
export interface Edge {
  readonly entries: readonly TimelineEntry[];
  readonly tiles: readonly (readonly Id<"tile">[])[];
}

/**
 * The append-only list of a run's checkpoints: a 64-ary Merkle tree as in transparency logs (RFC
 * 9162 has the binary form). Its shape depends on the count alone, so that equal prefixes share
 * their tiles.
 */
export interface Timeline {
  readonly count: number;
  readonly edge: Edge;
}

export const EMPTY_TIMELINE: Timeline = {
  count: 0,
  edge: { entries: [], tiles: [] },
};

/** Appends entries to a timeline, writing each tile once it is full. */
export class TimelineBuilder {
  #count: number;
  readonly #tree: TreeBuilder<TimelineEntry, Id<"tile">>;

  constructor({ count, edge: { entries, tiles } }: Timeline, put: PutObject) {
    this.#count = count;
    this.#tree = new TreeBuilder(
      { entries, nodes: tiles },
      {
        bottom: (children) => put("tile", encodeTile({ level: 0, entries: children })),
        above: (level, children) => put("tile", encodeTile({ level, entries: children })),
      },
    );
  }

  append(entry: TimelineEntry): void {
    this.#count++;
    this.#tree.append(entry);
  }

  /** The timeline so far. */
  timeline(): Timeline {
    const { entries, nodes } = this.#tree.edge();
    return { count: this.#count, edge: { entries, tiles: nodes } };
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
  const level = fields.integer(0, 8);
  if (level === 0) return { level: 0, entries: parseEntries(fields.expectLength(3), TILE_ENTRIES) };
  return {
    level,
    entries: fields.expectLength(2).list((entry) => entry.id<"tile">(), TILE_ENTRIES),
  };
}

function formatTile(tile: Tile): readonly unknown[] {
  if (isBottom(tile)) return [0, ...formatEntries(tile.entries)];
  return [tile.level, (tile.entries as readonly Id<"tile">[]).map(idBytes)];
}

/** Whether a tile holds checkpoints rather than tiles. */
export function isBottom(tile: Tile): tile is Extract<Tile, { level: 0 }> {
  return tile.level === 0;
}

/** Entries as stored in a body: their states, then their witnesses, four bytes each. */
function formatEntries(entries: readonly TimelineEntry[]): [unknown[], Uint8Array] {
  const witnesses = new DataView(new ArrayBuffer(WITNESS_BYTES * entries.length));
  entries.forEach(({ witness }, i) => {
    witnesses.setUint32(WITNESS_BYTES * i, witness, true);
  });
  return [entries.map(({ state }) => formatStateRef(state)), new Uint8Array(witnesses.buffer)];
}

function parseEntries(fields: Fields, count: number): TimelineEntry[] {
  const states = fields.list(parseStateRef, count);
  const bytes = fields.bytes(WITNESS_BYTES * count);
  const witnesses = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return states.map((state, i) => ({
    state,
    witness: witnesses.getUint32(WITNESS_BYTES * i, true),
  }));
}

const WITNESS_BYTES = 4;

/** An edge as stored in a body. */
export function formatEdge(edge: Edge): readonly unknown[] {
  return [...formatEntries(edge.entries), edge.tiles.map((ids) => ids.map(idBytes))];
}

/** Reads an edge from a body, and checks that it is the edge of a timeline of `count` entries. */
export function parseEdge(fields: Fields, count: number): Edge {
  const edge = fields.nested().expectLength(3);
  let rest = count;
  const entries = parseEntries(edge, rest % TILE_ENTRIES);
  const tiles = edge.list((level) => {
    rest = Math.floor(rest / TILE_ENTRIES);
    return level.list((entry) => entry.id<"tile">(), rest % TILE_ENTRIES);
  }, treeLevels(count));
  return { entries, tiles };
}

/** The hash that names a whole timeline: of its steps, its count, its edge and the final state. */
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
