import { equalBytes } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import type { Observed } from "../../object/observed.ts";
import type { Segment } from "../../object/run.ts";
import type { StateRef } from "../../object/state.ts";
import type { Timeline, TimelineEntry, Witness } from "../../object/timeline.ts";
import { compareStates, decodeState, type Environment, encodeState } from "../environment.ts";
import type { Start } from "../start.ts";
import { outOfOrder, type Parting, Twins } from "../twins.ts";

/** The part of a recording between two stored states. */
export interface Recorded {
  /** The recording before this part. */
  readonly before: {
    readonly timeline: Timeline;
    readonly segments: readonly Segment[];
    readonly start: Start;
    readonly stored: StateRef;
    readonly open: TimelineEntry;
    readonly observed: Observed | undefined;
  };
  /** The last step, the encoded state there, and the witness. */
  readonly end: number;
  readonly encoded: Uint8Array;
  readonly witness: Witness;
}

/**
 * Replays a recording as a later command would: each part from the bytes of its first state, in a
 * fresh instance of the program, beside a used one. Some parts are also replayed out of order.
 */
export class SelfCheck {
  readonly #env: Environment;
  readonly #jumping: Twins;
  readonly #following: Twins;
  #waiting: Recorded[] = [];
  #checked = 0;

  constructor(env: Environment) {
    this.#env = env;
    this.#jumping = new Twins(env, { warm: true });
    this.#following = new Twins(env, { warm: false });
  }

  add(recorded: Recorded): void {
    this.#waiting.push(recorded);
  }

  /** The first part that does not replay as recorded, and the error; undefined if all do. */
  async failure(): Promise<
    { readonly recorded: Recorded; readonly error: RewindError } | undefined
  > {
    const waiting = this.#waiting;
    // In rising order, so that a failure does not depend on how many parts wait.
    const some = outOfOrder(this.#checked, this.#checked + waiting.length)
      .reverse()
      .map((number) => waiting[number - this.#checked] as Recorded);
    const all = [
      ...some.map((recorded) => ({ recorded, twins: this.#jumping })),
      ...waiting.map((recorded) => ({ recorded, twins: this.#following })),
    ];
    let first: { readonly recorded: Recorded; readonly error: RewindError } | undefined;
    for (const { recorded, twins } of all) {
      // Parts after the first known failure no longer matter.
      if (first !== undefined && recorded.end > first.recorded.end) continue;
      const error = await this.#replay(recorded, twins);
      if (error !== undefined) first = { recorded, error };
    }
    this.#checked += waiting.length;
    this.#waiting = [];
    return first;
  }

  async #replay(recorded: Recorded, twins: Twins): Promise<RewindError | undefined> {
    const env = this.#env;
    const { start } = recorded.before;
    const segment = await start.segment.fresh();
    const again = await twins.begin({ ...start, segment }, recorded.end);
    const { simulation } = segment;
    env.guard(() => again.advance(recorded.end));
    const { position, parting } = again;
    const replayed = env.guard(() => encodeState(position.state, simulation, env));
    const where = `replaying steps ${start.step}..${recorded.end}`;
    const data = { from: start.step, to: recorded.end };
    if (!equalBytes(replayed, recorded.encoded)) {
      const state = decodeState(recorded.encoded, simulation);
      const [first] = compareStates(state, position.state, simulation);
      return new RewindError(
        "SELF_CHECK_FAILED",
        `${where} gave a different state: ${first?.path} was ${describe(first?.a)} and is ` +
          `${describe(first?.b)} in the replay`,
        { ...data, path: first?.path, a: first?.a, b: first?.b },
      );
    }
    if (parting !== undefined) return partedError(parting, data);
    if (position.watch.witness === recorded.witness) return undefined;
    return new RewindError(
      "SELF_CHECK_FAILED",
      `${where} gave different states on the way, but the same one at the end`,
      data,
    );
  }
}

function partedError(
  { step, changes: [first] }: Parting,
  data: { readonly from: number; readonly to: number },
): RewindError {
  const fields =
    first === undefined
      ? ""
      : `: ${first.path} is ${describe(first.a)} after other steps, and ` +
        `${describe(first.b)} in a fresh instance`;
  return new RewindError(
    "SELF_CHECK_FAILED",
    `the state at step ${count(step)} depends on what the program did before${fields}`,
    { ...data, step, path: first?.path, a: first?.a, b: first?.b },
  );
}
