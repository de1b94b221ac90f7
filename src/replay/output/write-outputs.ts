import { checkStepInRange } from "../../base/checks.ts";
import type { OptionKinds } from "../../base/options.ts";
import { LONG_OPTIONS, type LongOptions, type NewOutputs } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import { recipeKey } from "./recipe-key.ts";
import { regenerate } from "./regenerate.ts";

/** How the outputs of a run are written. */
export interface WriteOutputsOptions extends LongOptions {
  /** The last step whose lines are written; the run's last unless given. */
  readonly step?: number | undefined;
}

/** What those may be. */
export const WRITE_OUTPUTS_OPTIONS: OptionKinds<WriteOutputsOptions> = {
  ...LONG_OPTIONS,
  step: "any",
};

/**
 * Writes the outputs of a run up to a step, by replay: the bytes that an uninterrupted recording of
 * those steps writes. Returns their names. Throws OUTPUT_FAILED, FILE_FAILED, and what replays throw.
 */
export async function writeOutputs(
  replayer: Replayer,
  files: NewOutputs,
  options: WriteOutputsOptions,
): Promise<readonly string[]> {
  const { manifest, env } = replayer;
  const { signal, onProgress } = options;
  try {
    const to = checkStepInRange(options.step ?? manifest.steps, manifest.steps);
    await regenerate(replayer, { from: 0, to, signal, onProgress }, files);
    return files.publish(to + 1, recipeKey(manifest, to + 1, env.store.hash));
  } finally {
    files.abandon();
  }
}
