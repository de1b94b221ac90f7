import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { advance, type Position } from "../advance.ts";
import { decodeState, type Environment, encodeState } from "../environment.ts";
import { functionFailed } from "../look/failures.ts";
import type { LiveSegment } from "../segment.ts";
import type { Params, StepContext } from "../simulation.ts";
import { Watch } from "../watch.ts";

/** A fork of a way to a state: at this step, with this seed. */
export interface Hop {
  readonly step: number;
  readonly seed: bigint;
}

/** A state that was reached, and the way to it. */
export interface Exemplar {
  readonly step: number;
  readonly encoded: Uint8Array;
  readonly level: number;
  readonly isGoal: boolean;
  readonly hops: readonly Hop[];
}

/** The user's functions of a state. */
export interface Questions {
  level(state: unknown, context: StepContext<Params>): number;
  goal(state: unknown, context: StepContext<Params>): boolean;
  /** Whether nothing more can come of a trial. */
  stop(state: unknown, context: StepContext<Params>): boolean;
}

/** What a trial needs to know. */
export interface Course {
  readonly env: Environment;
  /** The segment that the trials continue, each with its own seed. */
  readonly segment: LiveSegment;
  readonly questions: Questions;
  /** The last step of a trial. */
  readonly end: number;
}

/** The result of a trial. */
export interface TrialResult {
  /** Where it reached its level, or the goal; undefined if it did not. */
  readonly reached: Exemplar | undefined;
  /** The highest level of its states. */
  readonly highest: number;
  readonly steps: number;
}

/**
 * Runs a fork of an exemplar with a new seed until a state is at least at `level`, or is the goal.
 * Without a level, only the goal ends it. Awaits `breathe` after each block.
 */
export async function runTrial(
  { env, segment: shared, questions, end }: Course,
  from: Exemplar,
  seed: bigint,
  level: number | undefined,
  breathe: () => Promise<void>,
): Promise<TrialResult> {
  const { step: begin } = from;
  const segment = shared.seeded(seed, begin);
  const { simulation, blockSize } = segment;
  const position: Position = {
    step: begin,
    state: decodeState(from.encoded, simulation),
    streams: segment.streamsAt(begin, undefined),
    segment,
    watch: Watch.idle(begin, env),
  };
  let highest = from.level;
  let reached: { readonly level: number; readonly isGoal: boolean } | undefined;
  const visit = (state: unknown, context: StepContext<Params>): boolean => {
    const now = questions.level(state, context);
    if (now > highest) highest = now;
    const isGoal = questions.goal(state, context);
    if (isGoal || (level !== undefined && now >= level)) reached = { level: now, isGoal };
    return reached !== undefined || questions.stop(state, context);
  };
  let stopped = false;
  while (!stopped && position.step < end) {
    const { step } = position;
    if (step > begin && segment.source.beginsAt(step)) position.streams = segment.source.at(step);
    const next = Math.min(end, step - (step % blockSize) + blockSize);
    stopped = env.guard(() => advance(position, next, visit));
    await breathe();
  }
  const steps = position.step - begin;
  if (reached === undefined) return { reached: undefined, highest, steps };
  const encoded = env.guard(() => encodeState(position.state, simulation, env));
  const hops = [...from.hops, { step: begin, seed }];
  return { reached: { ...reached, step: position.step, encoded, hops }, highest, steps };
}

/** The user's functions, whose errors name the step, and whose levels are numbers. */
export function questionsOf(given: {
  readonly level: (state: never, context: never) => unknown;
  readonly goal: (state: never, context: never) => unknown;
  readonly stop?: ((state: never, context: never) => unknown) | undefined;
}): Questions {
  const asking =
    (ask: (state: never, context: never) => unknown) =>
    (state: unknown, context: StepContext<Params>): unknown => {
      try {
        return ask(state as never, context as never);
      } catch (cause) {
        throw functionFailed(cause, context.step);
      }
    };
  const [level, goal] = [asking(given.level), asking(given.goal)];
  const stop = given.stop && asking(given.stop);
  return {
    level(state, context) {
      const value = level(state, context);
      if (typeof value === "number" && !Number.isNaN(value)) return value;
      const { step } = context;
      throw new RewindError(
        "FUNCTION_FAILED",
        `expected the level to be a number, got ${describe(value)} at step ${count(step)}`,
        { step },
      );
    },
    goal: (state, context) => Boolean(goal(state, context)),
    stop: stop === undefined ? () => false : (state, context) => Boolean(stop(state, context)),
  };
}
