import type { Series } from "../../object/observed.ts";
import type { Shape, Summary } from "../../object/summary-fields.ts";
import type { LongOptions } from "../environment.ts";
import type { StepRange } from "../look/scan.ts";
import { scan } from "../look/scan.ts";
import { observersOf } from "../observers.ts";
import type { Replayer } from "../replayer.ts";
import { LiveObservers, type ObserverStart } from "./live-observers.ts";

/** What an observer gave over a range of steps. */
export interface Summarized {
  readonly shape: Shape | undefined;
  readonly summary: Summary | undefined;
}

/**
 * What observers give over a range of steps, by replay. The result has the order of `observers`.
 * Throws OBSERVER_FAILED, and what a replay throws.
 */
export async function summarize(
  replayer: Replayer,
  range: StepRange & LongOptions,
  observers: readonly ObserverStart[],
): Promise<readonly Summarized[]> {
  const live = new LiveObservers(observers);
  await scan(replayer, range, range, (state, { step }, segment) => {
    live.take(state, step, segment);
    return false;
  });
  const shapes = live.shapes();
  return live.summaries().map((summary, i) => ({ shape: shapes[i], summary }));
}

/** The observer of this name in the code of each segment. */
export function declaredObserver({ name, shape }: Pick<Series, "name" | "shape">): ObserverStart {
  return {
    name,
    shape,
    valueIn: ({ simulation }) => observersOf(simulation).find((each) => each.name === name)?.value,
  };
}
