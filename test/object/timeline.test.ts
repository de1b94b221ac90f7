import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/codec/hash.ts";
import type { Id } from "../../src/object/id.ts";
import type { StateRef } from "../../src/object/state.ts";
import {
  decodeTile,
  EMPTY_TIMELINE,
  encodeTile,
  TILE_ENTRIES,
  type Timeline,
  TimelineBuilder,
  type TimelineEntry,
  timelineRoot,
} from "../../src/object/timeline.ts";
import { TimelineReader } from "../../src/object/timeline-reader.ts";
import { hash, idOf, type Objects, objects } from "../support/memory-objects.ts";

/** The state of entry k of the model: a small state, or an id; `salt` tells one lineage from another. */
function stateOf(k: number, salt = 0): StateRef {
  const text = `${k}/${salt}`;
  if (k % 3 === 0) return { id: Buffer.from(hash(Buffer.from(text))).toString("hex") as never };
  return { inline: new Uint8Array(Buffer.from(text)) };
}

/** An entry with a witness of 32 bits, sometimes the highest or lowest. */
function entry(k: number, salt = 0): TimelineEntry {
  return { state: stateOf(k, salt), witness: (0 - Math.imul(k, 0x9e3779b1)) >>> 0 };
}

function model(count: number, salt: (k: number) => number = () => 0): TimelineEntry[] {
  return Array.from({ length: count }, (_, k) => entry(k, salt(k)));
}

function build(entries: readonly TimelineEntry[], store: Objects, from = EMPTY_TIMELINE): Timeline {
  const builder = new TimelineBuilder(from, store.put);
  for (const ref of entries) builder.append(ref);
  return builder.timeline();
}

/** An entry with an inline state. */
function small(...bytes: number[]): TimelineEntry {
  return { state: { inline: Uint8Array.of(...bytes) }, witness: 0 };
}

/** The levels of tiles above an entry in the largest tree of this count. */
function levels(count: number): number {
  return count < TILE_ENTRIES ? 0 : 1 + levels(Math.floor(count / TILE_ENTRIES));
}

const SIZES = [
  ...[0, 1, 2, 63, 64, 65, 127, 128, 129, 4095, 4096, 4097, 4159, 4160, 4161],
  ...[8191, 8192, 12_345, 20_000],
];
const size = fc.oneof(fc.constantFrom(...SIZES), fc.integer({ min: 0, max: 20_000 }));

// One timeline of 20,000 entries with all of its tiles, and its prefixes, for every test below.
const STORE = objects();
const ALL = model(20_000);
const FULL = build(ALL, STORE);

describe("TimelineBuilder", () => {
  test.each(SIZES)("%d entries: the edge has the base-64 digits of the count", (count) => {
    const { edge, count: counted } = build(ALL.slice(0, count), objects());
    const digits: number[] = [];
    for (let rest = count; rest > 0; rest = Math.floor(rest / 64)) digits.push(rest % 64);
    expect(counted).toBe(count);
    expect([edge.entries, ...edge.tiles].map((level) => level.length)).toEqual(
      digits.length === 0 ? [0] : digits,
    );
  });

  test("the shape depends only on the count, not on interruptions of the building", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 6 }), (parts) => {
        const store = objects();
        let timeline = EMPTY_TIMELINE;
        let done = 0;
        for (const part of parts) {
          timeline = build(ALL.slice(done, done + part), store, timeline);
          done += part;
        }
        expect(timeline).toEqual(build(ALL.slice(0, done), objects()));
      }),
      { numRuns: 20 },
    );
  });

  test("earlier timelines do not change when more is appended", () => {
    const store = objects();
    const first = build(ALL.slice(0, 4095), store);
    const before = JSON.stringify(first);
    const builder = new TimelineBuilder(first, store.put);
    const given = builder.timeline();
    for (const ref of ALL.slice(4095, 4200)) builder.append(ref);
    expect(JSON.stringify(first)).toBe(before);
    expect(JSON.stringify(given)).toBe(before);
  });

  test("equal prefixes share their tiles: a fork writes only new tiles", () => {
    const store = objects();
    build(ALL, store);
    const before = store.bodies.size;
    build([...ALL.slice(0, 10_000), ...model(20_000, () => 1).slice(10_000)], store);
    // 10,000 entries after the fork: 157 tiles of states, and the tiles above them.
    expect(store.bodies.size - before).toBeLessThanOrEqual(157 + 4);
  });

  test("a tile depends on the contents of its entries, not on their identity", () => {
    const same = small(1, 2, 3);
    const shared = build(Array(64).fill(same), objects());
    const copies = Array.from({ length: 64 }, () => small(1, 2, 3));
    expect(shared).toEqual(build(copies, objects()));
  });
});

describe("TimelineReader", () => {
  test("entry(k) is the model's, and reads at most one tile a level", async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), async (count, at) => {
        if (count === 0) return;
        const k = at % count;
        const timeline = await new TimelineReader(STORE.get).prefix(FULL, count);
        const before = STORE.reads.tile;
        expect(await new TimelineReader(STORE.get).entry(timeline, k)).toEqual(ALL[k]);
        expect(STORE.reads.tile - before).toBeLessThanOrEqual(levels(count));
      }),
      { numRuns: 150 },
    );
  });

  test("an entry of the edge needs no tile", async () => {
    const timeline = build(ALL.slice(0, 4096 + 64 + 5), STORE);
    const before = STORE.reads.tile;
    expect(await new TimelineReader(STORE.get).entry(timeline, 4096 + 64 + 4)).toEqual(ALL[4164]);
    expect(STORE.reads.tile - before).toBe(0);
  });

  test("entriesFrom gives the entries up to the end of the tile", async () => {
    const reader = new TimelineReader(STORE.get);
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(200), async (count, at, width) => {
        if (count === 0) return;
        const timeline = await reader.prefix(FULL, count);
        const from = at % count;
        const to = Math.min(from + width, count);
        const end = Math.min(to, (Math.floor(from / 64) + 1) * 64);
        expect(await reader.entriesFrom(timeline, from, to)).toEqual(
          ALL.slice(from, Math.max(from, end)),
        );
      }),
      { numRuns: 100 },
    );
  });

  test("reading all entries in order reads each tile once", async () => {
    const reader = new TimelineReader(STORE.get);
    const before = STORE.reads.tile;
    for (let k = 0; k < ALL.length; k += 64) await reader.entriesFrom(FULL, k, ALL.length);
    const tiles = Math.floor(20_000 / 64) + Math.floor(20_000 / 4096);
    expect(STORE.reads.tile - before).toBe(tiles);
  });

  test("prefix(m) is a freshly built timeline of m, and reads at most one tile per level", async () => {
    const check = async (count: number): Promise<void> => {
      const before = STORE.reads.tile;
      const prefix = await new TimelineReader(STORE.get).prefix(FULL, count);
      expect(STORE.reads.tile - before).toBeLessThanOrEqual(levels(FULL.count));
      expect(prefix).toEqual(build(ALL.slice(0, count), objects()));
    };
    for (const count of SIZES) await check(count);
    await fc.assert(fc.asyncProperty(size, check), { numRuns: 20 });
  });

  test("a prefix of a prefix, extended, is the original", async () => {
    const reader = new TimelineReader(STORE.get);
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), async (count, cut) => {
        const shorter = cut % (count + 1);
        const prefix = await reader.prefix(await reader.prefix(FULL, count), shorter);
        expect(build(ALL.slice(shorter, count), objects(), prefix)).toEqual(
          await reader.prefix(FULL, count),
        );
      }),
      { numRuns: 20 },
    );
  });

  test("firstDifference is what brute force finds, with few reads", async () => {
    const place = fc.oneof(fc.constantFrom(...SIZES), fc.nat(20_000));
    await fc.assert(
      fc.asyncProperty(size, size, place, fc.boolean(), async (a, b, at, all) => {
        const changed = model(b, (k) => ((all ? k >= at : k === at) ? 1 : 0));
        const store = objects();
        const timeline = await new TimelineReader(STORE.get).prefix(FULL, a);
        const other = build(changed, store);
        const expected = at < a && at < b ? at : undefined;
        const before = STORE.reads.tile;
        const found = await new TimelineReader(STORE.get).firstDifference(
          timeline,
          other,
          new TimelineReader(store.get),
        );
        expect(found).toBe(expected);
        // Down to the difference; and down the right edge of the shorter one, where the longer has tiles.
        expect(STORE.reads.tile - before).toBeLessThanOrEqual(2 * levels(a) + 1);
        expect(store.reads.tile).toBeLessThanOrEqual(2 * levels(b) + 1);
      }),
      { numRuns: 60 },
    );
  });

  test("firstDifference skips the entries before the first one asked for, with few reads", async () => {
    const places = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(size, places, fc.nat(20_001), async (count, at, from) => {
        const other = objects();
        const timeline = await new TimelineReader(STORE.get).prefix(FULL, count);
        const changed = build(
          model(count, (k) => (at.includes(k) ? 1 : 0)),
          other,
        );
        const readers = [new TimelineReader(STORE.get), new TimelineReader(other.get)] as const;
        const before = STORE.reads.tile;
        const found = await readers[0].firstDifference(timeline, changed, readers[1], { from });
        const later = at.filter((k) => k >= from && k < count);
        expect(found).toBe(later.length === 0 ? undefined : Math.min(...later));
        expect(STORE.reads.tile - before).toBeLessThanOrEqual(3 * levels(count) + 1);
      }),
      { numRuns: 60 },
    );
  });

  test("firstDifference compares states, not witnesses", async () => {
    const store = objects();
    const other = build(
      ALL.slice(0, 9_000).map(({ state, witness }, k) => ({
        state,
        witness: k % 1_000 === 999 ? 5 : witness,
      })),
      store,
    );
    const readers = [new TimelineReader(STORE.get), new TimelineReader(store.get)] as const;
    expect(await readers[0].firstDifference(FULL, other, readers[1])).toBeUndefined();
  });

  test("firstDifference of timelines that repeat a few tiles 2^53 times takes a few turns", async () => {
    const store = objects();
    const place = (witness: number) => ({ ...(ALL[0] as TimelineEntry), witness });
    // Any two of these hold the same states, in different tiles.
    const layers = (witness: number): Id<"tile">[][] => {
      const bottom = Array.from({ length: 4 }, (_, i) =>
        store.put(
          "tile",
          encodeTile({ level: 0, entries: Array(64).fill(place(10 * witness + i)) }),
        ),
      );
      const all = [bottom];
      for (let level = 1; level < 8; level++) {
        const below = all.at(-1) as Id<"tile">[];
        all.push(
          Array.from({ length: 4 }, (_, i) => {
            const entries = Array.from({ length: 64 }, (_, k) => below[(k * (i + witness)) % 4]);
            return store.put("tile", encodeTile({ level, entries: entries as Id<"tile">[] }));
          }),
        );
      }
      return all;
    };
    const timelineOf = (witness: number): Timeline => {
      const [top] = layers(witness).at(-1) as [Id<"tile">];
      const edge = { entries: [], tiles: [...Array(7).fill([]), Array(31).fill(top)] };
      return { count: 31 * 64 ** 8, edge };
    };
    const [a, b] = [timelineOf(1), timelineOf(3)];
    let turns = 0;
    const breathe = async (): Promise<void> => {
      turns++;
    };
    const reader = new TimelineReader(store.get);
    expect(await reader.firstDifference(a, b, reader, { breathe })).toBeUndefined();
    expect(turns).toBeLessThan(200);
    expect(store.reads.tile).toBeLessThan(1000);
    // An error of `breathe` ends it.
    const end = async (): Promise<void> => {
      throw new Error("ended");
    };
    const again = new TimelineReader(store.get);
    await expect(again.firstDifference(a, b, again, { breathe: end })).rejects.toThrow("ended");
  });

  test("two equal timelines are compared without a read", async () => {
    const before = STORE.reads.tile;
    expect(await new TimelineReader(STORE.get).firstDifference(FULL, FULL)).toBeUndefined();
    expect(STORE.reads.tile - before).toBe(0);
  });

  test("tiles() gives every full tile once, before the tiles that it holds", async () => {
    const seen = new Set<string>();
    const open = new Set<string>(FULL.edge.tiles.flat());
    for await (const { id, tile } of new TimelineReader(STORE.get).tiles(FULL)) {
      expect(open.has(id)).toBe(true);
      expect(seen.has(id)).toBe(false);
      seen.add(id);
      if (tile.level > 0) for (const child of tile.entries) open.add(child as string);
    }
    expect(seen.size).toBe(Math.floor(20_000 / 64) + Math.floor(20_000 / 4096));
  });

  test("a timeline that repeats one tile 64^8 times is walked in nine reads", async () => {
    const store = objects();
    let id = store.put("tile", encodeTile({ level: 0, entries: Array(64).fill(small(1)) }));
    for (let level = 1; level < 8; level++) {
      id = store.put("tile", encodeTile({ level, entries: Array(64).fill(id) }));
    }
    const tiles = [...Array(7).fill([]), Array(31).fill(id)];
    const timeline = { count: 31 * 64 ** 8, edge: { entries: [], tiles } };
    let count = 0;
    for await (const _ of new TimelineReader(store.get).tiles(timeline)) count++;
    expect(count).toBe(8);
    expect(store.reads.tile).toBe(8);
  });

  test("a tile of the wrong level in a place is refused", async () => {
    const store = objects();
    const states = encodeTile({ level: 0, entries: Array(64).fill(small(1)) });
    const low = store.put("tile", states);
    const high = store.put("tile", encodeTile({ level: 1, entries: Array(64).fill(low) }));
    const higher = store.put("tile", encodeTile({ level: 2, entries: Array(64).fill(high) }));
    // Its level is wrong, but its children are those of the right level.
    const posing = store.put("tile", encodeTile({ level: 2, entries: Array(64).fill(low) }));
    const of = (id: never, level: number): Timeline => ({
      count: 64 ** (level + 1),
      edge: { entries: [], tiles: [...Array(level).fill([]), [id]] },
    });
    const wrong = [of(high as never, 0), of(low as never, 1), of(higher as never, 1)];
    for (const timeline of [...wrong, of(posing as never, 1)]) {
      const reader = new TimelineReader(store.get);
      await expect(reader.entry(timeline, 0)).rejects.toMatchObject({ code: "OBJECT_INVALID" });
      const walk = async () => {
        for await (const _ of reader.tiles(timeline));
      };
      await expect(walk()).rejects.toMatchObject({ code: "OBJECT_INVALID" });
    }
  });
});

describe("tiles as objects", () => {
  test("decode gives back what was encoded, at every level", () => {
    const states = { level: 0 as const, entries: model(64) };
    expect(decodeTile(encodeTile(states))).toEqual(states);
    for (let level = 1; level <= 8; level++) {
      const tile = { level, entries: Array.from({ length: 64 }, (_, i) => idOf<"tile">(i)) };
      expect(decodeTile(encodeTile(tile))).toEqual(tile);
    }
  });
});

describe("timelineRoot", () => {
  const root = (steps: number, timeline: Timeline, final: StateRef) =>
    timelineRoot(sha256, steps, timeline, final);

  test("differs in steps, count, edge and final state", () => {
    const a = build(ALL.slice(0, 70), objects());
    const b = build(ALL.slice(0, 71), objects());
    const c = build(
      model(70, (k) => (k === 0 ? 1 : 0)),
      objects(),
    );
    const roots = [root(700, a, stateOf(1)), root(701, a, stateOf(1)), root(700, b, stateOf(1))];
    roots.push(root(700, c, stateOf(1)), root(700, a, stateOf(2)), root(700, a, stateOf(3)));
    // One bit of one witness, in a tile and in the edge.
    for (const at of [0, 69]) {
      const flipped = ALL.slice(0, 70).map(({ state, witness }, k) => ({
        state,
        witness: k === at ? (witness ^ 1) >>> 0 : witness,
      }));
      roots.push(root(700, build(flipped, objects()), stateOf(1)));
    }
    expect(new Set(roots).size).toBe(8);
  });

  test("depends only on content, not on shared objects in memory", () => {
    const one = Uint8Array.of(9);
    const same = { state: { inline: one }, witness: 7 };
    const shared = build([same, same], objects());
    const apart = build(
      [9, 9].map((byte) => ({ ...small(byte), witness: 7 })),
      objects(),
    );
    expect(root(4, shared, { inline: one })).toBe(root(4, apart, { inline: one.slice() }));
  });
});
