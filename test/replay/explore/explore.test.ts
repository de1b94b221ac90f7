import { describe, expect, test } from "vitest";
import { defineSimulation, record } from "../../../src/index.ts";
import { ruin, ruinProbability } from "./ruin.ts";

const N = 25;
const questions = {
  level: (x: number) => x,
  goal: (x: number) => x >= N,
  stop: (x: number) => x === 0,
};
const levels = Array.from({ length: N - 2 }, (_, i) => i + 2);

describe("explore", () => {
  test("reaches a goal of probability 1e-9, with an estimate near the truth", async () => {
    const run = await record(ruin, { steps: 5_000, seed: 1 });
    const truth = ruinProbability(0.3, N);
    expect(truth).toBeCloseTo(8.4e-10, 11);
    for (const seed of [1, 2, 3]) {
      const options = { ...questions, levels, effort: 1_000, budget: 1e8, seed };
      const { estimate, best, run: found } = await run.explore(0, options);
      const { probability, standardError } = estimate!;
      expect(Math.abs(probability - truth)).toBeLessThan(3 * standardError);
      expect(standardError / probability).toBeLessThan(0.3);
      expect(best).toMatchObject({ isGoal: true, level: N });
      expect(await found!.get(found!.steps)).toBe(N);
      expect((await found!.verify({ full: true })).ok).toBe(true);
    }
  });

  test("leaves its recipe: a fork with a seed of its own for each level", async () => {
    const run = await record(ruin, { steps: 5_000, seed: 1 });
    const options = { ...questions, budget: 1e8, seed: 4 };
    const { best, run: found, ended, seed } = await run.explore(0, options);
    expect([ended, seed]).toEqual([undefined, 4n]);
    const { hops, step } = best!;
    expect(hops.length).toBeGreaterThan(3);
    expect(found!.manifest.segments.map(({ start }) => start)).toEqual(hops.map((hop) => hop.step));
    expect(found!.steps).toBe(step);
    for (const hop of hops) expect(await found!.seed(hop.step)).toBe(hop.seed);
    expect(new Set(hops.map((hop) => hop.seed)).size).toBe(hops.length);
    // The same seed gives the same result, another seed another.
    expect((await run.explore(0, options)).run!.root).toBe(found!.root);
    expect((await run.explore(0, { ...options, seed: 5 })).run!.root).not.toBe(found!.root);
  });

  test.each(["block", "step", "continuous"] as const)(
    "records what it saw: %s",
    async (streams) => {
      const options = { steps: 900, seed: 1, streams, blockSize: 7, from: { state: 4 } };
      const run = await record(ruin, options);
      const goal = (x: number) => x >= 12;
      const { best, run: found } = await run.explore(3, {
        ...questions,
        goal,
        budget: 1e6,
        seed: 1,
      });
      expect(best?.isGoal).toBe(true);
      expect(await found!.get(found!.steps)).toBe(12);
      expect((await found!.verify({ full: true })).ok).toBe(true);
    },
  );

  test("ends with its budget, and keeps the best so far", async () => {
    const run = await record(ruin, { steps: 5_000, seed: 1 });
    const options = { ...questions, levels, effort: 100, budget: 3_000, seed: 1 };
    const { ended, estimate, best, run: found, steps } = await run.explore(0, options);
    expect([ended, estimate, best?.isGoal]).toEqual(["budget", undefined, false]);
    expect(await found!.get(found!.steps)).toBe(best!.level);
    expect(best!.level).toBeGreaterThan(2);
    expect(steps).toBeLessThan(3_000 + 5_000);
  });

  test("keeps the best so far when it is interrupted, and says if it is stuck", async () => {
    const run = await record(ruin, { steps: 5_000, seed: 1 });
    const abort = new AbortController();
    const onProgress = ({ done }: { done: number }) => done > 1_000 && abort.abort();
    const options = { ...questions, levels, effort: 100, budget: 1e8, seed: 1 };
    const long = { signal: abort.signal, onProgress: onProgress as () => void };
    const { ended, best } = await run.explore(0, { ...options, ...long });
    expect([ended, best?.isGoal]).toEqual(["interrupted", false]);
    const stuck = await run.explore(0, { ...options, levels: [2, 24], effort: 10 });
    expect([stuck.ended, stuck.estimate]).toEqual(["stuck", { probability: 0, standardError: 0 }]);
    expect(stuck.levels.at(-1)).toMatchObject({ level: 24, reached: 0 });
  });

  test("finds out when a function changed the states that it looked at", async () => {
    const sums = defineSimulation({
      name: "sums",
      init: () => ({ x: 0 }),
      step: (state: { x: number }, rng) => {
        state.x += rng.random();
      },
    });
    const run = await record(sums, { steps: 100, seed: 1 });
    const options = { goal: ({ x }: { x: number }) => x > 20, budget: 1e4, seed: 1, levels: [5] };
    const level = (state: { x: number }) => {
      state.x += 1;
      return state.x;
    };
    await expect(run.explore(0, { ...options, level })).rejects.toMatchObject({
      code: "REPLAY_MISMATCH",
    });
    expect((await run.explore(0, { ...options, level: ({ x }) => x })).best?.isGoal).toBe(true);
  });

  test("names the step at which a function fails, and refuses wrong options", async () => {
    const run = await record(ruin, { steps: 50, seed: 1 });
    const budget = 1e4;
    const failing = { ...questions, level: () => Number.NaN, budget };
    await expect(run.explore(0, failing)).rejects.toMatchObject({ code: "FUNCTION_FAILED" });
    for (const wrong of [{ budget: 0 }, { effort: 0.5 }, { levels: [2, 2] }, { steps: 0 }]) {
      await expect(run.explore(0, { ...questions, budget, ...wrong })).rejects.toMatchObject({
        code: expect.stringMatching(/^INVALID_/),
      });
    }
    await expect(run.explore(51, { ...questions, budget })).rejects.toMatchObject({
      code: "STEP_OUT_OF_RANGE",
    });
  });
});
