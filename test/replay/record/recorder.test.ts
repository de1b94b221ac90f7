import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../../src/node/host/environment.ts";
import { FileStore } from "../../../src/node/store/file-store.ts";
import { objectsOf } from "../../../src/object/closure.ts";
import type { Id } from "../../../src/object/id.ts";
import { decodeRun } from "../../../src/object/run.ts";
import { codeOf } from "../../../src/replay/programs.ts";
import { openRun, recordInto } from "../../../src/replay/run/open-run.ts";
import { type ObjectStore, objectReader, type Tip } from "../../../src/store/object-store.ts";
import { attempt, counted, slicedEnvironment } from "../../support/environments.ts";
import { notingStore } from "../../support/noting-store.ts";
import { emptyStore, storeTools } from "../../support/store-tools.ts";

/** The environment's store, which also notes every committed tip. */
function watched(store: ObjectStore, tips: Tip[]): ObjectStore {
  return {
    ...store,
    async writer() {
      const writer = await store.writer();
      return {
        ...writer,
        get pendingBytes() {
          return writer.pendingBytes;
        },
        async commit(tip) {
          if (tip !== undefined) tips.push(tip);
          await writer.commit(tip);
        },
      };
    },
  };
}

test("slow steps are committed once a block, not once a second", async () => {
  const tips: Tip[] = [];
  const env = nodeEnvironment();
  let now = 0;
  const slow = {
    ...env,
    store: watched(env.store, tips),
    // Each reading of the clock is two seconds after the last.
    now: () => {
      now += 2_000;
      return now;
    },
  };
  const walk = {
    name: "walk",
    init: () => 0,
    step: (x: number, rng: { random(): number }) => x + rng.random(),
  };
  const run = await recordInto(slow, codeOf(walk), { steps: 300, seed: 1, blockSize: 100 });
  expect(run.checkpoints).toBe(3);
  // After steps 100, 200 and 300, and the last one, which names the run.
  expect(tips).toHaveLength(4);
});

/** A clock that a test sets, and an environment that reads it. */
function timed(store: ObjectStore) {
  const clock = { ms: 0 };
  const env = { ...nodeEnvironment({ store }), now: () => clock.ms, pause: async () => {} };
  return { clock, env };
}

/** A store that outlives its process, and the tips of its commits and marks as they come. */
function lasting() {
  const root = emptyStore();
  const objects = new FileStore(root, storeTools());
  const acknowledged: { kind: "commit" | "mark"; steps: number; files: string[] }[] = [];
  const store = notingStore(objects, (kind, tip) => {
    const files = readdirSync(path.join(root, "objects"));
    acknowledged.push({ kind, steps: decodeRun(tip.run).steps, files });
  });
  return { root, objects, store, acknowledged };
}

const slowWalk = (clock: { ms: number }, stepMs: number) => ({
  name: "walk",
  init: () => ({ x: 0, trail: "0123456789012345678901234567890123456789" }),
  step: (state: { x: number; trail: string }, rng: { random(): number }) => {
    clock.ms += stepMs;
    return { ...state, x: state.x + rng.random() };
  },
});

describe("marks inside a block", () => {
  test("every two seconds of work, superseded by the next checkpoint", async () => {
    const { root, objects, store, acknowledged } = lasting();
    const { clock, env } = timed(store);
    const options = { steps: 30, seed: 1, blockSize: 20 };
    const run = await recordInto(env, codeOf(slowWalk(clock, 500)), options);
    expect(acknowledged.map(({ kind, steps }) => [kind, steps])).toEqual([
      ...[4, 8, 12, 16].map((steps) => ["mark", steps]),
      ["commit", 20],
      ...[24, 28].map((steps) => ["mark", steps]),
      ...[30, 30].map((steps) => ["commit", steps]),
    ]);
    // Each mark takes the place of the one before, and a commit that of the last one.
    for (const { kind, files } of acknowledged) {
      expect(files.filter((name) => name.endsWith(".mark"))).toHaveLength(kind === "mark" ? 1 : 0);
      expect(files.filter((name) => name.endsWith(".pack"))).toHaveLength(1);
    }
    // The pack holds nothing else than the run.
    objects.refresh();
    const names = readdirSync(path.join(root, "objects"));
    expect(names.map((name) => path.extname(name))).toEqual([".idx", ".pack"]);
    const ids = new Set<Id>([run.id]);
    const closure = objectsOf(run.manifest, objectReader(objects));
    for await (const { id } of closure) ids.add(id);
    const stored = objects.recordFiles().flatMap((file) => [...file.entries()].map(([id]) => id));
    expect(new Set(stored)).toEqual(ids);
    const plain = await recordInto(nodeEnvironment(), codeOf(slowWalk(clock, 0)), options);
    expect(run.root).toBe(plain.root);
  });

  test("none where blocks are short, and none in memory", async () => {
    const { store, acknowledged } = lasting();
    const { clock, env } = timed(store);
    const options = { steps: 30, seed: 1, blockSize: 3 };
    await recordInto(env, codeOf(slowWalk(clock, 500)), options);
    expect(acknowledged.filter(({ kind }) => kind === "mark")).toEqual([]);
    expect("mark" in (await nodeEnvironment().store.writer())).toBe(false);
  });

  test("at no step is more than five seconds of work at risk, even if a mark takes a second", async () => {
    for (const [stepMs, markMs] of [
      [0.4, 0],
      [130, 40],
      [400, 300],
      [700, 1_000],
    ] as const) {
      const { store, acknowledged } = lasting();
      const { clock, env } = timed(store);
      /** When each step was reached. */
      const reached = [0];
      const expectLittleAtRisk = (): void => {
        const kept = acknowledged.at(-1)?.steps ?? 0;
        expect(clock.ms - (reached[kept] as number)).toBeLessThan(5_000);
      };
      const slow: ObjectStore = Object.assign(Object.create(store), {
        hash: store.hash,
        async writer() {
          const writer = await store.writer();
          return {
            ...writer,
            mark: async (...given: Parameters<NonNullable<typeof writer.mark>>) => {
              clock.ms += markMs;
              expectLittleAtRisk();
              await writer.mark?.(...given);
            },
          };
        },
      });
      const simulation = slowWalk(clock, stepMs);
      const step: typeof simulation.step = (...given) => {
        expectLittleAtRisk();
        const next = simulation.step(...given);
        reached.push(clock.ms);
        return next;
      };
      const steps = Math.ceil(40_000 / stepMs);
      await recordInto({ ...env, store: slow }, codeOf({ ...simulation, step }), {
        steps,
        seed: 1,
        blockSize: steps,
      });
      expect(acknowledged.filter(({ kind }) => kind === "mark").length).toBeGreaterThan(5);
    }
  });

  test("steps that become slow at once are marked before the slice of work is done", async () => {
    const { store, acknowledged } = lasting();
    const { clock, env } = timed(store);
    const { step, ...walk } = slowWalk(clock, 0);
    // From 10 µs to half a second. A slice was some 2,000 steps long.
    const sudden: typeof step = (state, rng) => {
      clock.ms += acknowledged.length > 0 || state.x > 3_000 ? 500 : 0.01;
      return step(state, rng);
    };
    const options = { steps: 6_200, seed: 1, blockSize: 10_000 };
    await recordInto(env, codeOf({ ...walk, step: sudden }), options);
    const [first = 0, ...rest] = acknowledged.map(({ steps }) => steps);
    expect(first).toBeGreaterThan(5_000);
    expect(first).toBeLessThan(6_050);
    expect(rest.length).toBeGreaterThan(10);
    for (const [i, steps] of rest.entries()) {
      expect(steps - (rest[i - 1] ?? first)).toBeLessThanOrEqual(10);
    }
  });

  test("a state that cannot be stored inside a block has none, and the recording goes on", async () => {
    const { store, acknowledged } = lasting();
    const { clock, env } = timed(store);
    const odd = {
      name: "odd",
      init: () => ({ n: 0, f: undefined as unknown }),
      step: ({ n }: { n: number }) => {
        clock.ms += 1_000;
        return { n: n + 1, f: n + 1 === 2 ? () => 0 : undefined };
      },
    };
    const run = await recordInto(env, codeOf(odd), { steps: 7, seed: 1, blockSize: 10 });
    expect(run.steps).toBe(7);
    expect(acknowledged.map(({ steps }) => steps)).toEqual([4, 6, 7, 7]);
  });
});

describe("an interrupted recording", () => {
  test.each([["block"], ["step"], ["continuous"]] as const)(
    "keeps every whole step, and goes on without a replay: streams %s",
    async (streams) => {
      const options = { steps: 50, seed: 1, blockSize: 20, streams };
      const clock = { ms: 0 };
      const whole = await recordInto(nodeEnvironment(), codeOf(slowWalk(clock, 0)), options);
      const env = slicedEnvironment(() => 100);
      const { simulation, count } = counted(slowWalk(clock, 0));
      const abort = new AbortController();
      const { kept } = await attempt(env, simulation as never, {
        ...options,
        signal: abort.signal,
        onProgress: ({ done }) => done >= 33 && abort.abort(),
      });
      expect(kept?.manifest.steps).toBe(33);
      expect(count.steps).toBe(33);
      const run = await openRun(kept?.id as Id<"run">, env);
      const resumed = await run.branch(33, { steps: 50 });
      expect(count.steps).toBe(50);
      expect(resumed.root).toBe(whole.root);
      expect(resumed.manifest.meta).not.toHaveProperty("generators");
    },
  );

  test("under a self-check the open block is replayed before it goes on", async () => {
    const env = slicedEnvironment(() => 100);
    const { simulation, count } = counted(slowWalk({ ms: 0 }, 0));
    const abort = new AbortController();
    const { kept } = await attempt(env, simulation as never, {
      ...{ steps: 50, seed: 1, blockSize: 20, selfCheck: true, signal: abort.signal },
      onProgress: ({ done }) => done >= 33 && abort.abort(),
    });
    expect(kept?.manifest.steps).toBe(33);
    const run = await openRun(kept?.id as Id<"run">, env);
    count.steps = 0;
    await run.branch(33, { steps: 34 });
    expect(count.steps).toBe(13 + 1);
  });
});
