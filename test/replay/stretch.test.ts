import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { openRun, recordInto } from "../../src/replay/run/open-run.ts";

const count = { name: "count", params: { by: 1 }, init: () => 0 };
const step = (x: number, _: unknown, ctx: { params: { by: number } }) => x + ctx.params.by;

const recorded = () =>
  recordInto<number, { by: number }>(nodeEnvironment(), codeOf({ ...count, step } as never), {
    ...{ steps: 25, blockSize: 10, seed: 1 },
  });

describe("a stretch", () => {
  test("goes from a checkpoint, or a segment inside a block, to the next one or the end of the run", async () => {
    const run = await recorded();
    const fork = await run.branch(14, { params: { by: 2 } });
    const of = async (at: typeof run, from: number) => {
      const { to, end } = await at.replayer.stretch(from);
      return [at.replayer.stretchStart(Math.max(from, to - 1)), to, end !== undefined];
    };
    expect(await Promise.all([0, 10, 20].map((from) => of(run, from)))).toEqual([
      [0, 10, true],
      [10, 20, true],
      [20, 25, true],
    ]);
    // The changed segment begins with another state than the one before leads to.
    expect(await Promise.all([10, 14, 20].map((from) => of(fork, from)))).toEqual([
      [10, 14, false],
      [14, 20, true],
      [20, 25, true],
    ]);
  });

  test("is compared once for all runs that share it, under any limit", async () => {
    let steps = 0;
    const counting = {
      ...count,
      step(...args: Parameters<typeof step>) {
        steps++;
        return step(...args);
      },
    };
    const env = nodeEnvironment();
    const run = await recordInto<number, never>(env, codeOf(counting as never), {
      ...{ steps: 25, blockSize: 10, seed: 1 },
    });
    const fork = await run.branch(22);
    steps = 0;
    await run.get(13);
    expect(steps).toBe(10);
    await (await openRun(fork.id, env)).get(13);
    expect(steps).toBe(13);
  });

  test("is left unchecked if the time for checks is over, and is reported", async () => {
    const left: unknown[] = [];
    const run = await recorded();
    const { env } = run.replayer;
    let now = 0;
    const checks = {
      ...env.checks,
      has: () => false,
      limitMs: 0,
      leftUnchecked: (s: unknown) => left.push(s),
    };
    const hurried = { ...env, checks: checks as never, now: () => (now += 1_000) };
    expect(await (await openRun(run.id, hurried)).get(3)).toBe(3);
    expect(left).toHaveLength(1);
    expect(left[0]).toMatchObject({ run: run.id, to: 10 });
  });
});
