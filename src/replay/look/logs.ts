import type { OptionKinds } from "../../base/options.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { initialState } from "../initial-state.ts";
import type { Replayer } from "../replayer.ts";
import { rangeOf } from "./look.ts";
import { scan } from "./scan.ts";

/** A text that a step logged. */
export interface LogLine {
  /** The step that logged it: the one that turns the state at `step` into the next. */
  readonly step: number;
  readonly text: string;
}

/** Which steps to hear. */
export interface LogsOptions extends LongOptions {
  /** The first step; 0 unless given. */
  readonly from?: number | undefined;
  /** The last step; the run's last unless given. */
  readonly to?: number | undefined;
}

/** What those may be; `rangeOf` checks the steps. */
export const LOGS_OPTIONS: OptionKinds<LogsOptions> = { ...LONG_OPTIONS, from: "any", to: "any" };

/**
 * Calls `onLine` with what the steps of a range log, in their order, by a replay that is compared with
 * the recording. What `init` logs has step 0.
 */
export async function logs(
  replayer: Replayer,
  onLine: (line: LogLine) => void,
  options: LogsOptions,
): Promise<void> {
  const { env, manifest } = replayer;
  const { guard } = env;
  const { from, to } = rangeOf(replayer, options);
  const log = (step: number, text: string): void => {
    // The caller is no step: it may read the clock.
    if (step >= from && step <= to) guard.outside(() => onLine({ step, text }));
  };
  // A fork at step 0 begins with a state of its own, not with that of `init`.
  if (from === 0 && manifest.segments[0]?.begin === undefined) {
    const first = await replayer.segmentAt(0);
    guard.log = log;
    try {
      initialState(env, await first.fresh());
    } finally {
      guard.log = undefined;
    }
  }
  const { signal, onProgress } = options;
  // The step at `to` leads to the state after it.
  const range = { from, to: Math.min(to + 1, manifest.steps) };
  await scan(replayer, range, { signal, onProgress, log }, () => false);
}
