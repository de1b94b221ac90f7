import fc from "fast-check";
import type { Environment } from "../../src/replay/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { recordInto } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { blockSizeOf, type Change, type Lineage } from "./brute-force.ts";
import { FORMS, type Form, type Knobs, LARGE } from "./simulation-forms.ts";

/** A fork whose parent is not known yet. */
export interface ForkPlan {
  /** The place in the parent: a fraction of it, on the grid or anywhere, or an end. */
  readonly where: "start" | "end" | "grid" | "anywhere";
  readonly fraction: number;
  readonly amount: number | undefined;
  /** Which of the form's paths to set, and the value. */
  readonly set: { readonly path: number; readonly value: number } | undefined;
  readonly params: Partial<Knobs> | undefined;
  readonly seed: number | bigint | undefined;
  /** Steps after the fork's own step; the parent's length unless given. */
  readonly further: number | undefined;
}

/**
 * Parts of a whole, evenly from 0 to 1. Most doubles are tiny, so `fc.double` would nearly always
 * give one close to an end.
 */
export const fractions: fc.Arbitrary<number> = fc.nat(10_000).map((part) => part / 10_000);

export const seeds: fc.Arbitrary<number | bigint> = fc.oneof(
  fc.nat({ max: 50 }),
  fc.maxSafeNat(),
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
);

export const knobs: fc.Arbitrary<Partial<Knobs>> = fc.record(
  {
    draws: fc.integer({ min: 0, max: 5 }),
    gain: fc.constantFrom(0.25, 0.5, 1, 2),
    levels: fc.array(fc.constantFrom(-1, 0.5, 2), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: [] },
);

/** Lengths: mostly dozens of steps, seldom thousands. */
const lengths: fc.Arbitrary<number> = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 20, arbitrary: fc.integer({ min: 4, max: 90 }) },
  { weight: 5, arbitrary: fc.integer({ min: 91, max: 400 }) },
  { weight: 1, arbitrary: fc.integer({ min: 401, max: 3_000 }) },
);

/** Recordings from step 0, of every form, length and block size. */
export const lineages: fc.Arbitrary<Lineage> = fc.oneof(
  { weight: 30, arbitrary: lineagesOf(fc.constantFrom(...FORMS), lengths) },
  { weight: 1, arbitrary: lineagesOf(fc.constant(LARGE), fc.integer({ min: 0, max: 30 })) },
);

/** Recordings of given forms and lengths. */
export function lineagesOf(
  forms: fc.Arbitrary<Form>,
  steps: fc.Arbitrary<number>,
): fc.Arbitrary<Lineage> {
  return steps.chain((steps) =>
    fc.record({
      form: forms,
      steps: fc.constant(steps),
      blockSize: fc.oneof(
        fc.constant(undefined),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: steps + 3 }),
      ),
      seed: seeds,
      params: knobs,
      // Mostly the default, as in most runs.
      streams: fc.constantFrom(undefined, undefined, "continuous" as const, "step" as const),
      rng: fc.constantFrom(...Array.from({ length: 6 }, () => undefined), "numpy", "python"),
      changes: fc.constant([]),
    }),
  );
}

export const forkPlans: fc.Arbitrary<ForkPlan> = fc.record({
  where: fc.constantFrom("start", "end", "grid", "anywhere", "anywhere"),
  fraction: fractions,
  amount: fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined, freq: 2 }),
  set: fc.option(fc.record({ path: fc.nat(9), value: fc.integer({ min: -9, max: 9 }) }), {
    nil: undefined,
    freq: 2,
  }),
  params: fc.option(knobs, { nil: undefined, freq: 2 }),
  seed: fc.option(seeds, { nil: undefined, freq: 2 }),
  further: fc.option(fc.nat(60), { nil: undefined }),
});

/** A recording and forks, each of the one before. */
export const families: fc.Arbitrary<{ lineage: Lineage; plans: readonly ForkPlan[] }> = fc.record({
  lineage: lineages,
  plans: fc.array(forkPlans, { maxLength: 4 }),
});

/** The step at which a plan forks a run. */
export function placeOf(plan: ForkPlan, steps: number, blockSize: number): number {
  if (plan.where === "start") return 0;
  if (plan.where === "end") return steps;
  const step = Math.round(plan.fraction * steps);
  return plan.where === "grid" ? step - (step % blockSize) : step;
}

/** The lineage with the fork of a plan. */
export function forked(parent: Lineage, plan: ForkPlan): { at: number; lineage: Lineage } {
  const blockSize = blockSizeOf(parent);
  const at = placeOf(plan, parent.steps, blockSize);
  const { amount, params, seed } = plan;
  const { paths } = parent.form;
  const settable = plan.set !== undefined && paths.length > 0;
  const set = settable
    ? { [paths[plan.set.path % paths.length]!]: valueFor(parent, plan.set) }
    : undefined;
  const change: Change = { at, amount, set, params, seed };
  return {
    at,
    lineage: {
      ...parent,
      blockSize,
      steps: plan.further === undefined ? parent.steps : at + plan.further,
      changes: [...parent.changes.filter((earlier) => earlier.at <= at), change],
    },
  };
}

function valueFor({ form }: Lineage, set: { path: number; value: number }): unknown {
  const path = form.paths[set.path % form.paths.length];
  if (path === "trail" || path === "leader.bag") return [set.value, -0];
  return path === "day" ? new Date(set.value) : Math.abs(set.value);
}

/** Records a lineage without forks. */
export function recorded(env: Environment, lineage: Lineage): Promise<Run<unknown, Knobs>> {
  const { form, steps, blockSize, seed, params, streams, rng } = lineage;
  const options = { steps, blockSize, seed, params, streams, rng };
  return recordInto<unknown, Knobs>(env, codeOf(form.simulation), options);
}

/** Forks a run with the last change of its lineage. */
export function branched(
  parent: Run<unknown, Knobs>,
  { form, steps, changes }: Lineage,
): Promise<Run<unknown, Knobs>> {
  const { at, amount, set, params, seed } = changes.at(-1)!;
  return parent.branch(at, {
    steps,
    set,
    params,
    seed,
    mutate: amount === undefined ? undefined : (state) => form.change(state, amount),
  });
}
