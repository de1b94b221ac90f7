import { defineSimulation, type Simulation } from "../../../src/replay/simulation.ts";

/**
 * Gambler's ruin: from 1, a step up with probability p, else down, until 0. It reaches N before 0
 * with probability (r - 1) / (r^N - 1), r = (1 - p) / p (Feller, An Introduction to Probability
 * Theory and Its Applications, vol. 1, ch. XIV).
 */
export const ruin: Simulation<number, { p: number }> = defineSimulation({
  name: "ruin",
  params: { p: 0.3 },
  init: () => 1,
  step: (x: number, rng, ctx) => (x === 0 ? 0 : rng.random() < ctx.params.p ? x + 1 : x - 1),
});

export function ruinProbability(p: number, n: number): number {
  const r = (1 - p) / p;
  return (r - 1) / (r ** n - 1);
}
