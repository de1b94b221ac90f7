import { describe, expect, test } from "vitest";
import { defineSimulation, type ForkOptions, type Run, record } from "../../../src/index.ts";

const walk = defineSimulation({
  name: "walk",
  params: { gain: 1 },
  init: () => 0,
  step: (x: number, rng, ctx) => x + ctx.params.gain * rng.random(),
});

type Changes = ForkOptions<number, { gain: number }>;
const CHANGES: Readonly<Record<string, Changes>> = {
  nothing: {},
  "no param": { params: {} },
  "a param": { params: { gain: 2 } },
  "the seed": { seed: 3 },
  "the state": { mutate: (x) => x * 2 },
  "the length": { steps: 25, params: {} },
};

/** A run of 20 steps in blocks of 10, forked at `step` with a changed state. */
async function changed(step: number): Promise<Run<number, { gain: number }>> {
  const parent = await record(walk, { steps: 20, blockSize: 10, seed: 1 });
  return parent.branch(step, { mutate: (x) => x - 1 });
}

describe("a fork at the very step at which its parent was forked with a changed state", () => {
  for (const step of [0, 1, 10, 15, 20]) {
    test.each(Object.entries(CHANGES))(
      `at step ${step}, changing %s, verifies`,
      async (name, changes) => {
        const parent = await changed(step);
        const fork = await parent.branch(step, changes);
        expect((await fork.verify({ full: true })).mismatch).toBeUndefined();
        const state = await parent.get(step);
        expect(await fork.get(step)).toBe(name === "the state" ? state * 2 : state);
        const again = await fork.branch(step, { params: { gain: 3 } });
        expect((await again.verify({ full: true })).ok).toBe(true);
      },
    );
  }
});
