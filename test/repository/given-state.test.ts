import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { toJson } from "../../src/codec/json/write.ts";
import { defineSimulation, initRepository, type RecordFrom, record } from "../../src/index.ts";
import { project } from "../support/project-folder.ts";

class Agent {
  x = 0;
}

const agents = defineSimulation({
  name: "agents",
  params: { jump: 1 },
  types: { Agent },
  init: (): { all: Agent[] } => ({ all: [new Agent(), new Agent()] }),
  step: (state, rng, ctx) => {
    for (const agent of state.all) agent.x += ctx.params.jump * rng.random();
  },
});

/** Other classes, which are stored under the same name. */
const others = defineSimulation({
  ...agents,
  name: "others",
  observe: {},
  types: {
    Agent: {
      is: (value: unknown) => value instanceof Other,
      encode: (other: Other) => ({ x: other.place }),
      decode: ({ x }: { x: number }) => new Other(x),
    },
  },
  init: (): { all: Other[] } => ({ all: [] }),
  step: (state) => {
    for (const other of state.all) other.place += 1;
  },
});

class Other {
  place: number;
  constructor(place: number) {
    this.place = place;
  }
}

const files = (folder: string) => ({
  at: (name: string): string => path.join(folder, name),
  from: (name: string): { file: string } => ({ file: path.join(folder, name) }),
});

const walk = defineSimulation({ name: "walk", init: () => 0, step: (x: number) => x + 1 });

describe("record with from", () => {
  test("begins with a copy of the state, with its own seed and params, without init", async () => {
    const run = await record(agents, { steps: 20, seed: 1 });
    const step = 7;
    const next = await record(
      { ...agents, init: () => expect.unreachable() },
      { steps: 5, seed: 2, params: { jump: 10 }, from: { run, step } },
    );
    expect(await next.get(0)).toEqual(await run.get(step));
    expect(next.params).toEqual({ jump: 10 });
    expect(next.manifest.meta.from).toEqual({ run: run.id, step });
    expect(next.parents).toEqual([]);
    expect((await next.get(5)).all[0]).toBeInstanceOf(Agent);
    const last = await record(agents, { steps: 1, from: { run } });
    expect(await last.get(0)).toEqual(await run.get(20));
  });

  test("gives a state the classes of the simulation that is recorded", async () => {
    const run = await record(agents, { steps: 20, seed: 1 });
    const next = await record(others, { steps: 5, from: { run, step: 7 } });
    const [first] = (await next.get(5)).all;
    expect(first).toBeInstanceOf(Other);
    expect(first?.place).toBe(((await run.get(7)).all[0] as Agent).x + 5);
    await expect(record(walk, { steps: 5, from: { run, step: 7 } })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(
        /^expected the state at step 7 of [0-9a-f]{12} to be one that the simulation "walk" can take: .*"Agent"/,
      ),
    });
  });

  test("takes a value, and leaves it as it is", async () => {
    const state = { all: [new Agent()] };
    const next = await record(agents, { steps: 5, seed: 1, from: { state } });
    expect(await next.get(0)).toEqual(state);
    expect(state.all[0]?.x).toBe(0);
    expect(next.manifest.meta.from).toBeUndefined();
    await expect(record(walk, { steps: 1, from: { state: Symbol() } })).rejects.toMatchObject({
      code: "UNSUPPORTED_STATE",
    });
  });

  test("refuses any other form", async () => {
    const run = await record(walk, { steps: 3 });
    for (const from of [{}, { run, file: "x.json" }, { run: {} }, { file: "x.txt" }, { file: 3 }]) {
      await expect(record(walk, { steps: 1, from: from as RecordFrom })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    }
    await expect(record(walk, { steps: 1, from: { run, step: 4 } })).rejects.toMatchObject({
      code: "STEP_OUT_OF_RANGE",
    });
  });
});

describe("a state in a file", () => {
  test("is read as get -o wrote it, as JSON and as CBOR", async () => {
    const { at, from } = files(await project({}));
    const run = await record(agents, { steps: 20, seed: 1 });
    const state = await run.get(7);
    writeFileSync(at("s.cbor"), await run.encode(state, 7));
    writeFileSync(at("s.json"), JSON.stringify(toJson(state, agents.types)));
    const roots = [];
    for (const name of ["s.cbor", "s.json"]) {
      const next = await record(agents, { steps: 5, seed: 2, from: from(name) });
      expect(next.manifest.meta.from).toEqual({ file: name });
      roots.push(next.root);
    }
    const whole = await record(agents, { steps: 5, seed: 2, from: { run, step: 7 } });
    expect(roots).toEqual([whole.root, whole.root]);
  });

  test("is checked like any other input", async () => {
    const { at, from } = files(await project({}));
    writeFileSync(at("bad.json"), "{");
    writeFileSync(at("bytes.json"), Uint8Array.of(0x22, 0xff, 0x22));
    writeFileSync(at("bad.cbor"), Uint8Array.of(0x9b, 255, 255, 255, 255, 255, 255, 255, 255));
    writeFileSync(at("more.cbor"), Uint8Array.of(1, 2));
    writeFileSync(at("undefined.json"), '{ "$undefined": true }');
    mkdirSync(at("folder.json"));
    symlinkSync("gone", at("link.json"));
    for (const [name, code] of [
      ["bad.json", "INVALID_ARGUMENT"],
      ["bytes.json", "INVALID_ARGUMENT"],
      ["bad.cbor", "INVALID_ARGUMENT"],
      ["more.cbor", "INVALID_ARGUMENT"],
      ["undefined.json", "INVALID_ARGUMENT"],
      ["folder.json", "FILE_FAILED"],
      ["link.json", "FILE_FAILED"],
      ["gone.json", "FILE_FAILED"],
    ] as const) {
      await expect(record(walk, { steps: 1, from: from(name) }), name).rejects.toMatchObject({
        code,
      });
    }
  });
});

test("a repository begins a run with the state of another, and keeps no lineage", async () => {
  const folder = await project({});
  const repo = await initRepository(folder, { simulations: [walk, agents] });
  const main = await repo.record(walk, { steps: 20, branch: "main" });
  const from = await repo.revision("main@5");
  const next = await repo.record(walk, { steps: 10, branch: "next", from });
  expect(await next.get(10)).toBe(15);
  const described = await repo.describe("next");
  expect(described).toMatchObject({
    parents: [],
    origin: [],
    from: { run: main.id, step: 5, name: "main" },
  });
  expect((await repo.log("next")).map(({ id }) => id)).toEqual([next.id]);
  await repo.save("next", path.join(folder, "next.replay"), { checkpoints: "none" });
  await repo.close();
});
