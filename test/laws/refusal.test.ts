import { randomBytes, randomInt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ErrorCode, RewindError } from "../../src/base/errors.ts";
import { record } from "../../src/index.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import type { Environment } from "../../src/replay/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { openRun, recordInto } from "../../src/replay/run/open-run.ts";
import { type AnySimulation, defineSimulation } from "../../src/replay/simulation.ts";
import { bruteForce, encodingOf, type Lineage } from "../support/brute-force.ts";
import {
  type Attempt,
  attempt,
  attemptFork,
  countingStore,
  reopened,
  slicedEnvironment,
  storedStates,
} from "../support/environments.ts";
import { runs } from "../support/runs.ts";
import { FORMS, type Knobs } from "../support/simulation-forms.ts";

class Brain {
  readonly size = 1;
}
class Crowd extends Map<string, number> {}
class List extends Array<number> {}

/** Made outside, because making one in a step or in init is refused too. */
const MADE_BEFORE: WeakRef<object> = new WeakRef({});

/** One value of each kind that encode and decode would not restore. */
const UNSUPPORTED: readonly (readonly [kind: string, make: () => unknown])[] = [
  ["a function", () => () => 1],
  ["a class", () => Brain],
  ["a symbol", () => Symbol("s")],
  ["a symbol key", () => ({ [Symbol.iterator]: 1 })],
  ["a WeakMap", () => new WeakMap()],
  ["a WeakSet", () => new WeakSet()],
  ["a WeakRef", () => MADE_BEFORE],
  ["a promise", () => Promise.resolve(1)],
  ["a proxy", () => new Proxy({ x: 1 }, {})],
  ["a sparse array", () => Object.assign([1, 2], { 5: 3 })],
  ["an array with a field", () => Object.assign([1], { name: "n" })],
  ["a getter", () => Object.defineProperty({}, "x", { get: () => 1, enumerable: true })],
  ["a hidden field", () => Object.defineProperty({}, "x", { value: 1 })],
  ["a class instance without a codec", () => new Brain()],
  ["an instance of a subclass of Map", () => new Crowd()],
  ["an instance of a subclass of Array", () => List.from([1])],
  ["another prototype", () => Object.create({ x: 1 })],
  ["a Map with a field", () => Object.assign(new Map(), { x: 1 })],
  ["a RegExp", () => /x/g],
  ["an Error", () => new Error("x")],
  ["a boxed number", () => Object(1)],
  ["a Buffer", () => Buffer.from("x")],
  ["a SharedArrayBuffer", () => new SharedArrayBuffer(8)],
  ["a view of shared memory", () => new Uint8Array(new SharedArrayBuffer(8))],
  ["a running generator", () => (function* () {})()],
  ["an iterator", () => [1].values()],
];

/** Calls that a replay could not repeat. */
const FORBIDDEN: readonly (readonly [name: string, call: () => unknown])[] = [
  ["Math.random()", () => Math.random()],
  ["Date.now()", () => Date.now()],
  ["new Date()", () => new Date()],
  ["Date()", () => Date()],
  ["performance.now()", () => performance.now()],
  ["process.hrtime.bigint()", () => process.hrtime.bigint()],
  ["crypto.getRandomValues()", () => crypto.getRandomValues(new Uint8Array(4))],
  ["crypto.randomUUID()", () => crypto.randomUUID()],
  ["crypto.randomBytes()", () => randomBytes(4)],
  ["crypto.randomInt()", () => randomInt(9)],
];

interface Box {
  n: number;
  held: unknown;
}

/** Counts up, and calls `meddle` with the state in the step at `at`. */
function counting(at: number, meddle: (state: Box) => unknown): AnySimulation {
  return defineSimulation<Box, { quick: number }>({
    name: "counting",
    params: { quick: 1 },
    init: () => ({ n: 0, held: [] }),
    step(state, rng, ctx) {
      state.n += rng.integer(1, 4);
      if (ctx.step === at) return meddle(state) as Box | undefined;
      return undefined;
    },
  });
}

const BENIGN = counting(-1, () => undefined);

/** The place of an error: the step at `at`, in blocks of `blockSize` steps. */
const places = fc
  .record({ at: fc.nat(150), blockSize: fc.integer({ min: 1, max: 40 }), more: fc.nat(40) })
  .map(({ at, blockSize, more }) => ({ at, blockSize, steps: at + 1 + more }));

/**
 * How many milliseconds a slice seems to take, so that slices grow to many blocks or stay short.
 */
const slices = fc.constantFrom(1, 1, 10, 100);

/**
 * Checks that a recording was refused with `code`, and that exactly the steps up to `kept` were
 * kept: a run that is exact, verifies, and can be continued. Unless given, those are the blocks
 * before the refused step.
 */
async function expectKept<Code extends ErrorCode>(
  env: Environment,
  { kept: recording, failure }: Attempt,
  place: { readonly at: number; readonly blockSize: number; readonly steps: number },
  code: Code,
  kept: number = place.at - (place.at % place.blockSize),
): Promise<RewindError<Code>> {
  const { blockSize, steps } = place;
  expect(failure?.code).toBe(code);
  const error = failure as RewindError<Code>;
  if (kept === 0) {
    expect(recording).toBeUndefined();
    return error;
  }
  expect(recording!.manifest.steps).toBe(kept);
  expect(recording!.manifest.goal).toBe(steps);
  const here = reopened(env, BENIGN);
  const run = await openRun<Box, { quick: number }>(recording!.id, here);
  expect(run.finished).toBe(false);
  const whole = await record(BENIGN, { steps, blockSize, seed: 4 });
  for (const step of [0, Math.floor(kept / 2), kept]) {
    expect(await run.get(step)).toEqual(await whole.get(step));
  }
  expect((await run.verify({ full: true })).ok).toBe(true);
  const mended = await run.branch(kept, { steps });
  expect(mended.root).toBe(whole.root);
  return error;
}

describe("refusal: values that do not survive encode and decode", () => {
  test.each(UNSUPPORTED)("%s anywhere in a state", async (_, make) => {
    const nest = fc.constantFrom<[(value: unknown) => unknown, string]>(
      [(value) => value, "state.held"],
      [(value) => [0, value], "state.held[1]"],
      [(value) => ({ deep: { brain: value } }), "state.held.deep.brain"],
      [(value) => new Map([["k", value]]), 'state.held.get("k")'],
      [(value) => new Set([1, value]), "state.held.values()[1]"],
    );
    await fc.assert(
      fc.asyncProperty(places, nest, slices, async (place, [within, path], elapsedMs) => {
        const env = slicedEnvironment(() => elapsedMs);
        const simulation = counting(place.at, (state) => {
          state.held = within(make());
        });
        const recording = await attempt(env, simulation, { ...place, seed: 4 });
        const error = await expectKept(env, recording, place, "UNSUPPORTED_STATE");
        expect(String(error.data.path).startsWith(path)).toBe(true);
        expect(error.message).toContain(path);
        expect(error.data.advice).toMatch(/\w/);
      }),
      { numRuns: runs(6) },
    );
  });

  test.each(UNSUPPORTED)(
    "%s in the first state, or in a fork's: nothing is stored",
    async (_, make) => {
      const store = countingStore();
      const env = nodeEnvironment({ store });
      const simulation = { ...BENIGN, init: () => ({ n: 0, held: make() }) };
      const options = { steps: 10, seed: 4 };
      const refused = { code: "UNSUPPORTED_STATE" };
      for (const steps of [0, 10]) {
        const recording = recordInto(env, codeOf(simulation), { ...options, steps });
        await expect(recording).rejects.toMatchObject(refused);
      }
      for (const { id } of store.written) expect(await store.has(id)).toBe(false);

      const run = await record(BENIGN, { ...options, blockSize: 4 });
      for (const step of [0, 3, 4, 10]) {
        const mutate = (state: unknown) => {
          (state as Box).held = make();
        };
        await expect(run.branch(step, { mutate })).rejects.toMatchObject(refused);
        await expect(run.branch(step, { set: { held: [make()] } })).rejects.toMatchObject(refused);
      }
      expect((await run.verify({ full: true })).ok).toBe(true);
    },
  );

  test("a class instance that its codec does not restore, although it is encoded the same again", async () => {
    const forgetful = defineSimulation<{ brain: { size: number } }>({
      name: "forgetful",
      init: () => ({ brain: Object.assign(new Brain(), { size: 3 }) }),
      step(state) {
        state.brain.size++;
      },
      types: {
        Brain: {
          is: (value) => value instanceof Brain,
          encode: ({ size }: Brain) => Math.floor(size / 2),
          decode: (half: number) => Object.assign(new Brain(), { size: half * 2 }),
        },
      },
    });
    const recording = record(forgetful, { steps: 9, seed: 1, blockSize: 3, selfCheck: true });
    await expect(recording).rejects.toMatchObject({ code: "CODEC_LOSSY", data: { name: "Brain" } });
  });
});

describe("refusal: calls that a replay cannot repeat", () => {
  test.each(FORBIDDEN)("%s in a step", async (name, call) => {
    await fc.assert(
      fc.asyncProperty(places, fc.boolean(), slices, async (place, swallows, elapsedMs) => {
        const env = slicedEnvironment(() => elapsedMs);
        const simulation = counting(place.at, (state) => {
          if (!swallows) return void call();
          try {
            call();
          } catch {
            state.n += 1000;
          }
        });
        const recording = await attempt(env, simulation, { ...place, seed: 4 });
        // A caught refusal is reported only at the end of its block.
        const kept = swallows ? undefined : place.at;
        const error = await expectKept(env, recording, place, "FORBIDDEN_IN_STEP", kept);
        expect(error.message).toContain(name);
        expect(error.data).toMatchObject({ name });
        if (!swallows) expect(error.data.step).toBe(place.at);
        expect(() => call()).not.toThrow();
      }),
      { numRuns: runs(8) },
    );
  });

  test.each(FORBIDDEN)("%s in init, caught or not", async (_, call) => {
    const swallow = () => {
      try {
        return call();
      } catch {
        return 0;
      }
    };
    for (const init of [call, swallow]) {
      const store = countingStore();
      const simulation = { ...BENIGN, init: () => ({ n: Number(init()) * 0, held: [] }) };
      const env = nodeEnvironment({ store });
      const recording = recordInto(env, codeOf(simulation), { steps: 9, seed: 4 });
      await expect(recording).rejects.toMatchObject({ code: "FORBIDDEN_IN_STEP" });
      for (const { id } of store.written) expect(await store.has(id)).toBe(false);
    }
  });

  test("a forbidden call in a codec", async () => {
    for (const [swallows, steps] of [
      [false, 9],
      [true, 9],
      [false, 0],
      [true, 0],
    ] as const) {
      const codec = defineSimulation<{ brain: Brain; n: number }>({
        name: "codec",
        init: () => ({ brain: new Brain(), n: 0 }),
        step(state) {
          state.n++;
        },
        types: {
          Brain: {
            is: (value) => value instanceof Brain,
            encode: () => {
              if (!swallows) return Math.random();
              try {
                return Math.random();
              } catch {
                return 1;
              }
            },
            decode: () => new Brain(),
          },
        },
      });
      const recording = record(codec, { steps, seed: 1 });
      await expect(recording).rejects.toMatchObject({
        code: swallows ? "FORBIDDEN_IN_STEP" : "FUNCTION_FAILED",
        message: expect.stringContaining("Math.random() was called"),
      });
    }
  });

  test("a promise, from a step", async () => {
    // biome-ignore lint/suspicious/noThenProperty: the test needs a thenable.
    const thenable = { then: () => 1 };
    for (const give of [async (x: Box) => x, () => thenable, async () => undefined]) {
      await fc.assert(
        fc.asyncProperty(places, slices, async (place, elapsedMs) => {
          const env = slicedEnvironment(() => elapsedMs);
          const simulation = counting(place.at, give);
          const recording = await attempt(env, simulation, { ...place, seed: 4 });
          const error = await expectKept(env, recording, place, "STEP_RETURNED_PROMISE", place.at);
          expect(error.data.step).toBe(place.at);
        }),
        { numRuns: runs(8) },
      );
    }
  });

  test("a promise or nothing, from init", async () => {
    const scalar = { name: "s", step: (x: number) => x };
    const cases: [() => unknown, string][] = [
      [async () => 0, "STEP_RETURNED_PROMISE"],
      [() => undefined, "INIT_FAILED"],
      [
        () => {
          throw new Error("mine");
        },
        "INIT_FAILED",
      ],
    ];
    for (const [init, code] of cases) {
      const simulation = { ...scalar, init } as AnySimulation;
      await expect(record(simulation, { steps: 5, seed: 1 })).rejects.toMatchObject({ code });
      await expect(record(simulation, { steps: 0, seed: 1 })).rejects.toMatchObject({ code });
    }
  });

  test.each([0, -0, Number.NaN, "", "text", 5n, true, false, null])(
    "nothing, if the state is %s",
    async (state) => {
      await fc.assert(
        fc.asyncProperty(places, async ({ at, blockSize, steps }) => {
          const simulation: AnySimulation = {
            name: "scalar",
            init: () => state,
            step: (x: unknown, _rng, ctx) => (ctx.step === at ? undefined : x),
          };
          const env = slicedEnvironment(() => 10);
          const options = { steps, blockSize, seed: 1 };
          const { kept, failure } = await attempt(env, simulation, options);
          expect(failure).toMatchObject({ code: "STEP_RETURNED_NOTHING", data: { step: at } });
          expect(kept?.manifest.steps ?? 0).toBe(at);
          if (kept === undefined) return;
          const run = await openRun(kept.id, env);
          expect(Object.is(await run.get(run.steps), state)).toBe(true);
        }),
        { numRuns: runs(5) },
      );
    },
  );

  test("a step that fails, in any form of state: the run before it is kept and can be continued", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...FORMS), places, async (form, place) => {
        const { at, blockSize, steps } = place;
        const { simulation } = form;
        const failing: AnySimulation = {
          ...simulation,
          step(state, rng, ctx) {
            if (ctx.step === at) throw new RangeError("mine");
            return simulation.step(state, rng, ctx as never);
          },
        };
        const env = slicedEnvironment(() => 20);
        const { kept, failure } = await attempt(env, failing, { steps, blockSize, seed: 8 });
        const lineage: Lineage = { form, steps, blockSize, seed: 8, params: {}, changes: [] };
        const { bytes } = bruteForce(lineage);
        expect(failure).toMatchObject({ code: "STEP_FAILED", data: { step: at } });
        expect(failure?.message).toContain("RangeError: mine");
        // The error shows the state before the step that failed.
        const shown = encodingOf(form, failure?.data.state);
        expect(Buffer.compare(shown, bytes[at]!)).toBe(0);
        expect(kept?.manifest.steps ?? 0).toBe(at);
        if (kept === undefined) return;
        const run = await openRun<unknown, Knobs>(kept.id, reopened(env, simulation));
        expect(run.steps).toBe(at);
        const mended = await run.branch(run.steps, { steps });
        const last = encodingOf(form, await mended.get(steps));
        expect(Buffer.compare(last, bytes[steps]!)).toBe(0);
      }),
      { numRuns: runs(40) },
    );
  });

  test("a fork that fails keeps its own steps, and the parent's past", async () => {
    const place = { at: 57, blockSize: 10, steps: 80 };
    const env = slicedEnvironment(() => 20);
    const parent = await attempt(env, BENIGN, { steps: 80, blockSize: 10, seed: 4 });
    const run = await openRun<Box, { quick: number }>(parent.kept!.id, env);
    const simulation = counting(place.at, () => Promise.resolve());
    for (const step of [0, 13, 20, 49, 50, 55, 57]) {
      const { kept, failure } = await attemptFork(env, run as never, step, { simulation });
      expect(failure?.code).toBe("STEP_RETURNED_PROMISE");
      if (step === place.at) {
        expect(kept).toBeUndefined();
        continue;
      }
      expect(kept!.manifest.steps).toBe(57);
      const fork = await openRun<Box, { quick: number }>(kept!.id, reopened(env, BENIGN));
      for (const t of [0, step, 57]) expect(await fork.get(t)).toEqual(await run.get(t));
      const mended = await fork.branch(57, { simulation: BENIGN as never, steps: 80 });
      expect(storedStates(mended.manifest)).toEqual(storedStates(run.manifest));
    }
  });
});

describe("refusal: memory outside the state", () => {
  test("a step can leave nothing on the context or on the generator", async () => {
    const leaves: ((rng: object, ctx: object) => unknown)[] = [
      (rng) => Object.assign(rng, { spare: 1 }),
      (rng) => Object.assign(rng, { random: () => 0.5 }),
      (_, ctx) => Object.assign(ctx, { memory: 1 }),
      (_, ctx) => Object.assign(ctx, { params: {} }),
    ];
    // In the first block, in a later one, and inside a block that a fork continues.
    for (const [at, fork] of [
      [0, 0],
      [9, 0],
      [13, 11],
    ] as const) {
      for (const leave of leaves) {
        const simulation: AnySimulation = {
          ...BENIGN,
          step(state: Box, rng: object, ctx: { readonly step: number }) {
            if (ctx.step === at) leave(rng, ctx);
            state.n++;
          },
        };
        const options = { steps: 20, seed: 1, blockSize: 8 };
        const run = await record(BENIGN, options);
        const recording =
          fork === 0 ? record(simulation, options) : run.branch(fork, { simulation } as never);
        const refused = { code: "STEP_FAILED", data: { step: at } };
        await expect(recording, String(leave)).rejects.toMatchObject(refused);
      }
    }
  });

  test("the self-check finds a counter outside the state", async () => {
    let outside = 0;
    const simulation = defineSimulation({
      name: "outside",
      init: () => 0,
      step: (x: number) => x + outside++,
    });
    const recording = record(simulation, { steps: 20, seed: 1, selfCheck: true });
    await expect(recording).rejects.toMatchObject({ code: "SELF_CHECK_FAILED" });
    outside = 0;
    const unchecked = await record(simulation, { steps: 20, seed: 1 });
    expect((await unchecked.verify({ full: true })).ok).toBe(false);
  });
});
