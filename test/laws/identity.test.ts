import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { decodeRun, encodeRun } from "../../src/object/run.ts";
import { timelineRoot } from "../../src/object/timeline.ts";
import type { Environment } from "../../src/replay/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { recordInto } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { defineSimulation } from "../../src/replay/simulation.ts";
import { branched, families, forked, lineages, recorded } from "../support/arbitraries.ts";
import type { Lineage } from "../support/brute-force.ts";
import {
  content,
  countingStore,
  slicedEnvironment,
  storedStates,
} from "../support/environments.ts";
import { runs } from "../support/runs.ts";
import type { Knobs } from "../support/simulation-forms.ts";

/** Another machine, another day, another author. */
function elsewhere(meta: Record<string, unknown>): Environment {
  const env = slicedEnvironment(() => 40, countingStore());
  return { ...env, describeRun: () => meta };
}

const metas = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), {
  maxKeys: 4,
});

function recordWith(
  env: Environment,
  { form, steps, blockSize, seed, params, streams, rng }: Lineage,
  message?: string,
): Promise<Run<unknown, Knobs>> {
  const options = { steps, blockSize, seed, params, streams, rng, message };
  return recordInto<unknown, Knobs>(env, codeOf(form.simulation), options);
}

/** SHA-256 as the format defines it, with Node only. */
function idOf(kind: string, body: Uint8Array): string {
  return createHash("sha256").update(`${kind} ${body.length}\0`).update(body).digest("hex");
}

describe("identity: an id depends only on content", () => {
  test("a timeline, a checkpoint or a seed holds no time, host, author or message", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, metas, fc.string(), async (lineage, meta, message) => {
        const here = await recordWith(nodeEnvironment(), lineage);
        const there = await recordWith(elsewhere(meta), lineage, message);
        expect(there.root).toBe(here.root);
        expect(content(there.manifest)).toEqual(content(here.manifest));
        expect(there.manifest.meta).toEqual({ ...meta, message });
      }),
      { numRuns: runs(30) },
    );
  });

  test("whoever records, a store holds the same objects except the run", async () => {
    await fc.assert(
      fc.asyncProperty(families, metas, async ({ lineage, plans }, meta) => {
        const [one, two] = [countingStore(), countingStore()];
        const env = { ...nodeEnvironment({ store: two }), describeRun: () => meta };
        let a = await recorded(
          slicedEnvironment(() => 100, one),
          lineage,
        );
        let b = await recorded(env, lineage);
        let member = lineage;
        for (const plan of plans) {
          member = forked(member, plan).lineage;
          a = await branched(a, member);
          b = await branched(b, member);
        }
        expect(b.root).toBe(a.root);
        const objects = (store: typeof one) =>
          store.written
            .filter(({ kind }) => kind !== "run")
            .map(({ id }) => id)
            .sort();
        expect(objects(two)).toEqual(objects(one));
      }),
      { numRuns: runs(30) },
    );
  });

  test("equal inputs and equal meta give the same run id, which is the hash of its body", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, metas, fc.string(), async (lineage, meta, message) => {
        const a = await recordWith(elsewhere(meta), lineage, message);
        const b = await recordWith(elsewhere({ ...meta }), lineage, message);
        expect(b.id).toBe(a.id);
        const body = encodeRun(a.manifest);
        expect(a.id).toBe(idOf("run", body));
        expect(decodeRun(body)).toEqual(a.manifest);
        const c = await recordWith(elsewhere(meta), lineage, `${message}!`);
        expect(c.id).not.toBe(a.id);
        expect(c.root).toBe(a.root);
      }),
      { numRuns: runs(30) },
    );
  });

  test("every object is named by the hash of its kind and its bytes", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, async (lineage) => {
        const store = countingStore();
        await recorded(
          slicedEnvironment(() => 1, store),
          lineage,
        );
        for (const { id, kind } of store.written) {
          const object = await store.get(id);
          expect(object?.kind).toBe(kind);
          expect(idOf(kind, object!.body)).toBe(id);
        }
      }),
      { numRuns: runs(30) },
    );
  });

  test("another seed, param, block size, length, state or code gives another root or segment", async () => {
    const base = { steps: 40, seed: 1, blockSize: 6 };
    const drift = defineSimulation({
      name: "drift",
      params: { by: 1, from: 0 },
      init: (ctx) => ctx.params.from + ctx.rng.random(),
      step: (x: number, rng, ctx) => x + ctx.params.by * rng.random(),
    });
    const record = (options: object, simulation = drift) =>
      recordInto(nodeEnvironment(), codeOf(simulation), { ...base, ...options });
    const run = await record({});
    const others = await Promise.all([
      record({ seed: 2 }),
      record({ seed: 1n << 64n }),
      record({ seed: (1n << 64n) + 1n }),
      record({ params: { by: 2 } }),
      record({ params: { from: 1 } }),
      record({ blockSize: 7 }),
      record({ steps: 39 }),
      record({ steps: 41 }),
      record({}, { ...drift, step: (x, rng, ctx) => x - ctx.params.by * rng.random() }),
      run.branch(10, { mutate: (x) => (x as number) + 1 }),
      run.branch(10, { seed: 2 }),
      run.branch(12, { seed: 2 }),
      run.branch(10, { params: { by: 2 } as never }),
      run.branch(40, { set: { state: 7 } }),
      run.branch(0, { set: { state: 7 } }),
    ]);
    const roots = [run, ...others].map(({ root }) => root);
    expect(new Set(roots).size).toBe(roots.length);
    // A param that no step reads leaves the states and the root as they are, but changes the
    // segment.
    const idle = await run.branch(12, { params: { from: 3 } as never });
    expect(idle.root).toBe(run.root);
    // A segment inside a block begins its own witness: the states are the same, but the root
    // differs.
    const inside = await run.branch(10, { params: { from: 3 } as never });
    expect(storedStates(inside.manifest)).toEqual(storedStates(run.manifest));
    expect(inside.root).not.toBe(run.root);
    expect(idle.id).not.toBe(run.id);
    expect(idle.manifest.segments[1]?.params).toEqual({ inline: { by: 1, from: 3 } });
    expect((await record({ seed: 1n })).root).toBe(run.root);
    // The length counts, even if nothing happens in the additional steps.
    const still = { ...drift, init: () => 0, step: (x: number) => x };
    const lengths = await Promise.all([38, 39, 40].map((steps) => record({ steps }, still)));
    expect(new Set(lengths.map(({ root }) => root)).size).toBe(3);
  });

  test("a program's id depends on its code and generator, a seeds object's on the master seed", async () => {
    const sim = defineSimulation({ name: "still", init: () => 0, step: (x: number) => x });
    const record = (options: object, simulation = sim) =>
      recordInto(nodeEnvironment(), codeOf(simulation), { steps: 3, seed: 1, ...options });
    const [a, b, c, d] = await Promise.all([
      record({}),
      record({ seed: 2, steps: 9, message: "later" }),
      record({}, { ...sim, step: (x) => x + 0 }),
      record({}, { ...sim, name: "other" }),
    ]);
    const [first, second, third, fourth] = [a, b, c, d].map((run) => run!.manifest.segments[0]!);
    expect(second!.program).toBe(first!.program);
    expect(second!.seeds).not.toBe(first!.seeds);
    expect(third!.program).not.toBe(first!.program);
    expect(third!.seeds).toBe(first!.seeds);
    expect(fourth!.program).not.toBe(first!.program);
    const wide = await record({ seed: (1n << 64n) + 1n });
    expect(wide.manifest.segments[0]!.seeds).not.toBe(first!.seeds);
    // A fork keeps its parent's code and seeds unless it gets new ones.
    const fork = await a!.branch(1, { mutate: (x) => (x as number) + 1 });
    expect(fork.manifest.segments[1]).toMatchObject({
      program: first!.program,
      seeds: first!.seeds,
    });
    const seeded = await a!.branch(1, { seed: 2 });
    expect(seeded.manifest.segments[1]!.seeds).toBe(second!.seeds);
  });

  test("whether equal states share memory does not change the manifest's id", async () => {
    // States that repeat: their entries may be one object in memory, or several equal ones.
    const still = defineSimulation({ name: "still", init: () => "same", step: (x: string) => x });
    const env = nodeEnvironment();
    const run = await recordInto(env, codeOf(still), { steps: 300, seed: 1, blockSize: 1 });
    for (const step of [0, 1, 63, 64, 100, 300]) {
      const fork = await run.branch(step);
      expect(fork.root).toBe(run.root);
      const body = encodeRun(fork.manifest);
      expect(encodeRun(decodeRun(body))).toEqual(body);
      expect(fork.id).toBe(idOf("run", body));
    }
    const one = { inline: Uint8Array.of(1) };
    const view = { inline: Uint8Array.of(0, 1, 2).subarray(1, 2) };
    const roots = [
      [one, one],
      [one, view],
      [view, view],
      [{ inline: Uint8Array.of(1) }, one],
    ].map((states) => {
      const entries = states.map((state) => ({ state, witness: 5 }));
      return timelineRoot(nodeHash, 2, { count: 2, edge: { entries, tiles: [] } }, one);
    });
    expect(new Set(roots).size).toBe(1);
  });
});
