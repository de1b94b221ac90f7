import { advance, type Position } from "./advance.ts";
import { decodeState, type LongOptions } from "./environment.ts";
import type { Replayer } from "./replayer.ts";
import type { AnySimulation } from "./simulation.ts";
import { ownCopy, restore, type Start, startIfStorable } from "./start.ts";
import { canRunAgain, checkStretch, isChecked } from "./stretch.ts";
import { Watch } from "./watch.ts";

/**
 * Gives the states of a run, and remembers a few inside one block. A walk step by step in either
 * direction then does not replay the block from its start each time. Forward, it continues from its
 * last step. Backward, it keeps snapshots 1, 2, 4, 8, … steps before the step asked for (binary
 * checkpointing, as in the reversal of programs: Griewank 1992), so that n steps back cost O(n log
 * n) steps.
 *
 * A program may keep something outside its state, and only a replay from the block's start in a
 * fresh instance was compared with the recording. So if the program can be started again, no replay
 * continues from a snapshot: the cache keeps snapshots of the last few steps and returns them as
 * they are.
 */
export class BlockCache {
  readonly #replayer: Replayer;
  /** Where the replay stands. Callers get copies of its state, never the state itself. */
  #live: Position | undefined;
  /** The start of the replay, then the snapshots after it, in the order of their steps. */
  #starts: Start[] = [];
  /** The simulation whose classes callers get in their copies. */
  #simulation: AnySimulation | undefined;

  constructor(replayer: Replayer) {
    this.#replayer = replayer;
  }

  /** A copy of the state at `step`, not yet checked. It belongs to the caller. */
  async state(step: number): Promise<unknown> {
    const replayer = this.#replayer;
    if (step === replayer.manifest.steps) return replayer.stateAt(step);
    if (this.#live !== undefined && this.#live.step <= step && this.#holds(step)) {
      return replayer.env.guard(() => this.#seek(step));
    }
    const kept = this.#holds(step) ? this.#starts.find((one) => one.step === step) : undefined;
    if (kept !== undefined) {
      const simulation = this.#simulation as AnySimulation;
      return replayer.env.guard(() => decodeState(kept.encoded, simulation));
    }
    const { simulation } = await replayer.segmentAt(step);
    const [first] = this.#starts;
    const watched = !replayer.checked.has(replayer.stretchStart(step));
    const start =
      first !== undefined && this.#holds(step) ? first : await replayer.start(step, { watched });
    const segment = start === first ? await start.segment.fresh() : start.segment;
    // All awaits come before the first change, so that concurrent calls do not mix.
    return replayer.env.guard(() => {
      const isKept = this.#starts[0] === start;
      const goesOn = isKept && !canRunAgain(start);
      const starts = goesOn ? this.#starts.filter((one) => one.step <= step) : [start];
      // A codec may refuse the state, so this comes before the first change.
      const live = restore({ ...(starts.at(-1) as Start), segment });
      // A block that was checked needs no witness.
      if (replayer.checked.has(start.step)) live.watch = Watch.idle(start.step, replayer.env);
      this.#starts = starts;
      this.#live = live;
      this.#simulation = simulation;
      if (isKept) this.#laySnapshotsBehind(step, live);
      return this.#seek(step);
    });
  }

  /** Whether the state at `step` is stored, or its block is known to replay as recorded. */
  isChecked(step: number): boolean {
    const { checked, manifest } = this.#replayer;
    if (step === manifest.steps) return true;
    const from = this.#replayer.stretchStart(step);
    return from === step || checked.has(from);
  }

  /**
   * Continues from `step` to the end of its block and compares it with the recording, unless that
   * block was checked before. Throws REPLAY_MISMATCH.
   */
  async check(step: number, options: LongOptions = {}): Promise<void> {
    const replayer = this.#replayer;
    if (this.isChecked(step)) return;
    const stretch = await replayer.stretch(replayer.stretchStart(step));
    if (await isChecked(replayer, stretch)) return;
    // Another call may have checked it meanwhile and left a replay without a witness.
    if (this.isChecked(step)) return;
    const live = this.#takeLive(step) ?? restore(await replayer.start(step));
    await checkStretch(replayer, live, stretch, options);
  }

  /**
   * The live position, if it is in the block of `step` and not past it. A snapshot replaces it
   * here.
   */
  #takeLive(step: number): Position | undefined {
    const live = this.#live;
    if (live === undefined || live.step > step || !this.#holds(step)) return undefined;
    this.#live = undefined;
    this.#replayer.env.guard(() => this.#laySnapshot(live));
    return live;
  }

  /** Whether `step` is in the block and the segment that the kept snapshots are in. */
  #holds(step: number): boolean {
    const [first] = this.#starts;
    return first !== undefined && this.#replayer.stretchStart(step) === first.step;
  }

  #seek(step: number): unknown {
    const live = this.#live as Position;
    // A step that throws leaves the position unusable, so forget it until the step succeeds.
    this.#live = undefined;
    advance(live, step);
    this.#live = live;
    const { simulation } = live.segment;
    return ownCopy(live.state, simulation, this.#simulation as AnySimulation, this.#replayer.env);
  }

  #laySnapshotsBehind(step: number, live: Position): void {
    for (const gap of canRunAgain(live) ? LAST_GAPS : gapsUpTo(step - live.step)) {
      if (step - gap <= live.step) continue;
      advance(live, step - gap);
      this.#laySnapshot(live);
    }
  }

  #laySnapshot(live: Position): void {
    const snapshot = startIfStorable(live, this.#replayer.env);
    // If this state cannot be stored, replays begin at the snapshot before it.
    if (snapshot !== undefined) this.#starts.push(snapshot);
  }
}

/** How far behind the step asked for snapshots are kept if no replay may continue from them. */
const LAST_GAPS = Array.from({ length: 16 }, (_, i) => 16 - i);

/** The powers of two up to a distance, the largest first. */
function gapsUpTo(distance: number): number[] {
  const count = Math.floor(Math.log2(Math.max(1, distance))) + 1;
  return Array.from({ length: count }, (_, i) => 2 ** (count - 1 - i));
}
