import { generator } from "../support/brute-force.ts";
// @ts-expect-error: the module is JavaScript, as a user's may be.
import module from "./herd.js";

/** A state of the herd. */
export interface Herd {
  x: number;
  readonly agents: { age: number; ill: boolean }[];
}

interface Params {
  drift: number;
  fever: number;
}

/** What a fork or an extension changes from a step on. */
export interface Change {
  readonly at: number;
  readonly params?: Partial<Params>;
  readonly seed?: number;
  readonly set?: (state: Herd) => void;
}

const herd = module as {
  readonly params: Params;
  init(): Herd;
  step(state: Herd, rng: unknown, context: { readonly params: Params }): void;
};

/**
 * The states at 0..steps of a herd, by a simple loop. It knows the generator and the seed of each
 * block, and nothing about checkpoints, forks or stores.
 */
export function statesOf(past: {
  readonly steps: number;
  readonly blockSize: number;
  readonly seed: number;
  readonly changes?: readonly Change[];
}): Herd[] {
  let { seed } = past;
  let params = herd.params;
  const state = herd.init();
  const states: Herd[] = [];
  let rng = generator(BigInt(seed), "block", 0);
  for (let step = 0; step <= past.steps; step++) {
    const block = Math.floor(step / past.blockSize);
    if (step % past.blockSize === 0) rng = generator(BigInt(seed), "block", block);
    for (const change of (past.changes ?? []).filter(({ at }) => at === step)) {
      if (change.seed !== undefined) {
        seed = change.seed;
        rng = generator(BigInt(seed), "block", block);
      }
      params = { ...params, ...change.params };
      change.set?.(state);
    }
    states.push(structuredClone(state));
    herd.step(state, rng, { params });
  }
  return states;
}
