import { RewindError } from "../base/errors.ts";
import type { Id } from "./id.ts";
import { type ReadObject, sameState } from "./state.ts";
import {
  decodeTile,
  type Edge,
  isBottom,
  TILE_ENTRIES,
  type Tile,
  type Timeline,
  type TimelineEntry,
} from "./timeline.ts";

/** How many decoded tiles a reader keeps: 64 × 64 entries. */
const KEPT_TILES = 64;

/** Reads entries of timelines whose tiles `readObject` gives, and caches the latest tiles. */
export class TimelineReader {
  readonly #readObject: ReadObject;
  readonly #tiles = new Map<Id<"tile">, Tile>();
  /**
   * For tiles that are known to hold equal states, the text that stands for them in comparisons.
   */
  readonly #equal = new Map<Id<"tile">, Id<"tile">>();

  constructor(readObject: ReadObject) {
    this.#readObject = readObject;
  }

  /** Entry `index` of the timeline, which the caller has checked to be in range. */
  async entry(timeline: Timeline, index: number): Promise<TimelineEntry> {
    const entries = await this.entries(timeline, Math.floor(index / TILE_ENTRIES));
    return entries[index % TILE_ENTRIES] as TimelineEntry;
  }

  /** The entries `from`, from + 1, … up to the end of their tile or to `to` (exclusive). */
  async entriesFrom(
    timeline: Timeline,
    from: number,
    to: number,
  ): Promise<readonly TimelineEntry[]> {
    const first = from - (from % TILE_ENTRIES);
    const entries = await this.entries(timeline, first / TILE_ENTRIES);
    return entries.slice(from - first, to - first);
  }

  /** The timeline cut to its first `count` entries. Reads at most one tile per level. */
  async prefix(timeline: Timeline, count: number): Promise<Timeline> {
    if (count === timeline.count) return timeline;
    let rest = Math.floor(count / TILE_ENTRIES);
    const cut = count % TILE_ENTRIES;
    const entries = cut === 0 ? [] : (await this.entries(timeline, rest)).slice(0, cut);
    const tiles: (readonly Id<"tile">[])[] = [];
    for (let level = 0; rest > 0; level++) {
      const width = rest % TILE_ENTRIES;
      rest = Math.floor(rest / TILE_ENTRIES);
      tiles.push(width === 0 ? [] : (await this.ids(timeline, level, rest)).slice(0, width));
    }
    return { count, edge: { entries, tiles } };
  }

  /**
   * The first index, at least `from`, at which two timelines have different states; undefined if the
   * shorter one is a prefix of the longer. Goes down from the root. It opens neither equal tiles nor
   * two tiles that it has compared before, so that the work is bounded by the number of distinct
   * tiles. Witnesses are not compared. `readerOfB` reads `b`. `breathe` is awaited now and then, and
   * may throw to end the search.
   */
  async firstDifference(
    a: Timeline,
    b: Timeline,
    readerOfB: TimelineReader = this,
    { from = 0, breathe }: { readonly from?: number; readonly breathe?: Breathe | undefined } = {},
  ): Promise<number | undefined> {
    const count = Math.min(a.count, b.count);
    const top = Math.max(a.edge.tiles.length, b.edge.tiles.length);
    return new Comparison(this, a, readerOfB, b, { from, count, breathe }).below(top, 0);
  }

  /**
   * The text that stands for a tile in comparisons, the same for all tiles that are known to hold
   * equal states. Each merge removes one text, so there are fewer merges than tiles.
   */
  standIn(id: Id<"tile">): Id<"tile"> {
    let root = id;
    for (let next = this.#equal.get(root); next !== undefined; next = this.#equal.get(root)) {
      root = next;
    }
    for (let at = id; at !== root; ) {
      const next = this.#equal.get(at) as Id<"tile">;
      this.#equal.set(at, root);
      at = next;
    }
    return root;
  }

  /** Notes that two tiles hold equal states. */
  merge(a: Id<"tile">, b: Id<"tile">): void {
    const [rootA, rootB] = [this.standIn(a), this.standIn(b)];
    if (rootA !== rootB) this.#equal.set(rootA, rootB);
  }

  /**
   * Every full tile of the timeline for which `isNew` holds, before the tiles that it holds: those
   * below another are not asked about. It must hold at most once for each id, as it does unless it is
   * given: a run that repeats itself has few tiles in very many places, too many to visit.
   */
  async *tiles(
    timeline: Timeline,
    isNew: (id: Id<"tile">) => Promise<boolean> = onceEach(),
  ): AsyncGenerator<{ readonly id: Id<"tile">; readonly tile: Tile }> {
    for (const [level, ids] of [...timeline.edge.tiles.entries()].reverse()) {
      for (const id of ids) yield* this.#below(id, level, isNew);
    }
  }

  /**
   * The id of every full tile for which `isNew` holds, a tile before those that it holds. It reads
   * none that hold checkpoints.
   */
  async *tileIds(
    timeline: Timeline,
    isNew: (id: Id<"tile">) => boolean,
  ): AsyncGenerator<Id<"tile">> {
    for (const [level, ids] of [...timeline.edge.tiles.entries()].reverse()) {
      for (const id of ids) yield* this.#idsBelow(id, level, isNew);
    }
  }

  async *#idsBelow(
    id: Id<"tile">,
    level: number,
    isNew: (id: Id<"tile">) => boolean,
  ): AsyncGenerator<Id<"tile">> {
    if (!isNew(id)) return;
    yield id;
    if (level === 0) return;
    const tile = await this.#tile(id);
    if (isBottom(tile) || tile.level !== level) throw misplaced(tile, level);
    for (const child of tile.entries) yield* this.#idsBelow(child, level - 1, isNew);
  }

  async *#below(
    id: Id<"tile">,
    level: number,
    isNew: (id: Id<"tile">) => Promise<boolean>,
  ): AsyncGenerator<{ readonly id: Id<"tile">; readonly tile: Tile }> {
    if (!(await isNew(id))) return;
    const tile = await this.#tile(id);
    if (tile.level !== level) throw misplaced(tile, level);
    yield { id, tile };
    if (isBottom(tile)) return;
    for (const child of tile.entries) yield* this.#below(child, level - 1, isNew);
  }

  /** The checkpoints of the node number `index` at the bottom: a full tile, or the edge. */
  async entries(timeline: Timeline, index: number): Promise<readonly TimelineEntry[]> {
    if (index === Math.floor(timeline.count / TILE_ENTRIES)) return timeline.edge.entries;
    const ids = await this.ids(timeline, 0, Math.floor(index / TILE_ENTRIES));
    const tile = await this.#tile(ids[index % TILE_ENTRIES] as Id<"tile">);
    if (isBottom(tile)) return tile.entries;
    throw misplaced(tile, 0);
  }

  /** The ids of level `level` that the node number `index` above them holds. */
  async ids(timeline: Timeline, level: number, index: number): Promise<readonly Id<"tile">[]> {
    if (index === Math.floor(timeline.count / TILE_ENTRIES ** (level + 2))) {
      return edgeIds(timeline.edge, level);
    }
    const above = await this.ids(timeline, level + 1, Math.floor(index / TILE_ENTRIES));
    const tile = await this.#tile(above[index % TILE_ENTRIES] as Id<"tile">);
    if (!isBottom(tile) && tile.level === level + 1) return tile.entries;
    throw misplaced(tile, level + 1);
  }

  async #tile(id: Id<"tile">): Promise<Tile> {
    const kept = this.#tiles.get(id);
    if (kept !== undefined) return kept;
    const tile = decodeTile(await this.#readObject("tile", id));
    if (this.#tiles.size >= KEPT_TILES) {
      // A Map lists its keys in the order of insertion: the first is the oldest.
      this.#tiles.delete(this.#tiles.keys().next().value as Id<"tile">);
    }
    this.#tiles.set(id, tile);
    return tile;
  }
}

function onceEach(): (id: Id) => Promise<boolean> {
  const seen = new Set<Id>();
  return async (id) => !seen.has(id) && seen.add(id) !== undefined;
}

/** Lets other work in the process run; throws to end the search. */
export type Breathe = () => Promise<void>;

/** The search for the first different entry of two timelines. */
class Comparison {
  readonly #a: Timeline;
  readonly #b: Timeline;
  readonly #readerA: TimelineReader;
  readonly #readerB: TimelineReader;
  readonly #from: number;
  readonly #count: number;
  readonly #breathe: Breathe | undefined;

  constructor(
    readerA: TimelineReader,
    a: Timeline,
    readerB: TimelineReader,
    b: Timeline,
    {
      from,
      count,
      breathe,
    }: {
      readonly from: number;
      readonly count: number;
      readonly breathe: Breathe | undefined;
    },
  ) {
    this.#readerA = readerA;
    this.#readerB = readerB;
    this.#a = a;
    this.#b = b;
    this.#from = from;
    this.#count = count;
    this.#breathe = breathe;
  }

  /** Compares the nodes number `index` of `level`; those of level 0 hold checkpoints. */
  async below(level: number, index: number): Promise<number | undefined> {
    await this.#breathe?.();
    if (level === 0) return this.#entries(index);
    const idsA = await this.#readerA.ids(this.#a, level - 1, index);
    const idsB = await this.#readerB.ids(this.#b, level - 1, index);
    for (let child = 0; child < TILE_ENTRIES; child++) {
      const node = index * TILE_ENTRIES + child;
      if (node * TILE_ENTRIES ** level >= this.#count) return undefined;
      if ((node + 1) * TILE_ENTRIES ** level <= this.#from) continue;
      const [idA, idB] = [idsA[child], idsB[child]];
      const areFull = idA !== undefined && idB !== undefined;
      if (areFull && this.#readerA.standIn(idA) === this.#readerA.standIn(idB)) continue;
      const found = await this.below(level - 1, node);
      if (found !== undefined) return found;
      // Tiles are known to be equal only if they were compared completely.
      if (areFull && node * TILE_ENTRIES ** level >= this.#from) this.#readerA.merge(idA, idB);
    }
    return undefined;
  }

  async #entries(index: number): Promise<number | undefined> {
    const first = index * TILE_ENTRIES;
    const entriesA = await this.#readerA.entries(this.#a, index);
    const entriesB = await this.#readerB.entries(this.#b, index);
    const width = Math.min(TILE_ENTRIES, this.#count - first);
    for (let i = Math.max(0, this.#from - first); i < width; i++) {
      const [a, b] = [entriesA[i] as TimelineEntry, entriesB[i] as TimelineEntry];
      if (!sameState(a.state, b.state)) return first + i;
    }
    return undefined;
  }
}

function edgeIds(edge: Edge, level: number): readonly Id<"tile">[] {
  return edge.tiles[level] ?? [];
}

function misplaced(tile: Tile, level: number): RewindError {
  return new RewindError(
    "OBJECT_INVALID",
    `expected a tile of level ${level} at this place in the timeline, got one of level ${tile.level}`,
  );
}
