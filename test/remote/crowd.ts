import { defineSimulation, type Simulation } from "../../src/index.ts";

/** States of 400 bytes, so that checkpoints are objects. */
export const crowd: Simulation<number[], { p: number }> = defineSimulation({
  name: "crowd",
  params: { p: 0.5 },
  init: () => Array.from({ length: 40 }, (_, i) => i),
  step: (xs: number[], rng, ctx) =>
    xs.map((x) => x + (rng.random() < ctx.params.p ? rng.random() : -1)),
});
