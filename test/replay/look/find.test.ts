import fc from "fast-check";
import { assert, describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../../src/node/host/environment.ts";
import { codeOf } from "../../../src/replay/programs.ts";
import { recordInto } from "../../../src/replay/run/open-run.ts";
import type { Run } from "../../../src/replay/run/run.ts";
import { defineSimulation } from "../../../src/replay/simulation.ts";
import {
  branched,
  families,
  forked,
  fractions,
  lineagesOf,
  recorded,
} from "../../support/arbitraries.ts";
import { bruteForce, encodingOf, type Lineage } from "../../support/brute-force.ts";
import { counted, reopen, reopened, slicedEnvironment } from "../../support/environments.ts";
import { FORMS, type Form, type Knobs, SCALAR } from "../../support/simulation-forms.ts";

/** A run with forks of forks, a range of its steps, and the results of brute force. */
interface Case {
  readonly run: Run<unknown, Knobs>;
  readonly lineage: Lineage;
  readonly from: number;
  readonly to: number;
  /** The metric and the encoded state at each step of the run. */
  readonly metrics: readonly number[];
  readonly bytes: readonly Uint8Array[];
}

/** Checks a law on many runs, with clocks that make passes stop and continue anywhere. */
async function forAnyRun(
  law: (given: Case, fraction: number) => Promise<void>,
  numRuns = 40,
): Promise<void> {
  const clocks = fc.array(fc.constantFrom(0, 20, 100), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      families,
      fc.tuple(fractions, fractions, fc.boolean()),
      fractions,
      clocks,
      async ({ lineage: first, plans }, [a, b, whole], fraction, clock) => {
        let ticks = 0;
        const env = slicedEnvironment(() => clock[ticks++ % clock.length]!);
        let lineage = first;
        let run = await recorded(env, lineage);
        for (const plan of plans) {
          lineage = forked(lineage, plan).lineage;
          run = await branched(run, lineage);
        }
        const [from = 0, to = 0] = whole
          ? [0, run.steps]
          : [a, b].map((x) => Math.round(x * run.steps)).sort((x, y) => x - y);
        await law({ run, lineage, from, to, ...bruteForce(lineage) }, fraction);
      },
    ),
    { numRuns },
  );
}

function expectState(form: Form, state: unknown, expected: Uint8Array | undefined): void {
  assert(expected !== undefined && Buffer.compare(encodingOf(form, state), expected) === 0);
}

/** The steps of the range at which a predicate holds, found by looking at all of them. */
function stepsWhere({ from, to }: Case, holds: (step: number) => boolean): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(holds);
}

describe("by brute force over any run", () => {
  test("findLast gives the last step of the range, and the state there", async () => {
    await forAnyRun(async (given, fraction) => {
      const { run, from, to, lineage, metrics, bytes } = given;
      const limit = metrics[Math.round(fraction * run.steps)]!;
      const last = stepsWhere(given, (step) => metrics[step]! >= limit).at(-1);
      const found = await run.findLast((state) => lineage.form.metric(state) >= limit, {
        from,
        to,
      });
      expect(found?.step).toBe(last);
      if (found === undefined) return;
      expectState(lineage.form, found.state, bytes[found.step]);
    });
  });

  test("findLast looks at each step at most once, and at the right state", async () => {
    await forAnyRun(async ({ run, from, to, lineage: { form }, bytes }, fraction) => {
      const stop = from + Math.round(fraction * (to - from));
      const seen: number[] = [];
      const found = await run.findLast(
        (state, ctx) => {
          seen.push(ctx.step);
          expectState(form, state, bytes[ctx.step]);
          return ctx.step <= stop;
        },
        { from, to },
      );
      expect(found?.step).toBe(stop);
      seen.sort((x, y) => x - y);
      expect(seen).toEqual(Array.from({ length: to - seen[0]! + 1 }, (_, i) => seen[0]! + i));
    }, 30);
  });

  test("count gives the number of steps, the first and the last", async () => {
    await forAnyRun(async (given, fraction) => {
      const { run, from, to, lineage, metrics } = given;
      const limit = metrics[Math.round(fraction * run.steps)]!;
      const steps = stepsWhere(given, (step) => metrics[step]! >= limit);
      expect(await run.count((state) => lineage.form.metric(state) >= limit, { from, to })).toEqual(
        { count: steps.length, first: steps[0], last: steps.at(-1) },
      );
    });
  });

  test("bisect gives the step at which a predicate begins to hold, if it stays true", async () => {
    await forAnyRun(async ({ run, from, to, lineage, bytes }, fraction) => {
      const start = Math.round(fraction * (run.steps + 1));
      const expected = start <= from ? from : start <= to ? start : undefined;
      const shown = new Set<number>();
      const { found, looked } = await run.bisect(
        (state, ctx) => {
          shown.add(ctx.step);
          expectState(lineage.form, state, bytes[ctx.step]);
          return ctx.step >= start;
        },
        { from, to },
      );
      expect(found?.step).toBe(expected);
      if (found !== undefined) {
        expectState(lineage.form, found.state, bytes[found.step]);
      }
      // No state is looked at twice: both ends, then the middle of the rest each time.
      expect(shown.size).toBe(looked);
      expect(looked).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(Math.max(1, to - from))));
      if (expected === from) expect(looked).toBe(1);
    });
  });

  test("for any predicate, bisect gives a step at which it begins to hold", async () => {
    await forAnyRun(async ({ run, from, to, lineage, metrics }, fraction) => {
      const limit = metrics[Math.round(fraction * run.steps)]!;
      const holds = (step: number): boolean => metrics[step]! >= limit;
      const { found } = await run.bisect((state) => lineage.form.metric(state) >= limit, {
        from,
        to,
      });
      if (found === undefined) expect([holds(from), holds(to)]).toEqual([false, false]);
      else
        expect([holds(found.step), found.step > from && holds(found.step - 1)]).toEqual([
          true,
          false,
        ]);
    }, 30);
  });

  test("previous is the state one step before, in forks, in ranges and in every search", async () => {
    await forAnyRun(async (given, fraction) => {
      const { run, from, to, lineage, metrics, bytes } = given;
      const { form } = lineage;
      const options = { from, to, previous: true };
      const check = (previous: unknown, step: number): void => {
        if (step === 0) assert(previous === undefined);
        else expectState(form, previous, bytes[step - 1]);
      };
      const rises = (step: number): boolean => step > 0 && metrics[step]! > metrics[step - 1]!;
      const rising = (state: unknown, ctx: { readonly step: number }, previous: unknown) => {
        check(previous, ctx.step);
        return ctx.step > 0 && form.metric(state) > form.metric(previous);
      };
      const steps = stepsWhere(given, rises);
      expect((await run.find(rising, options))?.step).toBe(steps[0]);
      expect((await run.findLast(rising, options))?.step).toBe(steps.at(-1));
      expect((await run.count(rising, options)).count).toBe(steps.length);
      const start = from + Math.round(fraction * (to - from));
      const { found } = await run.bisect((_, ctx, previous) => {
        check(previous, ctx.step);
        return ctx.step >= start;
      }, options);
      expect(found?.step).toBe(start);
      const { count, mean } = await run.stats(
        (state, ctx, previous) => Number(rising(state, ctx, previous)),
        options,
      );
      expect([count, Math.round(mean * count)]).toEqual([to - from + 1, steps.length]);
    });
  });
});

describe("the work of a search", () => {
  const long = lineagesOf(fc.constantFrom(...FORMS), fc.integer({ min: 100, max: 900 }));

  /** The number of steps applied to a run without earlier replays. */
  async function stepsOf(
    lineage: Lineage,
    search: (run: Run<unknown, Knobs>) => Promise<unknown>,
  ): Promise<{ steps: number; blockSize: number }> {
    const { simulation, count } = counted(lineage.form.simulation);
    const env = nodeEnvironment();
    const original = await recorded(env, { ...lineage, form: { ...lineage.form, simulation } });
    const run = await reopen(reopened(env, simulation), original);
    count.steps = 0;
    await search(run);
    return { steps: count.steps, blockSize: run.blockSize };
  }

  test("bisect regenerates about log2 of the steps in states, each from its checkpoint", async () => {
    await fc.assert(
      fc.asyncProperty(long, fractions, async (lineage, fraction) => {
        const start = Math.round(fraction * lineage.steps);
        let looked = 0;
        const { steps, blockSize } = await stepsOf(lineage, async (run) => {
          looked = (await run.bisect((_, ctx) => ctx.step >= start)).looked;
        });
        // The match is regenerated once more.
        expect(steps).toBeLessThanOrEqual((looked + 1) * (blockSize - 1));
      }),
      { numRuns: 20 },
    );
  });

  test("findLast of a late match looks only at the last block", async () => {
    await fc.assert(
      fc.asyncProperty(long, async (lineage) => {
        const { steps, blockSize } = await stepsOf(lineage, (run) => run.findLast(() => true));
        expect(steps).toBeLessThanOrEqual(3 * blockSize);
      }),
      { numRuns: 20 },
    );
  });

  test("findLast without a match applies each step once, also with previous", async () => {
    await fc.assert(
      fc.asyncProperty(long, fc.boolean(), async (lineage, previous) => {
        let blocks = 0;
        const { steps } = await stepsOf(lineage, (run) => {
          blocks = run.checkpoints;
          return run.findLast(() => false, { previous });
        });
        // The first step after each checkpoint, and step 0.
        expect(steps).toBeLessThanOrEqual(lineage.steps + blocks + 1);
      }),
      { numRuns: 20 },
    );
  });
});

/** A counter that is changed in place. */
const counter = defineSimulation({
  name: "counter",
  init: () => ({ n: 0, log: [0] }),
  step(state) {
    state.n++;
    state.log = [state.n];
  },
});

type Counter = Run<{ n: number; log: number[] }, Record<never, never>>;

function counters(steps: number, env = nodeEnvironment()): Promise<Counter> {
  return recordInto(env, codeOf(counter), { steps, seed: 1, blockSize: 10 });
}

describe("a faulty function", () => {
  test("one that takes the previous state without asking for it is refused", async () => {
    const run = await counters(5);
    const taking = (state: { n: number }, _: unknown, before: { n: number } | undefined) =>
      state.n !== before?.n;
    const refused = {
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("ask for it with { previous: true }"),
    };
    await expect(run.find(taking)).rejects.toMatchObject(refused);
    await expect(run.findLast(taking)).rejects.toMatchObject(refused);
    await expect(run.count(taking)).rejects.toMatchObject(refused);
    await expect(run.bisect(taking)).rejects.toMatchObject(refused);
    await expect(run.stats((s, c, p) => Number(taking(s, c, p)))).rejects.toMatchObject(refused);
  });

  test("the error of one that throws names the step", async () => {
    const run = await counters(50);
    const failing = (_: unknown, ctx: { readonly step: number }): boolean => {
      if (ctx.step === 50) throw new TypeError("no such thing");
      return false;
    };
    for (const options of [{}, { previous: true }, { from: 7 }, { from: 50 }]) {
      for (const search of ["find", "findLast", "count", "bisect"] as const) {
        await expect(run[search](failing, options)).rejects.toMatchObject({
          code: "FUNCTION_FAILED",
          message: "the function failed at step 50: TypeError: no such thing",
          data: { step: 50, reason: "TypeError: no such thing" },
        });
      }
    }
  });

  test("one that changes the state is detected, whether it holds or not, in any range", async () => {
    const run = await counters(50);
    for (const options of [{}, { to: 7 }, { from: 3, to: 3 }, { from: 12, to: 40 }]) {
      for (const value of [5, 0]) {
        for (const search of ["find", "findLast", "count", "bisect"] as const) {
          const assigning = (state: { n: number }): unknown => {
            state.n = value;
            return value;
          };
          // At step 5 the assignment changes nothing; it does so at every other one.
          await expect(run[search](assigning, options)).rejects.toMatchObject({
            code: "FUNCTION_FAILED",
            message: expect.stringContaining("the function changed the state that it looked at"),
          });
        }
        const stats = run.stats((state) => {
          state.n = value;
          return value;
        }, options);
        await expect(stats).rejects.toMatchObject({ code: "FUNCTION_FAILED" });
      }
    }
    expect(await run.verify({ full: true })).toMatchObject({ ok: true });
  });

  test("one that changes the previous state is detected", async () => {
    const run = await counters(50);
    for (const search of ["find", "findLast", "count", "bisect"] as const) {
      const assigning = (
        _state: unknown,
        _ctx: unknown,
        previous: { log: number[] } | undefined,
      ) => {
        previous?.log.push(1);
        return false;
      };
      await expect(run[search](assigning, { previous: true })).rejects.toMatchObject({
        code: "FUNCTION_FAILED",
        message: expect.stringContaining("the function changed the state that it looked at"),
      });
    }
  });

  test("the function is not blamed for a replay that does not match", async () => {
    const env = nodeEnvironment();
    const drifting = { by: 1 };
    const simulation = defineSimulation({
      name: "drifting",
      init: () => ({ n: 0 }),
      step(state: { n: number }) {
        state.n += drifting.by;
      },
    });
    const run = await recordInto(env, codeOf(simulation), { steps: 50, seed: 1, blockSize: 10 });
    drifting.by = 2;
    for (const search of ["find", "findLast", "count"] as const) {
      const error = { code: "REPLAY_MISMATCH" };
      await expect(run[search](() => false)).rejects.toMatchObject(error);
    }
  });

  test("a state that no checkpoint can hold is looked at, but not passed on as the previous one", async () => {
    const held = defineSimulation<{ n: number; f?: () => number }>({
      name: "held",
      init: () => ({ n: 0 }),
      step(state) {
        state.n++;
        if (state.n % 2 === 1) state.f = () => 1;
        else delete state.f;
      },
    });
    const run = await recordInto<{ n: number; f?: () => number }, Record<never, never>>(
      nodeEnvironment(),
      codeOf(held),
      { steps: 64, seed: 1, blockSize: 16 },
    );
    expect(await run.count((state) => state.f !== undefined, { to: 33 })).toMatchObject({
      count: 17,
    });
    expect((await run.bisect((state) => state.n >= 40)).found?.step).toBe(40);
    await expect(run.count(() => true, { previous: true })).rejects.toMatchObject({
      code: "FUNCTION_FAILED",
      message: expect.stringMatching(
        /^the state at step 1 cannot be passed on as the previous one: /,
      ),
    });
  });
});

describe("interrupted", () => {
  /** A long run whose passes read the clock every few steps. */
  async function slow(): Promise<Run<number, Knobs>> {
    const env = slicedEnvironment(() => 100);
    return recordInto(env, codeOf(SCALAR.simulation), { steps: 400, seed: 3, blockSize: 20 });
  }

  /** Searches, presses Ctrl-C at a step, and returns the error's message and data. */
  async function interruptedAt(
    search: "find" | "findLast" | "count",
    step: number,
    range: { from?: number; to?: number } = {},
    holds: (step: number) => boolean = () => false,
  ): Promise<{ message: string; data: Record<string, unknown> }> {
    const run = await slow();
    const ctrlC = new AbortController();
    const pass = run[search](
      (_, ctx) => {
        if (ctx.step === step) ctrlC.abort();
        return holds(ctx.step);
      },
      { ...range, signal: ctrlC.signal },
    );
    const error = await pass.then(
      () => expect.fail("it was not interrupted"),
      (thrown) => thrown,
    );
    expect(error.code).toBe("INTERRUPTED");
    return error;
  }

  test("find says which steps it looked at and which are left", async () => {
    const { message, data } = await interruptedAt("find", 123);
    expect(message).toBe("interrupted: looked at steps 0 to 123");
    expect(data).toEqual({ looked: { from: 0, to: 123 }, rest: { from: 124, to: 400 }, held: 0 });
    const part = await interruptedAt("find", 123, { from: 105, to: 200 });
    expect(part.data).toMatchObject({
      looked: { from: 105, to: 123 },
      rest: { from: 124, to: 200 },
    });
  });

  test("count also says how many steps matched, so that a count of the rest completes it", async () => {
    const even = (step: number): boolean => step % 2 === 0;
    const { data } = await interruptedAt("count", 123, {}, even);
    expect(data).toMatchObject({ held: 62, rest: { from: 124, to: 400 } });
    const rest = await (await slow()).count((_, ctx) => even(ctx.step), { from: 124 });
    expect(62 + rest.count).toBe(201);
  });

  test("findLast continues towards the start, from the beginning of a block", async () => {
    const { message, data } = await interruptedAt("findLast", 310);
    expect(message).toBe("interrupted: looked at steps 321 to 400");
    expect(data).toEqual({ looked: { from: 321, to: 400 }, rest: { from: 0, to: 320 }, held: 0 });
    const early = await interruptedAt("findLast", 395, { from: 7 });
    expect(early.message).toBe("interrupted: looked at no step yet");
    expect(early.data).toEqual({ looked: undefined, rest: { from: 7, to: 400 }, held: 0 });
  });

  test("bisect says between which steps the result is", async () => {
    const run = await slow();
    const ctrlC = new AbortController();
    const looked: number[] = [];
    const pass = run.bisect(
      (_, ctx) => {
        if (looked.push(ctx.step) === 4) ctrlC.abort();
        return ctx.step >= 130;
      },
      { signal: ctrlC.signal },
    );
    await expect(pass).rejects.toMatchObject({
      code: "INTERRUPTED",
      message: "interrupted: looked at 4 states",
      data: { looked: 4, rest: { from: 100, to: 200 } },
    });
    expect(looked).toEqual([0, 400, 200, 100]);
    const { found } = await run.bisect((_, ctx) => ctx.step >= 130, { from: 100, to: 200 });
    expect(found?.step).toBe(130);
  });

  test("bisect is interrupted even if no step is replayed", async () => {
    const run = await recordInto(nodeEnvironment(), codeOf(SCALAR.simulation), {
      steps: 400,
      seed: 3,
      blockSize: 1,
    });
    const ctrlC = new AbortController();
    const pass = run.bisect(
      () => {
        ctrlC.abort();
        return false;
      },
      { signal: ctrlC.signal },
    );
    await expect(pass).rejects.toMatchObject({ data: { looked: 1, rest: { from: 0, to: 400 } } });
  });

  test("before the first step of a range it has looked at no step", async () => {
    const run = await slow();
    for (const search of ["find", "findLast", "count"] as const) {
      const pass = run[search](() => true, { from: 30, signal: AbortSignal.abort() });
      await expect(pass).rejects.toMatchObject({
        message: "interrupted: looked at no step yet",
        data: { looked: undefined, rest: { from: 30, to: 400 }, held: 0 },
      });
    }
    const bisecting = run.bisect(() => true, { from: 30, signal: AbortSignal.abort() });
    await expect(bisecting).rejects.toMatchObject({
      data: { looked: 0, rest: { from: 30, to: 400 } },
    });
  });

  test("progress counts the steps of the range and reaches their number", async () => {
    const run = await slow();
    for (const search of ["find", "findLast", "count", "bisect"] as const) {
      const seen: { done: number; total: number }[] = [];
      await run[search](() => false, { from: 30, to: 200, onProgress: (p) => seen.push(p) });
      expect(seen.length).toBeGreaterThan(2);
      expect(new Set(seen.map(({ total }) => total)).size).toBe(1);
      expect(seen.map(({ done }) => done)).toEqual(
        seen.map(({ done }) => done).sort((a, b) => a - b),
      );
      expect(seen.at(-1)!.done).toBe(seen.at(-1)!.total);
    }
  });
});
