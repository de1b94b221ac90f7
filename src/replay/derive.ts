import { isRewindError } from "../base/errors.ts";
import { type StateRef, sameState, stateRef } from "../object/state.ts";
import { advance } from "./advance.ts";
import { checkpointOf, decodeCheckpoint } from "./checkpoint.ts";
import { drive } from "./drive.ts";
import type { LongOptions } from "./environment.ts";
import type { RecordedRun } from "./recorded-run.ts";
import { restore, type Start } from "./start.ts";
import { replayMismatch } from "./stretch.ts";
import { Watch } from "./watch.ts";

/** Called with each checkpoint that a replay reaches: its step and its stored bytes. */
export type OnCheckpoint = (step: number, bytes: Uint8Array) => void;

/**
 * Replays from the nearest stored place before `grid` and calls `onCheckpoint` at each step of the
 * grid up to `grid`: a checkpoint follows from what came before it, so a store may lack it. Each is
 * proved by its recorded id. `afterSlice` is awaited now and then. Throws REPLAY_MISMATCH, and
 * OBJECT_MISSING if no place before it is stored.
 */
export async function deriveCheckpoints(
  recorded: RecordedRun,
  grid: number,
  onCheckpoint: OnCheckpoint,
  options: LongOptions = {},
  afterSlice: () => Promise<void> = async () => undefined,
): Promise<void> {
  const { env } = recorded;
  let live = restore(await lastStored(recorded, grid));
  const from = live.step;
  await drive(env, { ...options, from, to: grid }, async (until) => {
    while (live.step < until) {
      const begin = recorded.gridBefore(live.step);
      const end = recorded.gridAfter(live.step);
      env.guard(() => advance(live, Math.min(until, end)));
      if (live.step < end) break;
      const bytes = env.guard(() => checkpointOf(live, env));
      const recordedAs = (await recorded.stored(end)) as StateRef;
      if (!sameState(stateRef(bytes, env.store.hash), recordedAs)) {
        throw await replayMismatch(recorded, { from: begin, to: end });
      }
      onCheckpoint(end, bytes);
      if (recorded.segmentRecorded(end) === recorded.segmentRecorded(end - 1)) {
        if (live.segment.source.beginsAt(end)) live.streams = live.segment.source.at(end);
      } else if (end < grid) {
        // A change of params or of the program on the grid.
        const segment = await (await recorded.segmentAt(end)).fresh();
        const watch = Watch.idle(end, env);
        live = restore({ step: end, ...decodeCheckpoint(bytes, segment), segment, watch });
      }
    }
    await afterSlice();
    return live.step;
  });
}

/** The last place before `grid` from which a replay can begin and whose state the store has. */
async function lastStored(recorded: RecordedRun, grid: number): Promise<Start> {
  for (let step = grid; ; ) {
    step = recorded.stretchStart(step - 1);
    try {
      return await recorded.startFromStore(step, { watched: false });
    } catch (error) {
      // The first state, and a changed one that a segment begins with, do not follow from the steps
      // before; a checkpoint at which only params or the program change does.
      const { start, begin } = recorded.segmentRecorded(step);
      const begins = start === step && (step === 0 || begin !== undefined);
      if (begins || !isRewindError(error, "OBJECT_MISSING")) throw error;
    }
  }
}

/** How much is kept of derived checkpoints. */
const KEPT_BYTES = 1 << 26;

/**
 * Checkpoints that were derived, in memory. If there are too many, every other one is dropped, so
 * that those left are spread over the run.
 */
export class DerivedCheckpoints {
  #kept = new Map<number, Uint8Array>();
  #bytes = 0;

  get(step: number): Uint8Array | undefined {
    return this.#kept.get(step);
  }

  keep(step: number, bytes: Uint8Array): void {
    if (this.#kept.has(step)) return;
    this.#kept.set(step, bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > KEPT_BYTES) this.#thin(step);
  }

  /** Drops every other checkpoint, but never the one that was kept last. */
  #thin(last: number): void {
    const steps = [...this.#kept.keys()].sort((a, b) => a - b);
    for (const [i, step] of steps.entries()) {
      if (i % 2 === 0 || step === last) continue;
      this.#bytes -= (this.#kept.get(step) as Uint8Array).length;
      this.#kept.delete(step);
    }
  }
}
