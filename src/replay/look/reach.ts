import { advance, type Position } from "../advance.ts";
import { drive } from "../drive.ts";
import type { LongOptions } from "../environment.ts";
import { type Replayer, restore } from "../replayer.ts";

/** A live position at `step`, the caller's own, as `Replayer.position` gives; Ctrl-C ends it. */
export async function reach(
  replayer: Replayer,
  step: number,
  { signal }: Pick<LongOptions, "signal">,
): Promise<Position> {
  const { env } = replayer;
  const position = restore(await replayer.start(step));
  await drive(env, { signal, from: position.step, to: step }, (until) => {
    env.guard(() => advance(position, until));
    return until;
  });
  return position;
}
