import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import type { Environment } from "../../src/replay/environment.ts";
import { openRun } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import {
  branched,
  type ForkPlan,
  forked,
  forkPlans,
  fractions,
  lineages,
  recorded,
} from "../support/arbitraries.ts";
import { blockSizeOf, bruteForce, encodingOf, type Lineage } from "../support/brute-force.ts";
import {
  attempt,
  attemptFork,
  content,
  reopened,
  slicedEnvironment,
} from "../support/environments.ts";
import { runs } from "../support/runs.ts";
import { FORMS, type Form, type Knobs } from "../support/simulation-forms.ts";

/** One piece of work on a run: where it begins, how far it goes, and whether it is interrupted. */
interface Stretch {
  /** Extends the run as it is, or forks it without changes somewhere in its past. */
  readonly back: number | undefined;
  /** The part of the remaining steps to request. */
  readonly ahead: number;
  /** The part of those after which it is interrupted. */
  readonly cut: number | undefined;
  /** How many milliseconds a slice of work seems to take. */
  readonly elapsedMs: number;
  readonly selfCheck: boolean;
  /** Whether another process continues it. */
  readonly reopen: boolean;
}

const stretches: fc.Arbitrary<Stretch> = fc.record({
  back: fc.option(fractions, { nil: undefined, freq: 2 }),
  ahead: fractions,
  cut: fc.option(fractions, { nil: undefined, freq: 2 }),
  elapsedMs: fc.constantFrom(1, 20, 100, 100, 1_100),
  selfCheck: fc.boolean(),
  reopen: fc.boolean(),
});

/** Aborts once `done` of `total` steps reach the cut. */
function interruptAt(cut: number | undefined) {
  const abort = new AbortController();
  if (cut === 0) abort.abort();
  const onProgress = ({ done, total }: { done: number; total: number }) => {
    if (cut !== undefined && done >= cut * total) abort.abort();
  };
  return { signal: abort.signal, onProgress };
}

/** Continues a run to `goal`, piece by piece. The last piece is never interrupted. */
async function continued(
  first: Run<unknown, Knobs>,
  form: Form,
  env: Environment,
  goal: number,
  plan: readonly Stretch[],
  notBefore = 0,
): Promise<Run<unknown, Knobs>> {
  let here = env;
  let run = first;
  for (const { back, ahead, cut, elapsedMs, selfCheck, reopen } of plan) {
    here = { ...slicedEnvironment(() => elapsedMs, env.store), programs: here.programs };
    if (reopen) here = reopened(here, form.simulation);
    run = await openRun<unknown, Knobs>(run.id, here);
    const at = Math.max(notBefore, back === undefined ? run.steps : Math.round(back * run.steps));
    const steps = at + Math.round(ahead * (goal - at));
    const options = { steps, selfCheck, ...interruptAt(cut) };
    const { kept, failure } = await attemptFork(here, run, at, options);
    expect([undefined, "INTERRUPTED"]).toContain(failure?.code);
    if (kept === undefined) continue;
    run = await openRun<unknown, Knobs>(kept.id, here);
    expect(run.finished).toBe(failure === undefined);
  }
  return run.branch(run.steps, { steps: goal });
}

/** Checks that two runs have the same states and names, however each came about. */
function expectSame(run: Run<unknown, Knobs>, whole: Run<unknown, Knobs>): void {
  expect(content(run.manifest)).toEqual(content(whole.manifest));
  expect(run.root).toBe(whole.root);
  expect(run.finished).toBe(true);
}

async function expectExact(run: Run<unknown, Knobs>, lineage: Lineage): Promise<void> {
  const { bytes } = bruteForce(lineage);
  for (const step of [0, Math.floor(run.steps / 2), Math.max(0, run.steps - 1), run.steps]) {
    const actual = encodingOf(lineage.form, await run.get(step));
    expect(Buffer.compare(actual, bytes[step]!)).toBe(0);
  }
}

describe("path independence: one root, however a run came about", () => {
  test("interrupted and resumed, extended, forked without changes, in any chain", async () => {
    await fc.assert(
      fc.asyncProperty(
        lineages,
        fractions,
        fc.option(fractions, { nil: undefined }),
        fc.array(stretches, { maxLength: 5 }),
        async (lineage, part, cut, plan) => {
          const whole = await recorded(nodeEnvironment(), lineage);
          const { form, seed, params, streams, rng } = lineage;
          const env = slicedEnvironment(() => 100);
          const options = { blockSize: blockSizeOf(lineage), seed, params, streams, rng };
          const steps = Math.round(part * lineage.steps);
          const { kept } = await attempt(env, form.simulation, {
            ...options,
            steps,
            ...interruptAt(cut),
          });
          const first =
            kept === undefined
              ? await recorded(env, { ...lineage, ...options, steps: 0 })
              : await openRun<unknown, Knobs>(kept.id, env);
          const run = await continued(first, form, env, lineage.steps, plan);
          expectSame(run, whole);
          await expectExact(run, lineage);
        },
      ),
      { numRuns: runs(80) },
    );
  });

  test("a fork with changes is independent of its path too", async () => {
    await fc.assert(
      fc.asyncProperty(
        lineages,
        forkPlans,
        fc.option(fractions, { nil: undefined }),
        fc.array(stretches, { maxLength: 4 }),
        async (lineage, plan: ForkPlan, cut, more) => {
          const env = slicedEnvironment(() => 100);
          const parent = await recorded(env, lineage);
          const fork = forked(lineage, plan);
          const whole = await branched(parent, fork.lineage);
          const { amount, set, params, seed } = fork.lineage.changes.at(-1)!;
          const { kept } = await attemptFork(env, parent as Run, fork.at, {
            steps: fork.lineage.steps,
            set,
            params: params as Record<string, unknown> | undefined,
            seed,
            mutate:
              amount === undefined ? undefined : (state) => lineage.form.change(state, amount),
            ...interruptAt(cut),
          });
          const { steps } = fork.lineage;
          const first =
            kept === undefined
              ? await branched(parent, { ...fork.lineage, steps: fork.at })
              : await openRun<unknown, Knobs>(kept.id, env);
          const run = await continued(first, lineage.form, env, steps, more, fork.at);
          expectSame(run, whole);
          await expectExact(run, fork.lineage);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test("interrupted by a step itself, at every step of a run", async () => {
    const lineage: Lineage = {
      form: FORMS[3]!,
      steps: 23,
      blockSize: 5,
      seed: 11,
      params: {},
      changes: [],
    };
    const whole = await recorded(nodeEnvironment(), lineage);
    for (let last = 0; last < lineage.steps; last++) {
      const abort = new AbortController();
      const { simulation } = lineage.form;
      const env = slicedEnvironment(() => 100);
      const { kept, failure } = await attempt(
        env,
        {
          ...simulation,
          step(state, rng, ctx) {
            if (ctx.step === last) abort.abort();
            return simulation.step(state, rng, ctx);
          },
        },
        { steps: lineage.steps, blockSize: 5, seed: 11, signal: abort.signal },
      );
      const finished = last === lineage.steps - 1;
      expect(failure?.code).toBe(finished ? undefined : "INTERRUPTED");
      // Each slice is one step long here, so the signal takes effect at once.
      const steps = last + 1;
      expect(kept!.manifest).toMatchObject({ steps, goal: lineage.steps });
      const run = await openRun<unknown, Knobs>(kept!.id, reopened(env, simulation));
      const resumed = await run.branch(run.steps, { steps: lineage.steps });
      expect(resumed.root).toBe(whole.root);
    }
  });
});
