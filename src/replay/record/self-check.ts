import { equalBytes } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { Segment } from "../../object/run.ts";
import type { StateRef } from "../../object/state.ts";
import type { Timeline, TimelineEntry, Witness } from "../../object/timeline.ts";
import { advance } from "../advance.ts";
import { compareStates, decodeState, type Environment, encodeState } from "../environment.ts";
import { restore, type Start } from "../replayer.ts";

/** What was recorded between two stored states. */
export interface Recorded {
  /** How the recording stood before it. */
  readonly before: {
    readonly timeline: Timeline;
    readonly segments: readonly Segment[];
    readonly start: Start;
    readonly stored: StateRef;
    readonly open: TimelineEntry;
  };
  /** The step at which it ends, the encoded state there, and the witness. */
  readonly end: number;
  readonly encoded: Uint8Array;
  readonly witness: Witness;
}

/**
 * Replays what was recorded, as a later command would: each part from the bytes of its first state,
 * in a fresh instance of the program. The last part comes first, so that what one replay leaves behind
 * where there is only one instance is not what the recording left behind.
 */
export class SelfCheck {
  readonly #env: Environment;
  #waiting: Recorded[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  add(recorded: Recorded): void {
    this.#waiting.push(recorded);
  }

  /** The first part that does not replay as recorded, and how; undefined where all do. */
  async failure(): Promise<
    { readonly recorded: Recorded; readonly error: RewindError } | undefined
  > {
    let first: { readonly recorded: Recorded; readonly error: RewindError } | undefined;
    for (const recorded of this.#waiting.reverse()) {
      const error = await this.#replay(recorded);
      if (error !== undefined) first = { recorded, error };
    }
    this.#waiting = [];
    return first;
  }

  async #replay(recorded: Recorded): Promise<RewindError | undefined> {
    const env = this.#env;
    const { start } = recorded.before;
    const segment = await start.segment.fresh();
    const again = restore({ ...start, segment });
    const { simulation } = segment;
    env.guard(() => advance(again, recorded.end));
    const replayed = env.guard(() => encodeState(again.state, simulation, env));
    const where = `replaying steps ${start.step}..${recorded.end}`;
    const data = { from: start.step, to: recorded.end };
    if (!equalBytes(replayed, recorded.encoded)) {
      const state = decodeState(recorded.encoded, simulation);
      const [first] = compareStates(state, again.state, simulation);
      return new RewindError(
        "SELF_CHECK_FAILED",
        `${where} gave another state: ${first?.path} was ${describe(first?.a)} and is ` +
          `${describe(first?.b)} in the replay`,
        { ...data, path: first?.path, a: first?.a, b: first?.b },
      );
    }
    if (again.watch.witness === recorded.witness) return undefined;
    return new RewindError(
      "SELF_CHECK_FAILED",
      `${where} gave other states on the way, and the same at the end`,
      data,
    );
  }
}
