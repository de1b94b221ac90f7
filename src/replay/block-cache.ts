import { isRewindError } from "../base/errors.ts";
import { advance, type Position } from "./advance.ts";
import { decodeState, encodeState } from "./environment.ts";
import { type Replayer, restore, type Start } from "./replayer.ts";

/**
 * Gives states of a run, and remembers a few inside one block, so that a walk over its steps, one
 * by one in either direction, does not replay the block from its start each time: forward it goes
 * on from where it stood; backward it lays snapshots 1, 2, 4, 8, … steps behind the step asked for
 * (binary checkpointing, as in the reversal of programs: Griewank 1992), so that n steps back cost
 * O(n log n) steps.
 */
export class BlockCache {
  readonly #replayer: Replayer;
  /** Where the replay stands. Its state is never given out: only copies are. */
  #live: Position | undefined;
  /** The start of the replay, then the snapshots after it, in the order of their steps. */
  #starts: Start[] = [];

  constructor(replayer: Replayer) {
    this.#replayer = replayer;
  }

  /** The state at `step`: the caller's own copy. */
  async state(step: number): Promise<unknown> {
    if (step === this.#replayer.run.steps) return this.#replayer.state(step);
    if (!this.#holds(step)) {
      // The await comes before any change, so that calls at the same time do not mix.
      const start = await this.#replayer.start(step);
      // A codec may refuse the state: nothing may have changed then.
      const live = restore(start);
      this.#starts = [start];
      this.#live = live;
    }
    return this.#seek(step);
  }

  /** Whether `step` can be reached from what is kept: same block, same segment. */
  #holds(step: number): boolean {
    const first = this.#starts[0];
    if (first === undefined) return false;
    const end = this.#replayer.gridAfter(first.step);
    const cut = this.#replayer.segmentAfter(first.step) ?? end;
    return step >= first.step && step < Math.min(end, cut);
  }

  #seek(step: number): unknown {
    const { env } = this.#replayer;
    return env.guard(() => {
      let live = this.#live;
      if (live === undefined || live.step > step) live = this.#back(step);
      // A step that throws leaves its position unusable: nothing of it may be kept.
      this.#live = undefined;
      advance(live, step);
      this.#live = live;
      return this.#copy(live);
    });
  }

  /** Brings the live position before or to `step`, which lies behind it, laying snapshots. */
  #back(step: number): Position {
    while (this.#starts.length > 1 && (this.#starts.at(-1) as Start).step > step)
      this.#starts.pop();
    const start = this.#starts.at(-1) as Start;
    const live = restore(start);
    for (let gap = 2 ** Math.floor(Math.log2(Math.max(1, step - start.step))); gap >= 1; gap /= 2) {
      if (step - gap <= live.step) continue;
      advance(live, step - gap);
      this.#laySnapshot(live);
    }
    return live;
  }

  #laySnapshot(live: Position): void {
    const { step, state, streams, segment } = live;
    try {
      const encoded = encodeState(state, segment.simulation, this.#replayer.env);
      this.#starts.push({ step, encoded, streams: streams.states(), segment });
    } catch (error) {
      // Inside a block a state may hold what no checkpoint can: then the next snapshot must do.
      if (!isRewindError(error, "UNSUPPORTED_STATE")) throw error;
    }
  }

  #copy(live: Position): unknown {
    const { state, segment } = live;
    // Numbers and texts need no copy: nothing can change them.
    if (typeof state !== "object" || state === null) return state;
    const encoded = encodeState(state, segment.simulation, this.#replayer.env);
    return decodeState(encoded, segment.simulation);
  }
}
