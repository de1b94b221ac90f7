import { breather } from "../drive.ts";
import type { LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import { sharedSteps } from "./shared-history.ts";

/** Steps that some of several runs have in common, and no other of them has. */
export interface SharedStretch {
  /** The places of these runs in the list, in order. */
  readonly runs: readonly number[];
  /** The step at which they part from other runs; 0 if they share no past with any. */
  readonly from: number;
  /** The step up to which they have the same states, or at which they end. */
  readonly to: number;
}

/**
 * Takes several runs apart, so that each past that some of them share comes once: a tree of
 * stretches, each before those that follow it. At the step where runs part, each has its own state,
 * which a fork may have changed.
 */
export async function sharedPasts(
  replayers: readonly Replayer[],
  options: LongOptions = {},
): Promise<readonly SharedStretch[]> {
  const { env } = replayers[0] as Replayer;
  const breathe = breather(env, options.signal);
  const shared = new Map<string, number>();
  for (const [i, a] of replayers.entries()) {
    for (const [j, b] of replayers.entries()) {
      if (j <= i) continue;
      await breathe();
      const steps = (await sharedSteps(a, b, options)) ?? 0;
      shared.set(`${i} ${j}`, steps).set(`${j} ${i}`, steps);
    }
  }
  const between = (i: number, j: number): number => shared.get(`${i} ${j}`) as number;
  const grow = (runs: readonly number[], from: number): SharedStretch[] => {
    const pairs = runs.flatMap((i) => runs.flatMap((j) => (i < j ? [between(i, j)] : [])));
    const parts = pairs.reduce((least, steps) => Math.min(least, steps), Number.POSITIVE_INFINITY);
    const to = Math.min(parts, replayers[runs[0] as number]?.manifest.steps ?? 0);
    const own = runs.length === 1 || to > from ? [{ runs, from, to }] : [];
    if (parts === Number.POSITIVE_INFINITY) return [{ runs, from, to }];
    return [...own, ...together(runs, parts, between).flatMap((group) => grow(group, to))];
  };
  return grow(
    replayers.map((_, i) => i),
    0,
  );
}

/** The groups of runs that still have a common past after `step`. */
function together(
  runs: readonly number[],
  step: number,
  between: (i: number, j: number) => number,
): number[][] {
  const groups: number[][] = [];
  for (const run of runs) {
    const group = groups.find(([first]) => between(first as number, run) > step);
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return groups;
}
