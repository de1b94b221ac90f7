import { expect, test } from "vitest";
import { record } from "../../../src/index.ts";
import { ruin, ruinProbability } from "./ruin.ts";

test("the estimates of a probability of 1e-9 by 50 seeds are within 3 standard errors of it", async () => {
  const n = 25;
  const run = await record(ruin, { steps: 5_000, seed: 1 });
  const truth = ruinProbability(0.3, n);
  const options = {
    level: (x: number) => x,
    goal: (x: number) => x >= n,
    stop: (x: number) => x === 0,
    levels: Array.from({ length: n - 2 }, (_, i) => i + 2),
    ...{ effort: 1_000, budget: 1e9 },
  };
  const errors: number[] = [];
  const estimates: number[] = [];
  for (let seed = 1; seed <= 50; seed++) {
    const { estimate } = await run.explore(0, { ...options, seed });
    estimates.push(estimate!.probability);
    errors.push((estimate!.probability - truth) / estimate!.standardError);
  }
  // All of them together are unbiased.
  const mean = estimates.reduce((sum, each) => sum + each, 0) / 50;
  const variance = estimates.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 49;
  expect(Math.abs(mean - truth)).toBeLessThan(3 * Math.sqrt(variance / 50));
  // One alone may be a little further away: a low estimate comes with a low standard error.
  expect(errors.filter((each) => Math.abs(each) > 3).length).toBeLessThanOrEqual(1);
  expect(Math.max(...errors.map(Math.abs))).toBeLessThan(4);
  const spread = Math.sqrt(errors.reduce((sum, each) => sum + each * each, 0) / 50);
  expect(spread).toBeGreaterThan(0.7);
  expect(spread).toBeLessThan(1.4);
});
