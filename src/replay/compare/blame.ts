import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import { type ChangedBy, Leaves } from "../../codec/leaves.ts";
import { parsePath } from "../../codec/path/parse.ts";
import { snapshotValue } from "../../codec/snapshot.ts";
import type { Id } from "../../object/id.ts";
import { advance } from "../advance.ts";
import { drive } from "../drive.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { scan } from "../look/scan.ts";
import type { Replayer } from "../replayer.ts";
import { recorderOf } from "./recorder-of.ts";

/** Which part of a state to explain. */
export interface BlameOptions extends LongOptions {
  /** Only the part of the state at this path. */
  readonly path?: string | undefined;
  /** The most leaves to explain, in the order of the state; 1,000 unless given. */
  readonly limit?: number | undefined;
}

/** What those may be. */
export const BLAME_OPTIONS: OptionKinds<BlameOptions> = {
  ...LONG_OPTIONS,
  path: "text",
  limit: "limit",
};

/** Where a value of a state comes from. */
export interface BlamedLeaf {
  /** Where it is in the state. */
  readonly path: string;
  readonly value: unknown;
  /** The step that gave it this value: the state at `step` has it, the one before has another. */
  readonly step: number;
  /**
   * What gave it: a step, a change by hand in a fork at that step, or the beginning, if no step
   * changed it since the first state.
   */
  readonly by: ChangedBy | "start";
  /** The value before; undefined too if there was none. */
  readonly before: unknown;
  /** Whether the place did not exist before. */
  readonly isNew: boolean;
  /** The run that recorded that step first: this one, or one that it comes from. */
  readonly run: Id<"run">;
}

/** Where the values of a state come from. */
export interface Blame {
  /** In the order of the state; those inside instances that may lead to each other come last. */
  readonly leaves: readonly BlamedLeaf[];
  /** How many more leaves the state has. */
  readonly more: number;
}

/** How many leaves are explained unless more are asked for. */
const MOST_LEAVES = 1_000;

/**
 * For each leaf of the state at `step`, the step that changed it last and the value before. Searches
 * backward, and replays each block once, forward, until the change of every leaf is found.
 */
export async function blame(
  run: { readonly id: Id<"run">; readonly replayer: Replayer },
  step: number,
  options: BlameOptions,
): Promise<Blame> {
  const leaves = await changesBefore(run.replayer, step, options);
  const owner = await recorderOf(run);
  return {
    more: leaves.more,
    leaves: leaves.all.map(({ path, value, change }) => {
      const { step = 0, by = "start", before } = change ?? {};
      return {
        ...{ path, value, step, by },
        before: before && snapshotValue(before),
        isNew: before === undefined,
        run: owner(step, by),
      };
    }),
  };
}

/** The leaves of the state at `step`, with the last change of each. */
async function changesBefore(
  replayer: Replayer,
  step: number,
  { path = "state", limit = MOST_LEAVES, signal, onProgress }: BlameOptions,
): Promise<Leaves> {
  const { env } = replayer;
  const where = parsePath(path);
  // The states above this one have been looked at.
  let top = step;
  try {
    const { state, segment } = await replayer.positionAt(step, { signal });
    const { types } = segment.simulation;
    const leaves = env.guard(() => new Leaves(state, where, { types, limit }));
    const back = async (until: number): Promise<number> => {
      const begin = lastBegin(replayer, top);
      if (begin === top && top > 0) await crossFork(replayer, leaves, top, { signal });
      const from = begin === top ? top - 1 : Math.max(begin, replayer.gridBefore(step - until));
      if (begin < top) await lookThrough(replayer, leaves, { from, to: top }, { signal });
      leaves.settle();
      top = from;
      return leaves.isDone ? step : step - top;
    };
    if (!leaves.isDone) await drive(env, { signal, onProgress, from: 0, to: step }, back);
    return leaves;
  } catch (error) {
    throw interruptedAt(error, top);
  }
}

/** The last step, at most `top`, at which a segment begins with a state of its own; else 0. */
function lastBegin({ manifest }: Replayer, top: number): number {
  const found = manifest.segments.findLast(
    ({ start, begin }) => start <= top && begin !== undefined,
  );
  return found?.start ?? 0;
}

/** Looks at the states of a range in which no state was changed by hand. */
async function lookThrough(
  replayer: Replayer,
  leaves: Leaves,
  range: { readonly from: number; readonly to: number },
  { signal }: LongOptions,
): Promise<void> {
  await scan(replayer, range, { signal }, (state, context) => {
    const { types } = replayer.simulationOf(context);
    if (context.step === range.from) leaves.begin(state, types);
    else leaves.compare(state, types, context.step, "step");
    return false;
  });
}

/** Looks at the last step before a fork, then at what the fork changed in its result. */
async function crossFork(
  replayer: Replayer,
  leaves: Leaves,
  at: number,
  { signal }: LongOptions,
): Promise<void> {
  const { env } = replayer;
  const before = await replayer.positionAt(at - 1, { signal });
  const after = await replayer.positionAt(at, { signal });
  env.guard(() => {
    const { types } = before.segment.simulation;
    leaves.begin(before.state, types);
    advance(before, at);
    leaves.compare(before.state, types, at, "step");
    leaves.compare(after.state, after.segment.simulation.types, at, "fork");
  });
}

function interruptedAt(error: unknown, top: number): unknown {
  if (!isRewindError(error, "INTERRUPTED")) return error;
  return new RewindError(
    "INTERRUPTED",
    `interrupted: looked back to step ${count(top)}, and not every change was found`,
    { step: top },
  );
}
