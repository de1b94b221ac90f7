import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { record } from "../../src/index.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { openRun, recordInto } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { defineSimulation, type Simulation } from "../../src/replay/simulation.ts";
import {
  branched,
  type ForkPlan,
  families,
  forked,
  fractions,
  lineages,
  recorded,
} from "../support/arbitraries.ts";
import { blockSizeOf, bruteForce, encodingOf, type Lineage } from "../support/brute-force.ts";
import { reopened, slicedEnvironment, storedStates } from "../support/environments.ts";
import { runs } from "../support/runs.ts";
import { type Form, type Knobs, LARGE, SCALAR } from "../support/simulation-forms.ts";

/** Each lineage of a family with its run, from the recording on. */
async function* familyOf(
  lineage: Lineage,
  plans: readonly ForkPlan[],
  env = nodeEnvironment(),
): AsyncGenerator<{ lineage: Lineage; run: Run<unknown, Knobs> }> {
  let run = await recorded(env, lineage);
  yield { lineage, run };
  let parent = lineage;
  for (const plan of plans) {
    const fork = forked(parent, plan);
    run = await branched(run, fork.lineage);
    yield { lineage: fork.lineage, run };
    parent = fork.lineage;
  }
}

async function expectState(
  form: Form,
  run: Run<unknown, Knobs>,
  step: number,
  expected: readonly Uint8Array[],
): Promise<void> {
  const bytes = encodingOf(form, await run.get(step));
  if (Buffer.compare(bytes, expected[step]!) === 0) return;
  expect.fail(`at step ${step} expected ${toHex(expected[step]!)}, got ${toHex(bytes)}`);
}

const orders: fc.Arbitrary<(steps: number) => number[]> = fc.oneof(
  fc.constant((steps: number) => Array.from({ length: steps + 1 }, (_, step) => step)),
  fc.constant((steps: number) => Array.from({ length: steps + 1 }, (_, step) => steps - step)),
  fc
    .array(fractions, { minLength: 1, maxLength: 40 })
    .map((places) => (steps: number) => places.map((f) => Math.round(f * steps))),
);

/** How many turns of the queue each of many calls waits, so that they meet at any point. */
const delays = fc.array(fc.nat(40), { minLength: 1, maxLength: 10 });

describe("exactness: get(t) is the state of one uninterrupted run", () => {
  test("of any form, through any forks, in any order", async () => {
    await fc.assert(
      fc.asyncProperty(families, orders, orders, async ({ lineage, plans }, order, again) => {
        for await (const member of familyOf(lineage, plans)) {
          const { bytes } = bruteForce(member.lineage);
          const { form, steps } = member.lineage;
          const { run } = member;
          expect(run.steps).toBe(steps);
          expect(await run.verify({ full: true })).toMatchObject({ ok: true });
          const asked = form === LARGE ? [0, 1, 7, steps] : [...order(steps), ...again(steps)];
          for (const step of asked) {
            if (step <= steps) await expectState(form, run, step, bytes);
          }
        }
      }),
      { numRuns: runs(70) },
    );
  });

  test("also when many are read at once", async () => {
    await fc.assert(
      fc.asyncProperty(families, orders, delays, async ({ lineage, plans }, order, ticks) => {
        for await (const member of familyOf(lineage, plans)) {
          const { bytes } = bruteForce(member.lineage);
          const { form, steps } = member.lineage;
          const asked = form === LARGE ? [0, 5, 2, 9] : order(steps);
          await Promise.all(
            asked
              .filter((step) => step <= steps)
              .map(async (step, i) => {
                for (let tick = ticks[i % ticks.length]!; tick > 0; tick--) await undefined;
                await expectState(form, member.run, step, bytes);
              }),
          );
        }
      }),
      { numRuns: runs(35) },
    );
  });

  test("the default block is ceil(sqrt(steps)) long", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, async (lineage) => {
        const run = await recorded(nodeEnvironment(), lineage);
        expect(run.blockSize).toBe(blockSizeOf(lineage));
        expect(run.checkpoints).toBe(Math.ceil(lineage.steps / run.blockSize));
      }),
      { numRuns: runs(40) },
    );
  });

  test("a step outside the run is refused, not rounded", async () => {
    const run = await recorded(nodeEnvironment(), {
      form: SCALAR as Form,
      steps: 10,
      blockSize: 3,
      seed: 1,
      params: {},
      changes: [],
    });
    for (const step of [-1, 11, 0.5, Number.NaN, "3" as unknown as number]) {
      await expect(run.get(step)).rejects.toMatchObject({ code: "STEP_OUT_OF_RANGE" });
    }
    expect(await run.get(-0)).toBe(await run.get(0));
  });
});

describe("exactness where code meets states", () => {
  /** The same code twice, as if its module were loaded again: two classes of one name. */
  function people(by: number) {
    class Person {
      readonly age: number;
      constructor(age: number) {
        this.age = age;
      }
      older(years: number): Person {
        return new Person(this.age + years);
      }
    }
    return defineSimulation<{ person: Person }, { by: number }>({
      name: "people",
      params: { by },
      init: () => ({ person: new Person(0) }),
      step: ({ person }, rng, ctx) => ({ person: person.older(ctx.params.by * rng.random()) }),
      types: {
        Person: {
          is: (value) => value instanceof Person,
          encode: (person: Person) => person.age,
          decode: (age: number) => new Person(age),
        },
      },
    });
  }

  test("a fork under new code reads the state with the codecs of that code", async () => {
    const run = await record(people(1), { steps: 20, seed: 1, blockSize: 6 });
    for (const step of [0, 5, 6, 7, 20]) {
      const fork = await run.branch(step, {
        simulation: people(1),
        mutate: ({ person }) => ({ person: person.older(0) }),
      });
      expect(storedStates(fork.manifest)).toEqual(storedStates(run.manifest));
      const same = await run.branch(step, { simulation: people(1) });
      expect(storedStates(same.manifest)).toEqual(storedStates(run.manifest));
      // A segment that begins inside a block begins its own witness.
      expect(same.root === run.root).toBe(step % 6 === 0 || step === 20);
    }
  });

  /**
   * Refuses to decode one age, or to step from it, as code that differs from the recording might.
   */
  function refusing(age: number, what: "decode" | "step"): Simulation<{ n: number }> {
    let failures = 0;
    const once = (n: number): void => {
      if (n === age && failures++ < 1) throw new Error("not this time");
    };
    class N {
      n: number;
      constructor(n: number) {
        this.n = n;
      }
    }
    return defineSimulation<{ n: number }>({
      name: "refusing",
      init: () => new N(0),
      step(state, rng, ctx) {
        if (what === "step") once(Math.floor(state.n));
        // The fraction tells which draws made a state.
        state.n = ctx.step + 1 + rng.random();
      },
      types: {
        N: {
          is: (value) => value instanceof N,
          encode: ({ n }: N) => n,
          decode(n: number) {
            if (what === "decode") once(Math.floor(n));
            return new N(n);
          },
        },
      },
    });
  }

  test.each(["decode", "step"] as const)("a get after one whose %s failed", async (what) => {
    const env = nodeEnvironment();
    const calm = refusing(-1, what);
    const options = { steps: 30, seed: 1, blockSize: 10 };
    const calmRun = await recordInto<{ n: number }, object>(env, codeOf(calm), options);
    for (const [first, then] of [
      [11, 15],
      [15, 19],
      [19, 12],
      [15, 15],
    ] as const) {
      const here = reopened(env, refusing(10, what));
      const run = await openRun<{ n: number }, object>(calmRun.id, here);
      const expected = async (step: number) => (await calmRun.get(step)).n;
      expect((await run.get(3)).n).toBe(await expected(3));
      await run.get(first).catch((error: Error) => expect(error.message).toMatch(/not this time/));
      expect((await run.get(then)).n).toBe(await expected(then));
      expect((await run.get(4)).n).toBe(await expected(4));
    }
  });

  test("a state that holds values inside a block that a checkpoint cannot", async () => {
    const held = defineSimulation<{ n: number; f?: () => number }>({
      name: "held",
      init: () => ({ n: 0 }),
      step(state) {
        state.n++;
        if (state.n % 2 === 1) state.f = () => 1;
        else delete state.f;
      },
    });
    const run = await record(held, { steps: 64, seed: 1, blockSize: 16 });
    const unsupported = { code: "UNSUPPORTED_STATE" };
    for (let step = 64; step >= 0; step--) {
      if (step % 2 === 0) expect(await run.get(step)).toEqual({ n: step });
      else await expect(run.get(step)).rejects.toMatchObject(unsupported);
    }
  });
});

interface Ends {
  readonly from: number;
  readonly to: number;
}

const ranges: fc.Arbitrary<(steps: number) => Ends> = fc
  .tuple(fractions, fractions, fc.boolean())
  .map(([a, b, whole]) => (steps: number) => {
    const [from, to] = [a, b].map((x) => Math.round(x * steps)).sort((x, y) => x - y);
    return whole ? { from: 0, to: steps } : { from: from!, to: to! };
  });

/** Slices of one step and of many, so that passes stop and continue at every step of a block. */
const clocks: fc.Arbitrary<() => number> = fc
  .array(fc.constantFrom(0, 20, 100, 100), { minLength: 1, maxLength: 5 })
  .map((elapsed) => {
    let at = 0;
    return () => elapsed[at++ % elapsed.length]!;
  });

describe("exactness: one pass sees each state of the run", () => {
  test("find gives the first matching step of the range, and the state there", async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        ranges,
        fractions,
        clocks,
        async ({ lineage, plans }, range, fraction, clock) => {
          for await (const member of familyOf(lineage, plans, slicedEnvironment(clock))) {
            const { form, steps } = member.lineage;
            const { bytes, metrics } = bruteForce(member.lineage);
            const { from, to } = range(steps);
            const limit = metrics[Math.round(fraction * steps)]!;
            const first = metrics.findIndex((x, step) => step >= from && step <= to && x >= limit);
            const seen: number[] = [];
            const found = await member.run.find(
              (state, ctx) => {
                seen.push(ctx.step);
                return form.metric(state) >= limit;
              },
              from === 0 && to === steps ? {} : { from, to },
            );
            expect(found?.step).toBe(first < 0 ? undefined : first);
            if (found !== undefined) {
              expect(toHex(encodingOf(form, found.state))).toBe(toHex(bytes[first]!));
            }
            const last = first < 0 ? to : first;
            expect(seen).toEqual(Array.from({ length: last - from + 1 }, (_, i) => from + i));
          }
        },
      ),
      { numRuns: runs(40) },
    );
  });

  test("find and stats look at the whole state, with the params of its segment", async () => {
    await fc.assert(
      fc.asyncProperty(families, clocks, async ({ lineage, plans }, clock) => {
        for await (const member of familyOf(lineage, plans, slicedEnvironment(clock))) {
          const { form, changes, params } = member.lineage;
          const { bytes } = bruteForce(member.lineage);
          await member.run.find((state, ctx) => {
            if (Buffer.compare(encodingOf(form, state), bytes[ctx.step]!) !== 0) {
              throw new Error(`another state at step ${ctx.step}`);
            }
            const here = changes.filter(({ at }) => at <= ctx.step).map((change) => change.params);
            expect(ctx.params).toEqual(Object.assign({}, form.simulation.params, params, ...here));
            return false;
          });
        }
      }),
      { numRuns: runs(40) },
    );
  });

  test("stats agree with a computation in two passes", async () => {
    await fc.assert(
      fc.asyncProperty(families, ranges, clocks, async ({ lineage, plans }, range, clock) => {
        for await (const member of familyOf(lineage, plans, slicedEnvironment(clock))) {
          const { form, steps } = member.lineage;
          const { from, to } = range(steps);
          const whole = from === 0 && to === steps;
          const options = whole ? {} : { from, to };
          const xs = bruteForce(member.lineage).metrics.slice(from, to + 1);
          const one = await member.run.stats((state) => form.metric(state), options);
          expectMoments(one, xs);
          expect(one.count).toBe(whole ? steps + 1 : to - from + 1);
          const two = await member.run.stats(
            (state, ctx) => [ctx.step, form.metric(state)],
            options,
          );
          const ts = xs.map((_, i) => from + i);
          expect(two.count).toBe(xs.length);
          const part = (i: number) => ({
            count: two.count,
            mean: two.mean[i]!,
            variance: two.variance[i]!,
            min: two.min[i]!,
            max: two.max[i]!,
          });
          expectMoments(part(0), ts);
          expectMoments(part(1), xs);
          for (const [i, a] of [ts, xs].entries()) {
            for (const [j, b] of [ts, xs].entries()) {
              expectClose(two.covariance[i]![j]!, covariance(a, b), spread(a) * spread(b));
            }
          }
        }
      }),
      { numRuns: runs(35) },
    );
  });

  test("NaN at any step makes all statistics NaN except the count", async () => {
    const run = await recorded(nodeEnvironment(), {
      form: SCALAR as Form,
      steps: 9,
      blockSize: 4,
      seed: 1,
      params: {},
      changes: [],
    });
    for (const nan of [0, 4, 9]) {
      const at = (step: number) => (step === nan ? Number.NaN : step);
      const one = await run.stats((_, ctx) => at(ctx.step));
      const { NaN: none } = Number;
      expect(one).toEqual({ count: 10, mean: none, variance: none, min: none, max: none });
      const two = await run.stats((_, ctx) => [at(ctx.step), ctx.step]);
      expect(two.min).toEqual([none, 0]);
      expect(two.max).toEqual([none, 9]);
      expect(two.covariance[0]).toEqual([none, none]);
      expect(two.covariance[1]![1]).toBeCloseTo(8.25);
    }
  });
});

interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
  readonly min: number;
  readonly max: number;
}

/** Compares with moments from two passes: the mean first, then the squares around it. */
function expectMoments(actual: Moments, xs: readonly number[]): void {
  expect(actual.count).toBe(xs.length);
  expectClose(actual.mean, mean(xs), spread(xs));
  expectClose(actual.variance, covariance(xs, xs), spread(xs) ** 2);
  expect(actual.min === xs.reduce((a, b) => Math.min(a, b))).toBe(true);
  expect(actual.max === xs.reduce((a, b) => Math.max(a, b))).toBe(true);
}

function mean(xs: readonly number[]): number {
  return xs.reduce((sum, x) => sum + x, 0) / xs.length;
}

function covariance(xs: readonly number[], ys: readonly number[]): number {
  const [x0, y0] = [mean(xs), mean(ys)];
  return xs.reduce((sum, x, i) => sum + (x - x0) * (ys[i]! - y0), 0) / xs.length;
}

function spread(xs: readonly number[]): number {
  return xs.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-9);
}

/** Equal except for rounding, relative to the size of the sum. */
function expectClose(actual: number, expected: number, scale: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-11 * scale);
}
