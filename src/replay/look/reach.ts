import type { Position } from "../advance.ts";
import type { LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";

/**
 * A live position at `step`, not checked yet: the caller compares the end of its block. It belongs
 * to the caller. The signal interrupts it.
 */
export function reach(
  replayer: Replayer,
  step: number,
  { signal }: Pick<LongOptions, "signal">,
): Promise<Position> {
  return replayer.positionAt(step, { signal, check: false });
}
