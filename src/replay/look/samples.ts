import { advance, type Position } from "../advance.ts";
import { drive } from "../drive.ts";
import type { LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import type { StepRange } from "./scan.ts";

/**
 * Up to `most` steps of the range, evenly spaced, with both ends. If checkpoints are close enough,
 * the steps between the ends are checkpoints, so that nothing needs to be replayed.
 */
export function sampledSteps(
  { from, to }: StepRange,
  most: number,
  replayers: readonly Replayer[],
): number[] {
  const count = Math.min(most, to - from + 1);
  if (count === 1) return [from];
  const spacing = (to - from) / (count - 1);
  const [first = 1, ...others] = replayers.map(({ manifest }) => manifest.blockSize);
  const shared = others.reduce(leastCommonMultiple, first);
  const grid = shared <= spacing ? shared : 1;
  const steps = Array.from({ length: count }, (_, i) => {
    const step = Math.round((from + i * spacing) / grid) * grid;
    return i === 0 ? from : i === count - 1 ? to : Math.min(to, Math.max(from, step));
  });
  return [...new Set(steps)];
}

/** Calls `read` with the state at each of the steps, in one pass. The steps must rise. */
export async function sample<T>(
  replayer: Replayer,
  steps: readonly number[],
  read: (state: unknown, step: number) => T,
  options: LongOptions = {},
): Promise<T[]> {
  const { env, manifest } = replayer;
  const values: T[] = [];
  let position: Position | undefined;
  const range = { from: steps[0] ?? 0, to: (steps.at(-1) ?? -1) + 1 };
  await drive(env, { ...options, ...range }, async (until) => {
    for (let step = steps[values.length]; step !== undefined; step = steps[values.length]) {
      if (step >= until) break;
      const to = step;
      if (to === manifest.steps) values.push(read(await replayer.stateAt(to), to));
      else {
        if (position === undefined || !isAhead(replayer, position.step, to)) {
          position = await replayer.positionAt(to, { signal: options.signal });
        }
        const here = position;
        env.guard(() => advance(here, to));
        values.push(read(here.state, to));
      }
    }
    return until;
  });
  return values;
}

/** Whether the step `to` is in the block and segment of a position at `step`. */
function isAhead(replayer: Replayer, step: number, to: number): boolean {
  const cut = replayer.segmentAfter(step) ?? Number.POSITIVE_INFINITY;
  return to < Math.min(replayer.gridAfter(step), cut);
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
