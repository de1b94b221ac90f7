import type { Position } from "../advance.ts";
import type { LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";

/**
 * A live position at `step`, the caller's own, that is not checked yet: whoever goes on from it
 * compares the end of its block. Ctrl-C ends it.
 */
export function reach(
  replayer: Replayer,
  step: number,
  { signal }: Pick<LongOptions, "signal">,
): Promise<Position> {
  return replayer.position(step, { signal, check: false });
}
