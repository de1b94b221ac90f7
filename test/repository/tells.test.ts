import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decode } from "../../src/codec/decode.ts";
import { defineSimulation, describeFile, type Run, toJson } from "../../src/index.ts";
import { initRepository, type Repository } from "../../src/repository.ts";

const walk = defineSimulation({
  name: "walk",
  params: { p: 0.5 },
  init: () => ({ x: 0 }),
  step: (state: { x: number }, rng, ctx) => ({
    x: state.x + (rng.random() < ctx.params.p ? 1 : -1),
  }),
});

let folder: string;
let repo: Repository;
let main: Run<{ x: number }, { p: number }>;
let fix: typeof main;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "rewind-tells-"));
  repo = await initRepository(folder, { simulations: [walk] });
  const options = { steps: 100, seed: 7, blockSize: 10, branch: "main" };
  main = await repo.record(walk, options);
  const changes = { params: { p: 0.9 }, mutate: () => ({ x: 50 }), message: "higher" };
  fix = await repo.branch("fix", "main@40", changes);
});

afterEach(async () => {
  await repo.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("what a repository tells of its runs", () => {
  test("describe: sizes, origin, and what changed in each segment, as JSON can carry it", async () => {
    const told = await repo.describe("fix");
    expect(told).toMatchObject({
      ...{ run: fix.id, names: ["fix"], root: fix.root, steps: 100, goal: 100, blockSize: 10 },
      origin: [{ kind: "forked", run: main.id, step: 40, name: "main" }],
      meta: { message: "higher" },
    });
    const [first, second] = told.segments;
    expect(first).toMatchObject({ start: 0, params: { p: 0.5 }, seed: 7, changes: null });
    const state = (await main.get(40)).x;
    expect(second).toMatchObject({
      ...{ start: 40, params: { p: 0.9 }, stateStored: true },
      changes: {
        params: [{ name: "p", before: 0.5, after: 0.9 }],
        ...{ seed: null, program: null, generator: null, state: true },
        fields: [{ name: "state.x", before: state, after: 50 }],
      },
    });
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
  });

  test("lastRemoved: the name that was removed last, and what brings it back", async () => {
    expect(await repo.lastRemoved()).toBeUndefined();
    await repo.tags.create("v1", "main");
    await repo.branches.delete("fix");
    await repo.tags.delete("v1");
    expect(await repo.lastRemoved()).toEqual({ name: "tags/v1", back: "undo" });
    expect(await repo.lastRemoved("branch")).toEqual({ name: "fix", back: undefined });
    await repo.undo();
    expect(await repo.lastRemoved("tag")).toBeUndefined();
    await expect(repo.lastRemoved("run" as never)).rejects.toThrow(
      'expected kind to be branch or tag, got "run"',
    );
  });

  test("describe without a replay, of HEAD, and of a name that nothing has", async () => {
    const { segments } = await repo.describe("fix", { replay: false, params: "short" });
    expect(segments[1]?.changes?.fields).toBeNull();
    expect((await repo.describe()).names).toEqual(["main"]);
    await expect(repo.describe("mian")).rejects.toMatchObject({ code: "UNKNOWN_REVISION" });
  });

  test("describeFile: the same without a store", async () => {
    const bytes = await fix.artifact();
    const told = await describeFile(bytes);
    const of = { run: fix.id, steps: 100, names: [] };
    expect(told).toMatchObject({ bytes: bytes.length, runs: [of], description: of });
    expect(told.leftOut).toEqual({ code: false, checkpoints: 0 });
    const damaged = bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] as number) ^ 1);
    await expect(describeFile(damaged)).rejects.toMatchObject({ code: "INVALID_ARTIFACT" });
  });

  test("branches.describe: where each was forked, and which is the current one", async () => {
    const { branches, damaged } = await repo.branches.describe();
    expect(damaged).toEqual([]);
    expect(branches).toMatchObject([
      { name: "fix", run: fix.id, message: "higher", current: false },
      { name: "main", run: main.id, steps: 100, goal: 100, from: undefined, current: true },
    ]);
    expect(branches[0]?.from).toMatchObject({ kind: "forked", name: "main", step: 40 });
  });

  test("log: entries tell their origins, params and changes", async () => {
    const [entry, root, ...others] = await repo.log("fix");
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ id: fix.id, names: ["fix"] });
    expect(await entry?.origins()).toMatchObject([{ kind: "forked", run: main.id, step: 40 }]);
    expect((await entry?.params())?.values).toEqual({ p: 0.9 });
    const params = [{ name: "p", before: 0.5, after: 0.9 }];
    expect(await entry?.changes()).toEqual({ params, seed: false, program: false, state: true });
    expect(await root?.origins()).toEqual([]);
    expect(await root?.changes()).toBeUndefined();
  });

  test("diff: what run.diff finds, the shared run, and samples", async () => {
    const told = await repo.diff("main", "fix", { sample: "state.x", points: 3, from: 20 });
    expect(told).toMatchObject({ differs: true, forkStep: 40, firstDifferentStep: 40 });
    expect(told.shared).toEqual({ run: main.id, name: "main" });
    expect(told.sources).toEqual([]);
    expect(told.samples).toEqual({
      ...{ path: "state.x", steps: [20, 60, 100] },
      a: await Promise.all([20, 60, 100].map(async (step) => (await main.get(step)).x)),
      b: await Promise.all([20, 60, 100].map(async (step) => (await fix.get(step)).x)),
    });
  });

  test("diff of two states, of runs that were read, and of a run with a state", async () => {
    const states = await repo.diff("main@10", "fix@40");
    expect(states).toMatchObject({ at: [10, 40], differs: true });
    expect(states.changes).toEqual([{ path: "state.x", a: (await main.get(10)).x, b: 50 }]);
    const same = await repo.diff({ run: main as Run }, "main");
    expect(same).toMatchObject({ differs: false, identical: true });
    await expect(repo.diff("main@10", "fix")).rejects.toMatchObject({ code: "INVALID_REVISION" });
  });

  test("samples of what is no number are refused, and name the runs", async () => {
    const names = ["one", "other"] as const;
    const failed = main.diff(fix, { sample: "state", names });
    await expect(failed).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(failed).rejects.toThrow("at step 0 of one");
  });

  test("readObject: by the first digits of an id or by a revision", async () => {
    const object = await repo.readObject("fix");
    expect(object).toMatchObject({ id: fix.id, kind: "run" });
    expect(toJson(object.content())).toMatchObject({ steps: 100, blockSize: 10 });
    expect((await repo.readObject(fix.id.slice(0, 20))).body).toEqual(object.body);
    await expect(repo.readObject("f".repeat(64))).rejects.toMatchObject({
      code: "UNKNOWN_REVISION",
    });
  });

  test("range: the steps and the run of both sides", async () => {
    expect(await repo.range("main@20..@30")).toMatchObject({
      run: { id: main.id },
      from: 20,
      to: 30,
    });
    expect(await repo.range("fix@90..")).toMatchObject({
      ref: "refs/heads/fix",
      from: 90,
      to: 100,
    });
    await expect(repo.range("main@5")).rejects.toMatchObject({ code: "INVALID_REVISION" });
  });

  test("config: the settings of the project", async () => {
    await repo.config.set("author", "Ada Lovelace");
    expect(repo.config.get("author")).toMatchObject({ value: "Ada Lovelace", from: "local" });
  });

  test("checkRecorded: what differs from the recording", async () => {
    await repo.checkRecorded("main", { steps: 100, seed: 7 });
    await expect(repo.checkRecorded("main", { seed: 8 })).rejects.toMatchObject({
      code: "RECORDED_OTHERWISE",
    });
  });
});

describe("what a run tells", () => {
  test("size: the fork shares what comes before it", async () => {
    const { own, shared, ...all } = await fix.size();
    expect(all).toMatchObject({ counted: true });
    expect((own?.bytes as number) + (shared?.bytes as number)).toBe(all.bytes);
    expect(shared?.count).toBeGreaterThan(0);
    expect(await main.size()).toMatchObject({ shared: { count: 0, bytes: 0 } });
  });

  test("seeds: the master seed, and those of the first blocks", async () => {
    expect(await fix.seed()).toBe(7n);
    const seeds = await main.blockSeeds(2);
    expect(seeds.map(({ block, step }) => [block, step])).toEqual([
      [0, 0],
      [1, 10],
    ]);
    expect(seeds.map(({ seed }) => seed.length)).toEqual([32, 32]);
    expect(await main.blockSeeds()).toHaveLength(main.checkpoints);
  });

  test("source: the code that was recorded", async () => {
    const { module, stretches } = await main.source();
    expect(module).toBeUndefined();
    expect(stretches.map(({ code }) => code).join("")).toContain("ctx.params.p");
  });

  test("changes: between two steps, in either direction", async () => {
    const [a, b] = [(await main.get(3)).x, (await main.get(14)).x];
    expect(await main.changes(3, 14)).toEqual([{ path: "state.x", a, b }]);
    expect(await main.changes(14, 3)).toEqual([{ path: "state.x", a: b, b: a }]);
    expect(await main.changes(3, 3)).toEqual([]);
    await expect(main.changes(3, 101)).rejects.toMatchObject({ code: "STEP_OUT_OF_RANGE" });
  });

  test("changedByHand: what a fork changed, and nothing elsewhere", async () => {
    const { x } = await main.get(40);
    expect(await fix.changedByHand(40)).toEqual([{ path: "state.x", a: x, b: 50 }]);
    expect(await fix.changedByHand(41)).toEqual([]);
    expect(await main.changedByHand(0)).toEqual([]);
  });

  test("encode and typesAt: a state as it is stored", async () => {
    const state = await main.get(40);
    expect(decode(await main.encode(state, 40))).toEqual(state);
    expect(await main.typesAt(40)).toBeUndefined();
  });

  test("peek: the steps that were replayed, and those that its check replays", async () => {
    const { state, passed, left, check } = await main.peek(44);
    expect([state, passed, left]).toEqual([await main.get(44), 4, 6]);
    await check();
  });
});
