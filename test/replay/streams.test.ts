import { describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { record } from "../../src/index.ts";
import type { RandomGenerator } from "../../src/random/generator.ts";
import { numpy } from "../../src/random/numpy/index.ts";
import { python } from "../../src/random/python/index.ts";
import { torch } from "../../src/random/torch/torch.ts";
import { xoshiro } from "../../src/random/xoshiro/index.ts";
import { decodeCheckpoint } from "../../src/replay/checkpoint.ts";
import { defineSimulation } from "../../src/replay/simulation.ts";
import { readVectors } from "../support/vectors.ts";

interface Loops {
  readonly steps: readonly number[];
  readonly walks: readonly { rng: string; seed: number; positions: readonly number[] }[];
}

const loops = readVectors<Loops>("plain-loops");

const walk = defineSimulation({
  name: "walk",
  init: () => 0,
  step: (x: number, rng) => x + (rng.random() < 0.5 ? 1 : -1),
});

/** Draws of every kind, some of which keep half a draw for later; init draws too. */
const mixed = defineSimulation({
  name: "mixed",
  init: ({ rng }) => [rng.random(), rng.uint32()],
  step: (state: number[], rng, { step }) => {
    const kinds = [rng.normal, rng.uint32, rng.random, rng.exponential];
    const draw = kinds[step % 4] as () => number;
    return [...state.slice(-2), draw.call(rng), rng.integer(0, 7)];
  },
});

const MADE: Readonly<Record<string, (seed: number) => RandomGenerator>> = {
  "xoshiro128++": xoshiro,
  numpy,
  python,
  torch,
};

describe("continuous streams are the plain loop", () => {
  test.each(loops.walks)("of $rng, seed $seed, as in Python", async ({ rng, seed, positions }) => {
    const run = await record(walk, { steps: 100_000, seed, rng, streams: "continuous" });
    for (const [i, step] of loops.steps.entries()) expect(await run.get(step)).toBe(positions[i]);
  });

  test.each(Object.keys(MADE))("of %s, with init and every kind of draw", async (rng) => {
    const plain = (MADE[rng] as (seed: number) => RandomGenerator)(7);
    const context = { params: {}, stream: () => plain, log: () => {} };
    let state = mixed.init({ ...context, step: 0, rng: plain });
    const states = [state];
    for (let step = 0; step < 120; step++) {
      state = mixed.step(state, plain, { ...context, step }) as number[];
      states.push(state);
    }
    for (const blockSize of [1, 7, 120, 1000]) {
      const options = { steps: 120, seed: 7, rng, blockSize, streams: "continuous" } as const;
      const run = await record(mixed, options);
      for (const [step, expected] of states.entries())
        expect(await run.get(step)).toEqual(expected);
      expect((await run.verify({ full: true })).ok).toBe(true);
      const fork = await run.branch(60, { steps: 120 });
      expect(fork.root).toBe(run.root);
    }
  });

  test("a scalar's checkpoints stay in the timeline, even after many draws", async () => {
    for (const rng of ["xoshiro128++", "numpy"]) {
      const run = await record(walk, { steps: 200_000, seed: 1, rng, streams: "continuous" });
      const { edge, final } = run.manifest;
      const states = edge.entries.map(({ state }) => state);
      for (const ref of [...states, final]) expect(ref).toHaveProperty("inline");
    }
  });

  test("a new seed from a step on is the plain loop from there", async () => {
    const run = await record(walk, { steps: 90, seed: 1, rng: "numpy", streams: "continuous" });
    for (const at of [0, 10, 33, 90]) {
      const fork = await run.branch(at, { seed: 5, steps: 120 });
      const rng = numpy(5);
      let x = await run.get(at);
      for (let step = at; step < 120; step++) {
        expect(await fork.get(step)).toBe(x);
        x += rng.random() < 0.5 ? 1 : -1;
      }
      expect((await fork.verify({ full: true })).ok).toBe(true);
    }
  });
});

describe("a stream for each step", () => {
  const greedy = defineSimulation({
    name: "greedy",
    params: { more: 0 },
    init: () => [0],
    step: (_: number[], rng, { step, params }) => {
      const extra = step === 12 ? Array.from({ length: params.more }, () => rng.random()) : [];
      return [...extra, rng.random(), rng.normal()];
    },
  });

  test("a fork that draws more in one step draws the same again in the next", async () => {
    const run = await record(greedy, { steps: 50, seed: 3, blockSize: 10, streams: "step" });
    const fork = await run.branch(11, { params: { more: 3 } });
    for (let step = 11; step <= 50; step++) {
      if (step === 13) expect(await fork.get(step)).not.toEqual(await run.get(step));
      else expect(await fork.get(step)).toEqual(await run.get(step));
    }
    const block = await record(greedy, { steps: 50, seed: 3, blockSize: 10 });
    const apart = await block.branch(11, { params: { more: 3 } });
    expect(await apart.get(14)).not.toEqual(await block.get(14));
    expect(await apart.get(21)).toEqual(await block.get(21));
  });

  test("the block size does not matter", async () => {
    const of = (blockSize: number) =>
      record(greedy, { steps: 40, seed: 3, blockSize, streams: "step" });
    const [a, b] = [await of(1), await of(17)];
    for (let step = 0; step <= 40; step++) expect(await b.get(step)).toEqual(await a.get(step));
  });
});

describe("named streams", () => {
  const people = (order: readonly string[]) =>
    defineSimulation({
      name: "people",
      params: { extra: 0 },
      init: ({ stream }) => ({ births: stream("births").random(), deaths: 0 }),
      step: (_: { births: number; deaths: number }, _rng, { params, stream }) => {
        const drawn: Record<string, number> = {};
        for (const name of order) drawn[name] = stream(name).random();
        for (let i = 0; i < params.extra; i++) stream("deaths").random();
        return { births: drawn.births as number, deaths: drawn.deaths as number };
      },
    });

  test.each(["block", "continuous", "step"] as const)(
    "%s: the draws of others and their order change nothing",
    async (streams) => {
      const options = { steps: 60, seed: 9, blockSize: 8, streams };
      const a = await record(people(["births", "deaths"]), options);
      const b = await record(people(["deaths", "births"]), options);
      const c = await record(people(["births", "deaths"]), { ...options, params: { extra: 2 } });
      for (let step = 0; step <= 60; step++) {
        expect(await b.get(step)).toEqual(await a.get(step));
        expect((await c.get(step)).births).toBe((await a.get(step)).births);
      }
      expect(new Set([(await a.get(1)).births, (await a.get(1)).deaths]).size).toBe(2);
    },
  );

  test("names in any script, also with characters that a decoder may drop or replace", async () => {
    const names = ["\ufeffa", "a", "é", "e\u0301", "𝔞", "\ufffd", "__proto__", "a\0b"];
    const simulation = defineSimulation({
      name: "scripts",
      init: () => names.map(() => 0),
      step: (_: number[], _rng, { stream }) => names.map((name) => stream(name).random()),
    });
    const options = { steps: 20, seed: 1, rng: "numpy", streams: "continuous" } as const;
    const whole = await record(simulation, { ...options, blockSize: 20 });
    const run = await record(simulation, { ...options, blockSize: 3 });
    for (let step = 0; step <= 20; step++)
      expect(await run.get(step)).toEqual(await whole.get(step));
    expect((await run.verify({ full: true })).ok).toBe(true);
    expect(new Set(await run.get(7)).size).toBe(names.length);
  });

  test.each(["stream", "params"])(
    "a step cannot put another %s into its context",
    async (member) => {
      const simulation = defineSimulation({
        name: "meddling",
        init: () => 0,
        step: (_: number, _rng, context) => {
          (context as unknown as Record<string, unknown>)[member] = () => 0;
          return 0;
        },
      });
      await expect(record(simulation, { steps: 1, seed: 1 })).rejects.toThrow("read only");
    },
  );

  test("a context that a program kept gives no stream after its step", async () => {
    let kept: ((name: string) => unknown) | undefined;
    const simulation = defineSimulation({
      name: "kept",
      init: () => 0,
      step: (x: number, _rng, { stream }) => {
        kept = stream;
        return x + stream("a").random();
      },
    });
    await record(simulation, { steps: 5, seed: 1 });
    expect(() => kept?.("a")).toThrow("a stream is for steps");
  });

  test.each(["", 5, undefined, "x".repeat(257), "a\ud800"])(
    "the name %j is refused",
    async (name) => {
      const wrong = defineSimulation({
        name: "wrong",
        init: () => 0,
        step: (_: number, _rng, { stream }) => stream(name as string).random(),
      });
      await expect(record(wrong, { steps: 3, seed: 1 })).rejects.toThrow(
        "expected the name of a stream to be a text of 1 to 256 bytes",
      );
    },
  );
});

describe("bad input", () => {
  test("streams of an unknown kind", async () => {
    const streams = "daily" as "block";
    await expect(record(walk, { steps: 3, streams })).rejects.toThrow(
      'expected streams to be block, continuous, step, got "daily"',
    );
  });

  test("a seed that PyTorch does not accept", async () => {
    const options = { steps: 3, seed: 2n ** 64n, rng: "torch" };
    await expect(record(walk, { ...options, streams: "continuous" })).rejects.toSatisfy(
      (error: unknown) => isRewindError(error, "INVALID_SEED"),
    );
    await expect(record(walk, options)).resolves.toBeDefined();
  });

  test("a run without block seeds", async () => {
    const run = await record(walk, { steps: 30, seed: 1, streams: "continuous" });
    await expect(run.replayer.seedOfBlock(0)).rejects.toThrow("got a run with continuous streams");
  });

  test.each([
    ["is empty", []],
    ["ends in a length", [200]],
    ["has a length beyond all reason", [255, 255, 255, 255, 255, 15]],
    ["is cut in the main state", [1]],
    ["has more streams than bytes", [1, 0, 9]],
    ["is cut in a name", [0, 1, 1, 97]],
    ["has a length in too many bytes", [0x80, 0, 0, 7]],
    ["has names out of order", [0, 2, 1, 98, 1, 0, 1, 97, 1, 0, 7]],
    ["has a name twice", [0, 2, 1, 97, 1, 0, 1, 97, 1, 0, 7]],
    ["has a name that is not UTF-8", [0, 1, 1, 255, 1, 0, 7]],
  ])("a checkpoint that %s is refused", async (_, bytes) => {
    const run = await record(mixed, { steps: 5, seed: 1, streams: "continuous" });
    const segment = await run.replayer.segmentAt(0);
    expect(() => decodeCheckpoint(Uint8Array.from(bytes), segment)).toThrow(
      "not a valid checkpoint",
    );
    const whole = [0, 2, 1, 97, 1, 0, 1, 98, 1, 0, 7];
    const { encoded } = decodeCheckpoint(Uint8Array.from(whole), segment);
    expect([...encoded]).toEqual([7]);
  });
});
