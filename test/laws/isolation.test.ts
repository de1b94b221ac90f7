import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { record } from "../../src/index.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { defineSimulation } from "../../src/replay/simulation.ts";
import {
  branched,
  type ForkPlan,
  families,
  forked,
  fractions,
  lineages,
  recorded,
} from "../support/arbitraries.ts";
import { bruteForce, encodingOf, type Lineage } from "../support/brute-force.ts";
import { runs } from "../support/runs.ts";
import type { Knobs } from "../support/simulation-forms.ts";

const placeLists = fc.array(fractions, {
  minLength: 1,
  maxLength: 12,
});

/** Changes everything reachable from a value. */
function spoil(value: unknown, seen: Set<unknown> = new Set()): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Date) value.setTime(-1);
  else if (ArrayBuffer.isView(value)) new Uint8Array(value.buffer).fill(0xab);
  else if (value instanceof Map) {
    for (const [key, item] of value) {
      spoil(item, seen);
      value.delete(key);
    }
    value.set("spoilt", true);
  } else if (value instanceof Set) {
    for (const item of value) spoil(item, seen);
    value.clear();
    value.add("spoilt");
  } else {
    for (const [key, item] of Object.entries(value)) {
      spoil(item, seen);
      (value as Record<string, unknown>)[key] = "spoilt";
    }
    if (Array.isArray(value)) value.length = 0;
    else (value as Record<string, unknown>).spoilt = true;
  }
}

async function expectAll(run: Run<unknown, Knobs>, lineage: Lineage): Promise<void> {
  const { bytes } = bruteForce(lineage);
  for (const [step, expected] of bytes.entries()) {
    const actual = encodingOf(lineage.form, await run.get(step));
    if (Buffer.compare(actual, expected) !== 0) expect.fail(`another state at step ${step}`);
  }
}

describe("isolation: nothing outside can alter a stored or cached state", () => {
  test("changing what get returned changes nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(families, placeLists, async ({ lineage, plans }, places) => {
        let run = await recorded(nodeEnvironment(), lineage);
        let member = lineage;
        for (const plan of plans) {
          const fork = forked(member, plan);
          run = await branched(run, fork.lineage);
          member = fork.lineage;
        }
        const { bytes } = bruteForce(member);
        for (const place of places) {
          const step = Math.round(place * run.steps);
          // The same step, its neighbours and the ends, which a cache might hold.
          for (const next of [step, step, step - 1, step + 1, 0, run.steps, step]) {
            if (next < 0 || next > run.steps) continue;
            const state = await run.get(next);
            const actual = encodingOf(member.form, state);
            if (Buffer.compare(actual, bytes[next]!) !== 0) expect.fail(`another state at ${next}`);
            spoil(state);
          }
        }
      }),
      { numRuns: runs(50) },
    );
  });

  test("changing what find returned changes nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, placeLists, async (lineage, places) => {
        const run = await recorded(nodeEnvironment(), lineage);
        const { bytes } = bruteForce(lineage);
        for (const place of places.slice(0, 3)) {
          const step = Math.round(place * run.steps);
          for (let again = 0; again < 2; again++) {
            const found = await run.find((_, ctx) => ctx.step === step, { from: step });
            const actual = encodingOf(lineage.form, found!.state);
            expect(Buffer.compare(actual, bytes[step]!)).toBe(0);
            spoil(found!.state);
            const got = encodingOf(lineage.form, await run.get(step));
            expect(Buffer.compare(got, bytes[step]!)).toBe(0);
          }
        }
      }),
      { numRuns: runs(50) },
    );
  });

  test("earlier results do not change while later states are replayed", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, placeLists, async (lineage, places) => {
        const run = await recorded(nodeEnvironment(), lineage);
        const { bytes } = bruteForce(lineage);
        const held: [number, unknown][] = [];
        for (const place of places) {
          const step = Math.round(place * run.steps);
          for (const next of [step, Math.min(step + 1, run.steps), Math.min(step + 2, run.steps)]) {
            held.push([next, await run.get(next)]);
          }
        }
        for (const [step, state] of held) {
          expect(Buffer.compare(encodingOf(lineage.form, state), bytes[step]!)).toBe(0);
        }
      }),
      { numRuns: runs(50) },
    );
  });

  test("a predicate or a metric that changes its state is detected, or harms no later get", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(lineages, placeLists, async (lineage, places) => {
        const run = await recorded(nodeEnvironment(), lineage);
        const steps = new Set(places.map((place) => Math.round(place * run.steps)));
        const spoiling = (state: unknown, ctx: { readonly step: number }): boolean => {
          if (steps.has(ctx.step)) spoil(state);
          return false;
        };
        const passes = [
          () => run.find(spoiling),
          () => run.stats((state, ctx) => Number(spoiling(state, ctx))),
        ];
        for (const pass of passes) {
          try {
            await pass();
          } catch (error) {
            // A changed state may also make the next step fail.
            if (
              !isRewindError(
                error,
                "REPLAY_MISMATCH",
                "STEP_FAILED",
                "UNSUPPORTED_STATE",
                "FUNCTION_FAILED",
              )
            ) {
              throw error;
            }
            refused++;
          }
        }
        await expectAll(run, lineage);
      }),
      { numRuns: runs(50) },
    );
    expect(refused).toBeGreaterThan(0);
  });

  test("a pass over changed states is detected at the end of its block", async () => {
    const counter = defineSimulation({
      name: "counter",
      init: () => ({ n: 0 }),
      step(state) {
        state.n++;
      },
    });
    const run = await record(counter, { steps: 20, seed: 1, blockSize: 5 });
    for (const at of [0, 3, 5, 17]) {
      const pass = run.find((state, ctx) => {
        if (ctx.step === at) state.n = -100;
        return false;
      });
      await expect(pass).rejects.toMatchObject({ code: "FUNCTION_FAILED" });
    }
    // An assignment instead of a comparison finds states that the run never had.
    const assigning = run.find((state) => {
      state.n = 5;
      return state.n === 5;
    });
    await expect(assigning).rejects.toMatchObject({ code: "FUNCTION_FAILED" });
    expect(await run.get(0)).toEqual({ n: 0 });
  });

  test("a fork with any changes leaves its parent and its siblings as they were", async () => {
    await fc.assert(
      fc.asyncProperty(families, async ({ lineage, plans }) => {
        const run = await recorded(nodeEnvironment(), lineage);
        const before = run.root;
        const forks = plans.map((plan: ForkPlan) => forked(lineage, plan).lineage);
        const siblings = await Promise.all(forks.map((fork) => branched(run, fork)));
        for (const [i, sibling] of siblings.entries()) await expectAll(sibling, forks[i]!);
        expect(run.root).toBe(before);
        await expectAll(run, lineage);
      }),
      { numRuns: runs(25) },
    );
  });

  test("no step changes the caller's values of init, mutate and set", async () => {
    const first = { xs: [1], at: new Map([["a", Float64Array.of(1)]]) };
    const pushing = defineSimulation({
      name: "pushing",
      init: () => first,
      step(state, rng) {
        state.xs.push(rng.integer(0, 9));
        state.at.get("a")![0]! += 1;
      },
    });
    const options = { steps: 200, seed: 1, blockSize: 7 };
    const a = await record(pushing, options);
    const b = await record(pushing, options);
    expect(b.root).toBe(a.root);
    expect(first).toEqual({ xs: [1], at: new Map([["a", Float64Array.of(1)]]) });

    const other = { xs: [5], at: new Map([["a", Float64Array.of(5)]]) };
    const change = { mutate: () => other, set: { 'at.get("a")': Float64Array.of(2), xs: [7] } };
    const wanted = await a.branch(10, { ...change, set: { ...change.set, xs: [7] } });
    for (const step of [10, 9, 10]) {
      const [c, d] = await Promise.all([a.branch(step, change), a.branch(step, change)]);
      expect(c.root).toBe(d.root);
      if (step === 10) expect(c.root).toBe(wanted.root);
    }
    expect(change.set.xs).toEqual([7]);
    expect(other).toEqual({ xs: [5], at: new Map([["a", Float64Array.of(5)]]) });
  });

  test("changing an object that mutate kept does not change the fork", async () => {
    const counter = defineSimulation({
      name: "kept",
      init: () => ({ n: 0 }),
      step(state) {
        state.n++;
      },
    });
    const run = await record(counter, { steps: 300, seed: 1, blockSize: 10 });
    let kept: { n: number } | undefined;
    const fork = await run.branch(5, {
      mutate(state) {
        kept = state;
        state.n = 1000;
      },
      onProgress: () => {
        kept!.n = -1;
      },
    });
    expect(await fork.get(300)).toEqual({ n: 1295 });
    expect(await fork.get(7)).toEqual({ n: 1002 });

    const meddling = await run.branch(5, {
      steps: 5,
      mutate(state) {
        state.n = 2000;
        // Keeps changing it while the fork is being prepared.
        void (async () => {
          for (let turn = 0; turn < 100; turn++) {
            await undefined;
            state.n++;
          }
        })();
      },
    });
    expect(await meddling.get(5)).toEqual({ n: 2000 });
    expect(meddling.root).toBe((await run.branch(5, { steps: 5, set: { n: 2000 } })).root);
  });

  test("neither the caller nor a step can change params", async () => {
    const params = { weights: [1, 2] };
    const weighing = defineSimulation({
      name: "weighing",
      params: { weights: [0] },
      init: () => 0,
      step: (x: number, _rng, ctx) => x + ctx.params.weights[0]!,
    });
    const run = await record(weighing, { steps: 20, seed: 1, params });
    params.weights[0] = 100;
    expect(await run.get(20)).toBe(20);
    expect(await run.get(3)).toBe(3);
    const extended = await run.branch(20, { steps: 30 });
    expect(await extended.get(30)).toBe(30);
    const meddlers = [
      (ctx: { params: { weights: number[] } }) => ctx.params.weights.push(1),
      (ctx: { params: { weights: number[] } }) => {
        ctx.params.weights = [];
      },
      (ctx: { params: { weights: number[] } }) => {
        ctx.params = { weights: [9] };
      },
      (ctx: object) => Object.assign(ctx, { memory: 1 }),
    ];
    for (const meddle of meddlers) {
      const meddling = defineSimulation({
        ...weighing,
        step(x: number, _rng, ctx) {
          meddle(ctx as never);
          return x + ctx.params.weights[0]!;
        },
      });
      const recording = record(meddling, { steps: 20, seed: 1 });
      await expect(recording, String(meddle)).rejects.toMatchObject({ code: "STEP_FAILED" });
    }
  });
});
