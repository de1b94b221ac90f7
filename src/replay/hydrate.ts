import { checkStepInRange } from "../base/checks.ts";
import type { OptionKinds } from "../base/options.ts";
import { putState } from "../object/state.ts";
import { deriveCheckpoints } from "./derive.ts";
import { LONG_OPTIONS, type LongOptions } from "./environment.ts";
import type { Replayer } from "./replayer.ts";

/** Of which steps checkpoints are filled in, both ends included. */
export interface HydrateOptions extends LongOptions {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** What those may be. */
export const HYDRATE_OPTIONS: OptionKinds<HydrateOptions> = {
  ...LONG_OPTIONS,
  from: "any",
  to: "any",
};

/** What was filled in. */
export interface Hydrated {
  /** The checkpoints of the range that have objects, and how many of them were missing. */
  readonly checkpoints: number;
  readonly derived: number;
}

/** As soon as checkpoints have this many bytes, they are written together. */
const COMMIT_BYTES = 8 << 20;

/**
 * Fills in checkpoints that the store lacks, by replay; each is proved by its id before it is
 * stored. What was done before an interruption stays. Throws as a replay does.
 */
export async function hydrate(replayer: Replayer, options: HydrateOptions = {}): Promise<Hydrated> {
  const { manifest, env } = replayer;
  const { from = 0, to = manifest.steps, ...long } = options;
  for (const step of [from, to]) checkStepInRange(step, manifest.steps);
  const missing: number[] = [];
  let checkpoints = 0;
  for (let step = replayer.gridBefore(from); step <= to; step += manifest.blockSize) {
    const ref = step < manifest.steps ? await replayer.stored(step) : undefined;
    if (ref === undefined || "inline" in ref) continue;
    checkpoints++;
    if (!(await replayer.isStored(step))) missing.push(step);
  }
  if (missing.length === 0) return { checkpoints, derived: 0 };
  const wanted = new Set(missing);
  const writer = await env.store.writer();
  let derived = 0;
  try {
    const keep = (step: number, bytes: Uint8Array): void => {
      if (!wanted.delete(step)) return;
      putState(bytes, writer.put);
      derived++;
    };
    const flush = async (): Promise<void> => {
      if (writer.pendingBytes > COMMIT_BYTES) await writer.commit();
    };
    // From the end: a replay to the last of a row of missing ones gives the row. Some may be in
    // memory, from an earlier replay of this process.
    for (const step of missing.toReversed()) {
      if (!wanted.has(step)) continue;
      const kept = replayer.derivedAt(step);
      if (kept === undefined) await deriveCheckpoints(replayer, step, keep, long, flush);
      else keep(step, kept);
    }
  } finally {
    // Also after an interruption: each checkpoint is whole by itself.
    await writer.close();
  }
  return { checkpoints, derived };
}
