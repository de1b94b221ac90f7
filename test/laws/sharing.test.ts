import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Id } from "../../src/object/id.ts";
import type { Environment } from "../../src/replay/environment.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { defineSimulation } from "../../src/replay/simulation.ts";
import { recorded } from "../support/arbitraries.ts";
import { type CountingStore, countingStore, slicedEnvironment } from "../support/environments.ts";
import { runs } from "../support/runs.ts";
import { FORMS, type Form, type Knobs, LARGE } from "../support/simulation-forms.ts";

/** Entries in a tile, and the most bytes of an entry: a length and 32 bytes. */
const TILE = 64;
const ENTRY_BYTES = 40;

/** States of exactly 32 bytes, the longest that the timeline holds inline. */
const text: Form<string> = {
  simulation: defineSimulation<string, Knobs>({
    name: "texts",
    params: { draws: 0, gain: 0, levels: [] },
    init: () => "x".repeat(30),
    step: (_, rng) => String(rng.uint32()).padStart(30, "x"),
  }),
  paths: ["state"],
  change: () => "y".repeat(30),
  metric: (state) => state.length,
};

/** A run of `blocks` blocks of one step each, and the objects that its store got. */
async function runOf(
  form: Form,
  blocks: number,
): Promise<{ run: Run<unknown, Knobs>; store: CountingStore; env: Environment }> {
  const store = countingStore();
  const env = slicedEnvironment(() => 1, store);
  const lineage = { form, steps: blocks, blockSize: 1, seed: 3, params: {}, changes: [] };
  return { run: await recorded(env, lineage), store, env };
}

function levelsOf(blocks: number): number {
  return Math.ceil(Math.log(Math.max(2, blocks)) / Math.log(TILE));
}

/** The objects that are new in the store since `from`. */
function bytesSince(store: CountingStore, from: number): number {
  return store.written.slice(from).reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}

/** An edge, a manifest with its host and params, a state or two. */
function boundBytes(blocks: number): number {
  return TILE * ENTRY_BYTES * (levelsOf(blocks) + 1) + 2_000;
}

async function tilesOf(run: Run<unknown, Knobs>): Promise<Id[]> {
  const ids: Id[] = [];
  for await (const { id } of run.replayer.entries.tiles(run.replayer.timeline)) ids.push(id);
  return ids;
}

const changes = fc.constantFrom(
  {},
  { params: { gain: 2 } },
  { seed: 77 },
  { mutate: () => "z".repeat(30) },
  { mutate: () => "z".repeat(30), seed: 5, params: { draws: 1 } },
);

describe("sharing: a fork writes O(log n) bytes before its first own block", () => {
  test.each([0, 1, 63, 64, 65, 5_000, 100_000])("of a run with %i blocks", async (blocks) => {
    const { run, store } = await runOf(text as Form, blocks);
    // Steps with the fullest edges cost the most: 63 entries on each level.
    const full = [63, 4_095, 64 ** 2 * 3 + 4_095].filter((step) => step <= blocks);
    const places = fc.oneof(fc.nat(blocks), fc.constantFrom(0, blocks, ...full));
    await fc.assert(
      fc.asyncProperty(places, changes, async (step, change) => {
        const before = store.written.length;
        const fork = await run.branch(step, { ...change, steps: step });
        expect(fork.steps).toBe(step);
        expect(bytesSince(store, before)).toBeLessThanOrEqual(boundBytes(blocks));
        const kinds = store.written.slice(before).map(({ kind }) => kind);
        expect(kinds.filter((kind) => kind === "tile")).toEqual([]);
        expect(kinds.length).toBeLessThanOrEqual(4);
      }),
      { numRuns: runs(blocks > 50_000 ? 12 : 8) },
    );
  });

  test("a fork's bytes grow with the logarithm of n, not with n", async () => {
    const most: number[] = [];
    for (const blocks of [64, 64 ** 2, 64 ** 2 * 16]) {
      const { run, store } = await runOf(text as Form, blocks);
      const before = store.written.length;
      await run.branch(blocks - 1, { steps: blocks - 1, seed: 9 });
      most.push(bytesSince(store, before));
    }
    const [small, middle, big] = most as [number, number, number];
    expect(middle - small).toBeLessThanOrEqual(TILE * ENTRY_BYTES + 200);
    expect(big - middle).toBeLessThanOrEqual(TILE * ENTRY_BYTES + 200);
  });

  test("a fork shares the tiles of the common past, and adds only those after it", async () => {
    const blocks = 20_000;
    const { run, store } = await runOf(text as Form, blocks);
    const parents = await tilesOf(run);
    await fc.assert(
      fc.asyncProperty(fc.nat(blocks), async (step) => {
        const before = store.written.length;
        const fork = await run.branch(step, { seed: 1_000 + before });
        const tiles = await tilesOf(fork);
        const own = blocks - step;
        // The state at the fork's step is its parent's, like those before.
        const common = Math.min(step + 1, blocks);
        const whole = Math.floor(common / TILE) + Math.floor(common / TILE ** 2);
        expect(tiles.filter((id) => parents.includes(id)).length).toBe(whole);
        const written = store.written.slice(before).filter(({ kind }) => kind === "tile");
        expect(written.length).toBe(tiles.length - whole);
        expect(bytesSince(store, before)).toBeLessThanOrEqual(
          boundBytes(blocks) + own * ENTRY_BYTES * 1.1,
        );
        // The prefixes are one and the same timeline.
        const cut = (one: Run<unknown, Knobs>) =>
          one.replayer.entries.prefix(one.replayer.timeline, step);
        expect(await cut(fork)).toEqual(await cut(run));
      }),
      { numRuns: runs(6) },
    );
  });

  test("a fork of a fork of a fork costs no more than one", async () => {
    const { run, store } = await runOf(text as Form, 5_000);
    let fork = run;
    for (let generation = 1; generation <= 10; generation++) {
      const before = store.written.length;
      fork = await fork.branch(4_000, { steps: 4_000 });
      expect(bytesSince(store, before)).toBeLessThanOrEqual(boundBytes(5_000));
      const grown = await fork.branch(4_000, { steps: 4_001, seed: generation });
      expect(grown.parents).toEqual([{ run: fork.id, step: 4_000 }]);
    }
  });

  test("a fork of a large state shares the chunks that did not change", async () => {
    const { run, store } = await runOf(LARGE, 12);
    const before = store.written.length;
    await run.branch(6, { steps: 6 });
    expect(store.written.slice(before).map(({ kind }) => kind)).toEqual(["run"]);
    const middle = store.written.length;
    await run.branch(6, { steps: 6, set: { x: 1e6 } });
    expect(bytesSince(store, middle)).toBeLessThan(70_000 / 2);
  });

  test("a fork without changes writes no object that exists already", async () => {
    for (const form of FORMS) {
      const { run, store } = await runOf(form, 200);
      const before = store.written.length;
      const again = await run.branch(37);
      expect(again.root).toBe(run.root);
      expect(store.written.slice(before).map(({ kind }) => kind)).toEqual(["run"]);
    }
  });
});
