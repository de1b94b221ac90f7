import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Run } from "../../src/replay/run/run.ts";
import {
  branched,
  type ForkPlan,
  families,
  forked,
  fractions,
  lineagesOf,
  recorded,
} from "../support/arbitraries.ts";
import { blockSizeOf, type Lineage } from "../support/brute-force.ts";
import { counted, countingStore, reopen, slicedEnvironment } from "../support/environments.ts";
import { runs } from "../support/runs.ts";
import { FORMS, type Knobs } from "../support/simulation-forms.ts";

interface Counted {
  readonly run: Run<unknown, Knobs>;
  readonly lineage: Lineage;
  readonly count: { steps: number };
  /** The same run in an object that has replayed nothing yet. */
  again(): Promise<Run<unknown, Knobs>>;
}

/** A family's last member, with a count of its steps. Also checks the cost of its recording. */
async function lastOf(lineage: Lineage, plans: readonly ForkPlan[] = []): Promise<Counted> {
  const { simulation, count } = counted(lineage.form.simulation);
  const env = slicedEnvironment(() => 1);
  let member: Lineage = { ...lineage, form: { ...lineage.form, simulation } };
  let run = await recorded(env, member);
  expect(count.steps).toBe(member.steps);
  for (const plan of plans) {
    const fork = forked(member, plan);
    count.steps = 0;
    run = await branched(run, fork.lineage);
    // To the end of the block, which is compared with the recording before the fork begins.
    expect(count.steps - (fork.lineage.steps - fork.at)).toBeLessThanOrEqual(run.blockSize);
    member = fork.lineage;
  }
  count.steps = 0;
  return { run, lineage: member, count, again: () => reopen(env, run) };
}

/** The number of steps that `work` applies. */
async function stepsOf(count: { steps: number }, work: () => Promise<unknown>): Promise<number> {
  const before = count.steps;
  await work();
  return count.steps - before;
}

describe("cost in steps", () => {
  test("a get applies fewer than B steps, and the rest of the block once, whatever was read before", async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.array(fractions, { minLength: 1, maxLength: 20 }),
        async ({ lineage, plans }, places) => {
          const { run, count, again } = await lastOf(lineage, plans);
          const checked = new Set<number>();
          for (const fraction of places) {
            const step = Math.round(fraction * run.steps);
            const [first, second] = [await again(), await again()];
            const stretch = run.replayer.stretchStart(step);
            const checks = step !== stretch && step !== run.steps && !checked.has(stretch);
            const bound = run.blockSize - (checks ? 0 : 1);
            expect(await stepsOf(count, () => first.get(step))).toBeLessThanOrEqual(bound);
            if (checks) checked.add(stretch);
            // Every object of the same environment knows the checked blocks.
            expect(await stepsOf(count, () => second.get(step))).toBeLessThan(run.blockSize);
            expect(await stepsOf(count, () => run.get(step))).toBeLessThan(run.blockSize);
            const unchecked = () => first.get(step, { check: false });
            expect(await stepsOf(count, unchecked)).toBeLessThan(run.blockSize);
          }
        },
      ),
      { numRuns: runs(50) },
    );
  });

  test("checkpoints and the last state take no steps", async () => {
    await fc.assert(
      fc.asyncProperty(families, async ({ lineage, plans }) => {
        const { run, count, again } = await lastOf(lineage, plans);
        for (const step of [0, run.blockSize, run.blockSize * 2, run.steps]) {
          if (step > run.steps) continue;
          const fresh = await again();
          expect(await stepsOf(count, () => fresh.get(step))).toBe(0);
        }
      }),
      { numRuns: runs(40) },
    );
  });

  test("a walk forward applies each step at most once, and once more to check it", async () => {
    await fc.assert(
      fc.asyncProperty(families, async ({ lineage, plans }) => {
        const { run, count, again } = await lastOf(lineage, plans);
        for (let step = 0; step <= run.steps; step++) await run.get(step);
        expect(count.steps).toBeLessThanOrEqual(2 * run.steps);
        count.steps = 0;
        const later = await again();
        for (let step = 0; step <= run.steps; step++) await later.get(step);
        expect(count.steps).toBeLessThanOrEqual(run.steps);
      }),
      { numRuns: runs(30) },
    );
  });

  test("a walk backward takes O(log B) steps per step", async () => {
    const long = lineagesOf(fc.constantFrom(...FORMS), fc.integer({ min: 1, max: 900 }));
    await fc.assert(
      fc.asyncProperty(long, async (lineage) => {
        const { run, count } = await lastOf(lineage);
        for (let step = run.steps; step >= 0; step--) await run.get(step);
        const perStep = 1 + Math.log2(blockSizeOf(lineage)) / 2;
        expect(count.steps).toBeLessThanOrEqual(run.steps * perStep);
      }),
      { numRuns: runs(30) },
    );
  });

  test("find and stats apply each step once, and none after the first match", async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.tuple(fractions, fc.nat(200), fc.nat(300)),
        async ({ lineage, plans }, [start, hit, more]) => {
          const { run, count } = await lastOf(lineage, plans);
          const from = Math.round(start * run.steps);
          const to = Math.min(run.steps, from + hit + more);
          const stop = Math.min(to, from + hit);
          const offGrid = from % run.blockSize;
          const find = () => run.find((_, ctx) => ctx.step === stop, { from, to });
          // The match is replayed once more, to the end of its block if that is not checked.
          const found = offGrid + (stop - from) + run.blockSize;
          expect(await stepsOf(count, find)).toBeLessThanOrEqual(found);
          const stats = () => run.stats((_, ctx) => ctx.step, { from, to });
          // A pass that ends between two checkpoints is compared with a replay of its last state.
          const whole = from === 0 && to === run.steps && to > 0;
          const again = whole ? 0 : run.blockSize;
          expect(await stepsOf(count, stats)).toBeLessThanOrEqual(offGrid + to - from + again);
        },
      ),
      { numRuns: runs(30) },
    );
  });
});

describe("cost in objects", () => {
  test("a get reads one object per level of the timeline, and its state", async () => {
    const steps = 64 ** 2 * 5 + 321;
    const store = countingStore();
    const env = slicedEnvironment(() => 1, store);
    const lineage = { steps, blockSize: 1, seed: 5, params: { draws: 1 }, changes: [] };
    // States of over 32 bytes, each a separate object.
    const form = FORMS.find(({ simulation }) => simulation.name === "fresh-object")!;
    const run = await recorded(env, { form, ...lineage });
    const levels = Math.ceil(Math.log(steps) / Math.log(64));
    for (const step of [0, 1, 4095, 4096, 4097, 12_345, steps - 400, steps - 1, steps]) {
      const fresh = await reopen(env, run);
      store.reads = 0;
      await fresh.get(step);
      // Program and seeds are cached for all runs; the top level is in the manifest.
      expect(store.reads, `step ${step}`).toBeLessThanOrEqual(2 + levels);
    }
    store.reads = 0;
    await run.branch(12_345, { steps: 12_345 });
    expect(store.reads).toBeLessThanOrEqual(2 + 2 * levels);
  });

  test("a pass reads each tile once, and no state except the first", async () => {
    const steps = 64 ** 2 + 100;
    const store = countingStore();
    const env = slicedEnvironment(() => 1, store);
    const lineage = { steps, blockSize: 1, seed: 5, params: {}, changes: [] };
    const run = await recorded(env, { form: FORMS[2]!, ...lineage });
    store.reads = 0;
    await run.stats((_, ctx) => ctx.step);
    expect(store.reads).toBeLessThanOrEqual(4 + Math.ceil(steps / 64) + 1);
  });
});
