import { describe, expect, test } from "vitest";
import { objectsOf } from "../../src/object/closure.ts";
import type { Id } from "../../src/object/id.ts";
import { encodeProgram } from "../../src/object/program.ts";
import { checkpointCount, type RunManifest, type Segment } from "../../src/object/run.ts";
import { encodeSeeds } from "../../src/object/seeds.ts";
import { putState, type StateRef } from "../../src/object/state.ts";
import { EMPTY_TIMELINE, TimelineBuilder } from "../../src/object/timeline.ts";
import { BARE } from "../support/bare-program.ts";
import { noise, type Objects, objects } from "../support/memory-objects.ts";

/** A run of `count` checkpoints with a fork inside a block, every object of it in `store`. */
function makeRun(store: Objects, count: number, stateOf: (k: number) => Uint8Array): RunManifest {
  const put = store.put;
  const builder = new TimelineBuilder(EMPTY_TIMELINE, put);
  for (let k = 0; k < count; k++) {
    builder.append({ state: putState(stateOf(k), put), witness: k });
  }
  const segment = (start: number, begin: StateRef | undefined): Segment => ({
    start,
    program: put(
      "program",
      encodeProgram({
        name: "p",
        module: undefined,
        exportName: undefined,
        source: put("chunk", noise(10, start)),
        generator: "g",
        generatorVersion: 1,
        ...BARE,
      }),
    ),
    seeds: put("seeds", encodeSeeds({ rule: "block", master: BigInt(start) })),
    params: { inline: {} },
    begin: begin && { state: begin, generator: noise(16, 1), named: [], witness: 0 },
  });
  const steps = 10 * count;
  expect(checkpointCount(steps, 10)).toBe(count);
  return {
    blockSize: 10,
    steps,
    goal: steps,
    segments: [
      segment(0, undefined),
      segment(5, putState(noise(50, 77), put)),
      // The same program and seeds again, as after a reset.
      { ...segment(0, undefined), start: 10 },
    ],
    edge: builder.timeline().edge,
    final: putState(noise(200_000, 78), put),
    parents: [],
    meta: {},
  };
}

async function listed(run: RunManifest, store: Objects): Promise<string[]> {
  const list: string[] = [];
  for await (const { kind, id, optional } of objectsOf(run, store.get)) {
    list.push(`${kind} ${id}${optional ? "?" : ""}`);
  }
  return list;
}

describe("objectsOf", () => {
  test.each([1, 64, 65, 4096, 4200])("%d checkpoints: exactly what was put", async (count) => {
    const store = objects();
    const state = (k: number) => noise(k % 7 === 0 ? 40 : 8, k);
    const run = makeRun(store, count, state);
    const list = await listed(run, store);
    expect(new Set(list).size).toBe(list.length);
    const expected = [...store.bodies].map(([id, { kind }]) => `${kind} ${id}`);
    expect(list.map((line) => line.replace("?", "")).sort()).toEqual(expected.sort());
  });

  test("only the sources of programs are optional", async () => {
    const store = objects();
    const run = makeRun(store, 3, (k) => noise(70_000, k));
    const optional = (await listed(run, store)).filter((line) => line.endsWith("?"));
    const sources = [0, 5].map((start) => `chunk ${store.put("chunk", noise(10, start))}?`);
    expect(optional).toEqual(sources);
  });

  test("the order is the run's: the same for another store with more in it", async () => {
    const a = objects();
    const b = objects();
    for (let i = 0; i < 50; i++) b.put("chunk", noise(20, 1000 + i));
    const state = (k: number) => noise(60, k);
    const run = makeRun(a, 130, state);
    makeRun(b, 130, state);
    expect(await listed(run, b)).toEqual(await listed(run, a));
  });

  test("a missing object is requested by its kind and id, unless it is a checkpoint", async () => {
    const full = objects();
    const run = makeRun(full, 70, (k) => noise(k === 3 ? 70_000 : 40, k));
    const derivable = new Set<string>();
    for await (const needed of objectsOf(run, full.get)) {
      if (needed.derivable) derivable.add(needed.id);
    }
    expect(derivable.size).toBeGreaterThan(60);
    for (const [id, { kind }] of [...full.bodies]) {
      if (kind === "chunk" || kind === "seeds") continue; // listed without being read
      const kept = full.bodies.get(id) as { kind: typeof kind; body: Uint8Array };
      full.bodies.delete(id);
      if (derivable.has(id)) {
        expect(await listed(run, full)).toContain(`${kind} ${id}`);
      } else await expect(listed(run, full)).rejects.toThrow(`no ${kind} ${id}`);
      full.bodies.set(id, kept);
    }
  });

  test("of a run whose first tile is skipped, no other checkpoint counts as the first", async () => {
    const store = objects();
    const run = makeRun(store, 130, (k) => noise(60, k));
    const [first, second] = run.edge.tiles[0] as [Id, Id];
    const needed = async (...skipped: Id[]): Promise<string[]> => {
      const base: string[] = [];
      const skip = (id: Id): boolean => skipped.includes(id);
      for await (const { kind, id } of objectsOf(run, store.get, { skip, checkpoints: false })) {
        if (kind === "state") base.push(id);
      }
      return base;
    };
    // The state of a fork, the final one, and the one at step 0.
    expect(await needed()).toHaveLength(3);
    expect(await needed(second)).toEqual(await needed());
    expect(await needed(first)).toEqual((await needed()).slice(0, 2));
    expect(await needed(first, second)).toEqual((await needed()).slice(0, 2));
  });

  test("a state that occurs everywhere is read once", async () => {
    const store = objects();
    const run = makeRun(store, 5000, () => noise(100, 1));
    store.reads.state = 0;
    await listed(run, store);
    expect(store.reads.state).toBe(3); // that state, the one at the fork, the final one
  });
});
