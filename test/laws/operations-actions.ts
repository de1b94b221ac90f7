import fc from "fast-check";
import { type ForkPlan, forkPlans, fractions, knobs, seeds } from "../support/arbitraries.ts";
import { FORMS, type Knobs } from "../support/simulation-forms.ts";

/** What stops a recording: a step that fails, or Ctrl-C after a part of it. */
export interface Stop {
  readonly by: "failure" | "interrupt";
  readonly after: number;
}

/** A choice of a run, before the existing runs are known. */
export interface Where {
  readonly as: "branch" | "tag" | "archive" | "id" | "HEAD" | "ago";
  readonly which: number;
}

/** One action of a user. Names and places are numbers, taken modulo the number of existing ones. */
export type Action =
  | {
      readonly do: "record";
      readonly name: number;
      readonly form: number;
      readonly steps: number;
      readonly blockSize: number;
      readonly seed: number | bigint;
      readonly params: Partial<Knobs>;
      readonly restart: boolean;
      readonly stop: Stop | undefined;
    }
  | {
      readonly do: "branch";
      readonly name: number;
      readonly of: Where;
      readonly plan: ForkPlan;
      readonly stop: Stop | undefined;
    }
  | {
      readonly do: "matrix";
      readonly name: number;
      readonly of: Where;
      readonly plan: ForkPlan;
      readonly values: readonly Partial<Knobs>[];
      readonly stop: Stop | undefined;
    }
  | {
      readonly do: "extend";
      readonly name: number;
      readonly by: number;
      readonly params: Partial<Knobs> | undefined;
      readonly stop: Stop | undefined;
    }
  | { readonly do: "resume"; readonly name: number; readonly stop: Stop | undefined }
  | { readonly do: "reset"; readonly name: number; readonly fraction: number }
  | { readonly do: "tag"; readonly name: number; readonly of: Where; readonly force: boolean }
  | { readonly do: "untag"; readonly name: number }
  | { readonly do: "delete"; readonly name: number }
  | { readonly do: "rename"; readonly name: number; readonly to: number }
  | { readonly do: "checkout"; readonly of: Where; readonly fraction: number }
  | { readonly do: "step"; readonly fraction: number }
  | { readonly do: "undo"; readonly times: number }
  | { readonly do: "redo"; readonly times: number }
  | { readonly do: "reopen" };

/** Some of these names conflict with each other, and so do some of their archived names. */
export const BRANCHES: readonly string[] = ["main", "a", "b", "a/1", "fix/long.name", "B", "größe"];
export const TAGS: readonly string[] = ["v1", "v2", "paper/final"];

const stop = fc.option(
  fc.record({ by: fc.constantFrom("failure" as const, "interrupt" as const), after: fractions }),
  { nil: undefined, freq: 2 },
);
const name = fc.nat(97);
const where: fc.Arbitrary<Where> = fc.record({
  as: fc.constantFrom("branch", "branch", "branch", "tag", "archive", "id", "HEAD", "ago"),
  which: fc.nat(97),
});

export const actions: fc.Arbitrary<Action> = fc.oneof(
  weighted(6, {
    do: fc.constant("record" as const),
    name,
    form: fc.nat(FORMS.length - 1),
    // Over 64 checkpoints fill a tile, which is a separate object.
    steps: fc.oneof({ weight: 9, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(130) }),
    blockSize: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 })),
    seed: seeds,
    params: knobs,
    restart: fc.boolean(),
    stop,
  }),
  weighted(5, { do: fc.constant("branch" as const), name, of: where, plan: forkPlans, stop }),
  weighted(2, {
    do: fc.constant("matrix" as const),
    name,
    of: where,
    plan: forkPlans,
    values: fc.array(knobs, { minLength: 1, maxLength: 3 }),
    stop,
  }),
  weighted(4, {
    do: fc.constant("extend" as const),
    name,
    by: fc.nat(30),
    params: fc.option(knobs, { nil: undefined }),
    stop,
  }),
  weighted(3, { do: fc.constant("resume" as const), name, stop }),
  weighted(3, { do: fc.constant("reset" as const), name, fraction: fractions }),
  weighted(2, { do: fc.constant("tag" as const), name, of: where, force: fc.boolean() }),
  weighted(1, { do: fc.constant("untag" as const), name }),
  weighted(2, { do: fc.constant("delete" as const), name }),
  weighted(2, { do: fc.constant("rename" as const), name, to: name }),
  weighted(2, { do: fc.constant("checkout" as const), of: where, fraction: fractions }),
  weighted(1, { do: fc.constant("step" as const), fraction: fractions }),
  weighted(3, { do: fc.constant("undo" as const), times: fc.integer({ min: 1, max: 3 }) }),
  weighted(3, { do: fc.constant("redo" as const), times: fc.integer({ min: 1, max: 3 }) }),
  weighted(1, { do: fc.constant("reopen" as const) }),
);

function weighted<T extends Action>(
  weight: number,
  fields: { [K in keyof T]: fc.Arbitrary<T[K]> },
): { weight: number; arbitrary: fc.Arbitrary<Action> } {
  return { weight, arbitrary: fc.record(fields) as fc.Arbitrary<Action> };
}
