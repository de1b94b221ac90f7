import { isRewindError } from "../base/errors.ts";
import type { OptionKinds } from "../base/options.ts";
import { readState } from "../object/state.ts";
import { advance, type Position } from "./advance.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import { DerivedCheckpoints, deriveCheckpoints } from "./derive.ts";
import { drive } from "./drive.ts";
import { decodeState, type LongOptions } from "./environment.ts";
import { notedGenerators } from "./generators-note.ts";
import { RecordedRun, type StartOptions } from "./recorded-run.ts";
import { ownCopy, restore, type Start, startIfStorable } from "./start.ts";
import { checkStretch, isChecked, type Stretch, stretchAt } from "./stretch.ts";

/** How a replay is compared with the recording. */
export interface CheckOptions {
  /**
   * Whether to continue to the end of the block and compare the replay with the recording, unless
   * that was done here before. Default true.
   */
  readonly check?: boolean | undefined;
}

/** What those may be. */
export const CHECK_OPTIONS: OptionKinds<CheckOptions> = { check: "flag" };

/** Replays a recorded run: finds the checkpoint before a step and advances from it. */
export class Replayer extends RecordedRun {
  readonly #derived = new DerivedCheckpoints();

  /** A live position at `step`. It belongs to the caller. Throws REPLAY_MISMATCH. */
  async positionAt(step: number, options: CheckOptions & LongOptions = {}): Promise<Position> {
    const end = step === this.manifest.steps ? await this.#end() : undefined;
    if (end !== undefined) return restore(end);
    const start = await this.start(step, options);
    const live = restore(start);
    const { signal } = options;
    if (signal === undefined) this.env.guard(() => advance(live, step));
    else await this.#advanceInSlices(live, step, signal);
    if (step === start.step || options.check === false) return live;
    const stretch = await this.stretch(start.step);
    if (await isChecked(this, stretch)) return live;
    const here = this.env.guard(() => startIfStorable(live, this.env));
    await checkStretch(this, live, stretch, options);
    if (here === undefined) return this.positionAt(step, { ...options, check: false });
    return restore({ ...here, segment: await here.segment.fresh() });
  }

  /**
   * The state at `step`. It belongs to the caller, and its instances have the classes of
   * `segmentAt(step)`. The last state is read from the store, not replayed. Throws REPLAY_MISMATCH.
   */
  async stateAt(step: number, options: CheckOptions & LongOptions = {}): Promise<unknown> {
    const shared = await this.segmentAt(step);
    const { simulation } = shared;
    if (step === this.manifest.steps) {
      const { encoded } = decodeCheckpoint(
        await readState(this.manifest.final, this.readObject),
        shared,
      );
      return decodeState(encoded, simulation);
    }
    const { state, segment } = await this.positionAt(step, options);
    return this.env.guard(() => ownCopy(state, segment.simulation, simulation, this.env));
  }

  /**
   * The end of a run that was interrupted inside a block, if its notes say how its generators stood
   * there: a step may take long, so the block is not replayed to continue it.
   */
  async #end(): Promise<Start | undefined> {
    const { steps, meta, final } = this.manifest;
    const streams = notedGenerators(meta);
    const from = this.stretchStart(steps);
    if (streams === undefined || from === steps) return undefined;
    const { segment, watch } = await this.start(from);
    const { witness } = await this.stretch(from);
    const { encoded } = decodeCheckpoint(await readState(final, this.readObject), segment);
    return { step: steps, encoded, streams, segment, watch: watch.at(steps, witness) };
  }

  /** The stretch that begins at `start`, a step from which a replay can begin. */
  stretch(start: number): Promise<Stretch> {
    return stretchAt(this, start);
  }

  /** The stored bytes at a step of the grid, if a replay has derived them and they are kept. */
  derivedAt(grid: number): Uint8Array | undefined {
    return this.#derived.get(grid);
  }

  override async readCheckpoint(grid: number): Promise<Uint8Array> {
    return this.#derived.get(grid) ?? super.readCheckpoint(grid);
  }

  /** The stored bytes at a step of the grid, derived by a replay if the store lacks them. */
  protected override async checkpointAt(grid: number, options: StartOptions): Promise<Uint8Array> {
    try {
      return await this.readCheckpoint(grid);
    } catch (error) {
      if (!isRewindError(error, "OBJECT_MISSING") || grid === 0) throw error;
    }
    await deriveCheckpoints(this, grid, (...found) => this.#derived.keep(...found), options);
    return this.#derived.get(grid) as Uint8Array;
  }

  #advanceInSlices(live: Position, to: number, signal: AbortSignal): Promise<void> {
    return drive(this.env, { signal, from: live.step, to }, (until) => {
      this.env.guard(() => advance(live, until));
      return until;
    });
  }
}
