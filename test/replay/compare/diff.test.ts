import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/codec/decode.ts";
import { type Difference, differences } from "../../../src/codec/differences.ts";
import { nodeEnvironment } from "../../../src/node/host/environment.ts";
import type { Span } from "../../../src/replay/compare/spans.ts";
import { codeOf } from "../../../src/replay/programs.ts";
import { recordInto } from "../../../src/replay/run/open-run.ts";
import type { Run } from "../../../src/replay/run/run.ts";
import { defineSimulation, type Simulation } from "../../../src/replay/simulation.ts";
import {
  branched,
  families,
  forked,
  fractions,
  knobs,
  recorded,
  seeds,
} from "../../support/arbitraries.ts";
import { bruteForce, type Change, type Lineage } from "../../support/brute-force.ts";
import { counted, countingStore, reopen, slicedEnvironment } from "../../support/environments.ts";
import { FORMS, type Form, type Knobs } from "../../support/simulation-forms.ts";

/** A random walk between two walls, so that timelines part and meet again. */
const walled: Form<{ x: number; total: bigint; note: string }> = {
  simulation: defineSimulation<{ x: number; total: bigint; note: string }, Knobs>({
    name: "walled",
    params: { draws: 3, gain: 1, levels: [0.5] },
    init: () => ({ x: 1, total: 0n, note: "" }),
    step(state, rng, { params }) {
      // Sometimes draws nothing, so that the generators differ too.
      const move = state.x === 1 ? rng.integer(-1, 2) : rng.random() < 0.5 ? 1 : -1;
      state.x = Math.min(2, Math.max(0, state.x + move * Math.ceil(params.gain)));
      state.total = BigInt(state.x) * 3n;
      state.note = state.x === 0 ? "low" : "";
    },
  }),
  paths: ["x"],
  change: (state, amount) => ({ ...state, x: Math.min(2, Math.abs(amount)) }),
  metric: ({ x }) => x,
};

/** A walk that stays at 0 once it is there. */
const absorbed: Form<number> = {
  simulation: defineSimulation<number, Knobs>({
    name: "absorbed",
    params: { draws: 3, gain: 1, levels: [0.5] },
    init: () => 4,
    step: (x, rng) => (x === 0 ? 0 : Math.min(9, x + (rng.random() < 0.6 ? -1 : 1))),
  }),
  paths: ["state"],
  change: (x, amount) => Math.abs(x + amount),
  metric: (x) => x,
};

const MEETING = [walled, absorbed] as unknown as readonly Form[];

interface Pair {
  readonly a: { readonly lineage: Lineage; readonly run: Run<unknown, Knobs> };
  readonly b: { readonly lineage: Lineage; readonly run: Run<unknown, Knobs> };
}

/** Two members of one family, in either order. */
const relatives: fc.Arbitrary<(env: ReturnType<typeof slicedEnvironment>) => Promise<Pair>> = fc
  .tuple(
    families,
    fc.option(fc.constantFrom(...MEETING), { nil: undefined, freq: 2 }),
    fc.nat(),
    fc.nat(),
  )
  .map(([{ lineage, plans }, form, i, j]) => async (env) => {
    const members = [];
    let member: Lineage = { ...lineage, form: form ?? lineage.form };
    let run = await recorded(env, member);
    members.push({ lineage: member, run });
    for (const plan of plans) {
      // Some states, such as a text, accept no number.
      const set = member.form.simulation.name === "odd-scalar" ? undefined : plan.set;
      member = forked(member, { ...plan, set }).lineage;
      run = await branched(run, member);
      members.push({ lineage: member, run });
    }
    const [a, b] = [members[i % members.length]!, members[j % members.length]!];
    return { a, b };
  });

/** Two separate recordings with different seeds, params, lengths, block sizes and simulations. */
const strangers: typeof relatives = fc
  .tuple(
    fc.constantFrom(...MEETING, ...MEETING, ...FORMS),
    fc.option(fc.constantFrom(...FORMS), { nil: undefined, freq: 4 }),
    fc.array(
      fc.record({
        steps: fc.nat(120),
        blockSize: fc.constantFrom(undefined, 1, 5, 8, 200),
        seed: fc.oneof(fc.constantFrom(1, 2), seeds),
        params: fc.oneof(fc.constant({}), knobs),
        changes: fc.constant([]),
      }),
      { minLength: 2, maxLength: 2 },
    ),
  )
  .map(([form, other, parts]) => async (env) => {
    const [a, b] = parts.map((part, i) => ({ form: (i === 1 && other) || form, ...part }));
    // In its own store, as after a separate call of `record`.
    const second = nodeEnvironment();
    return {
      a: { lineage: a!, run: await recorded(env, a!) },
      b: { lineage: b!, run: await recorded(second, b!) },
    };
  });

const change: fc.Arbitrary<Omit<Change, "at">> = fc.record({
  seed: fc.constantFrom(undefined, undefined, 1, 2),
  params: fc.constantFrom(undefined, { gain: 1 }, { gain: 2 }),
  amount: fc.constantFrom(undefined, 0, 1, 2),
});

/**
 * Two runs whose states part and meet. They use few seeds and params, so that their inputs also
 * become the same again, for a while or to the end.
 */
const cousins: typeof relatives = fc
  .record({
    form: fc.constantFrom(...MEETING),
    blockSize: fc.integer({ min: 1, max: 60 }),
    steps: fc.integer({ min: 60, max: 150 }),
    places: fc.uniqueArray(fc.nat(60), { minLength: 3, maxLength: 3 }),
    changes: fc.array(fc.tuple(change, change), { minLength: 3, maxLength: 3 }),
  })
  .map(({ form, blockSize, steps, places, changes }) => async (env) => {
    const base: Lineage = { form, blockSize, steps, seed: 1, params: {}, changes: [] };
    const main = await recorded(env, base);
    const ats = [...places].sort((x, y) => x - y);
    const member = async (side: 0 | 1): Promise<Pair["a"]> => {
      let lineage = base;
      let run = main;
      for (const [i, at] of ats.entries()) {
        lineage = { ...lineage, changes: [...lineage.changes, { at, ...changes[i]![side] }] };
        run = await branched(run, lineage);
      }
      return { lineage, run };
    };
    return { a: await member(0), b: await member(1) };
  });

interface Expected {
  readonly last: number;
  readonly equal: readonly boolean[];
  /** All differences at a step. */
  at(step: number, other?: number): Difference[];
}

function expected({ a, b }: Pair): Expected {
  const [bytesA, bytesB] = [bruteForce(a.lineage).bytes, bruteForce(b.lineage).bytes];
  const last = Math.min(bytesA.length, bytesB.length) - 1;
  const typesA = a.lineage.form.simulation.types;
  const typesB = b.lineage.form.simulation.types;
  const equal = bytesA
    .slice(0, last + 1)
    .map((bytes, i) => Buffer.compare(bytes, bytesB[i]!) === 0);
  return {
    last,
    equal,
    at: (step, other = step) =>
      differences(
        decode(bytesA[step]!, { types: typesA }),
        decode(bytesB[other]!, { types: typesB }),
        { types: { ...typesA, ...typesB }, limit: Number.POSITIVE_INFINITY },
      ),
  };
}

function spansOf(equal: readonly boolean[], from: number, to: number): Span[] {
  const spans: { from: number; to: number; equal: boolean }[] = [];
  for (let step = from; step <= to; step++) {
    const last = spans.at(-1);
    if (last?.equal === equal[step]) last!.to = step;
    else spans.push({ from: step, to: step, equal: equal[step]! });
  }
  return spans;
}

function statisticsOf({ equal, at }: Expected, from: number, to: number): unknown[] {
  const all: { path: string; about: unknown; step: number; difference: unknown }[] = [];
  for (let step = from; step <= to; step++) {
    if (equal[step]) continue;
    for (const { path, about, a, b } of at(step)) {
      const numbers =
        about === undefined &&
        ((typeof a === "number" && typeof b === "number") ||
          (typeof a === "bigint" && typeof b === "bigint"));
      const difference = numbers ? (b as number) - (a as number) : undefined;
      all.push({ path, about, step, difference });
    }
  }
  const size = (x: unknown): number => {
    const value = Math.abs(Number(x));
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  const names = new Map(all.map((one) => [`${one.path} ${one.about}`, one]));
  return [...names.values()].map(({ path, about }) => {
    const own = all.filter((one) => one.path === path && one.about === about);
    const numbers = own.filter(({ difference }) => difference !== undefined);
    const most = Math.max(...numbers.map(({ difference }) => size(difference)));
    const largest = numbers.find(({ difference }) => size(difference) === most);
    const atEnd = own.find(({ step }) => step === to);
    return {
      path,
      ...(about !== undefined && { about }),
      steps: new Set(own.map(({ step }) => step)).size,
      first: own[0]!.step,
      largest: largest && { step: largest.step, difference: largest.difference },
      differsAtEnd: atEnd !== undefined,
      atEnd: atEnd?.difference,
    };
  });
}

const byPath = (fields: readonly unknown[]): unknown[] =>
  [...fields].sort((x, y) => (JSON.stringify(keyOf(x)) < JSON.stringify(keyOf(y)) ? -1 : 1));
const keyOf = (field: unknown): unknown[] => {
  const { path, about } = field as { path: string; about?: string };
  return [path, about ?? ""];
};

describe.each([
  ["relatives", relatives],
  ["strangers", strangers],
  ["cousins", cousins],
])("diff of %s is what brute force finds", (_, pairs) => {
  test("first different step, changes there, end, spans and statistics", async () => {
    await fc.assert(
      fc.asyncProperty(
        pairs,
        fc.infiniteStream(fc.constantFrom(0, 1, 20, 70)),
        fractions,
        fractions,
        async (make, elapsed, x, y) => {
          const clock = elapsed[Symbol.iterator]();
          const env = slicedEnvironment(() => clock.next().value);
          const pair = await make(env);
          const { run } = pair.a;
          const brute = expected(pair);
          const { last, equal } = brute;
          const first = equal.indexOf(false);
          const limit = Number.POSITIVE_INFINITY;
          const [from, to] = [Math.round(Math.min(x, y) * last), Math.round(Math.max(x, y) * last)];
          const found = await run.diff(pair.b.run, {
            limit,
            spans: true,
            statistics: true,
            from,
            to,
          });
          expect(found.firstDifferentStep).toBe(first === -1 ? undefined : first);
          expect(found.identical).toBe(first === -1 && run.steps === pair.b.run.steps);
          const { forkStep = 0 } = found;
          if (first !== -1) {
            expect(forkStep).toBeLessThanOrEqual(first);
            expect(pathsOf(found.changes)).toEqual(pathsOf(brute.at(first)));
            expect([found.end?.a, found.end?.b]).toEqual([last, last]);
            expect(pathsOf(found.end!.changes)).toEqual(pathsOf(brute.at(last)));
            expect(found.end!.different).toBe(brute.at(last).length);
          } else {
            expect([found.changes, found.end]).toEqual([[], undefined]);
          }
          expect(found.spans).toEqual(spansOf(equal, from, to));
          const { fields, ...statistics } = found.statistics!;
          const steps = equal.slice(from, to + 1).filter((same) => !same).length;
          expect(statistics).toEqual({ from, to, steps, notFollowed: 0 });
          expect(byPath(fields)).toEqual(byPath(statisticsOf(brute, from, to)));
          const at = await run.diff(pair.b.run, { limit, at: [from, Math.min(to, last)] });
          expect(pathsOf(at.changes)).toEqual(pathsOf(brute.at(from, to)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Where states differ, and the numbers and texts there. Objects differ in each reading. */
function pathsOf(changes: readonly Difference[]): unknown[] {
  const plain = (value: unknown): unknown => (typeof value === "object" ? "object" : value);
  return changes.map(({ path, a, b, about, missing }) => [
    path,
    plain(a),
    plain(b),
    about,
    missing,
  ]);
}

const drift: Simulation<number[], { by: number; size: number }> = defineSimulation({
  name: "drift",
  params: { by: 1, size: 50 },
  init: ({ params }) => Array.from({ length: params.size }, () => 0),
  step: (state, _, { params }) =>
    state.map((x, i) => x + (i % 2 === 0 ? 0 : ((i * 7 + 12) % 50) * params.by)),
});

describe("the list", () => {
  test("the largest first if there are too many, with their count", async () => {
    const run = await recordInto(nodeEnvironment(), codeOf(drift), { steps: 20, seed: 1 });
    const other = await run.branch(10, { params: { by: 2 } });
    const { end, changes, different } = await run.diff(other, { limit: 3 });
    expect(changes.map(({ path }) => path)).toEqual(["state[41]", "state[5]", "state[19]"]);
    expect(different).toBe(25);
    expect(end).toMatchObject({ a: 20, b: 20, fields: 50, different: 25 });
    expect(end?.changes).toEqual([
      { path: "state[41]", a: 980, b: 1470 },
      { path: "state[5]", a: 940, b: 1410 },
      { path: "state[19]", a: 900, b: 1350 },
    ]);
    const all = await run.diff(other, { limit: 25 });
    expect(all.changes[0]).toEqual({ path: "state[1]", a: 209, b: 228 });
  });

  test("params by ranges of steps", async () => {
    const run = await recordInto(nodeEnvironment(), codeOf(drift), { steps: 30, seed: 1 });
    const once = await run.branch(10, { params: { by: 2 } });
    const twice = await once.branch(20, { seed: 9 });
    const { segments, inputs } = await run.diff(twice);
    const by = { path: "params.by", a: 1, b: 2 };
    const seed = { path: "seed", a: 1n, b: 9n };
    expect(segments).toEqual([
      { from: 10, to: 20, changes: [by] },
      { from: 20, to: 30, changes: [seed, by] },
    ]);
    expect(inputs).toEqual([seed, by]);
    // A change of the state begins a segment, but with the same params.
    const changed = await once.branch(20, {
      mutate: (state) => (state as number[]).map((x) => x + 1),
    });
    expect(changed.manifest.segments).toHaveLength(3);
    expect((await run.diff(changed)).segments).toEqual([{ from: 10, to: 30, changes: [by] }]);
  });

  test("instances of two programs' classes of one name are compared by their stored values", async () => {
    const crowd = (): Simulation<unknown, object> => {
      class Agent {
        readonly x: number;
        constructor(x: number) {
          this.x = x;
        }
      }
      return {
        name: "crowd",
        init: () => ({ best: new Agent(1), same: new Agent(3) }),
        step: ({ best, same }, rng) => ({ best: new Agent(best.x + rng.random()), same }),
        types: {
          Agent: {
            is: (value) => value instanceof Agent,
            encode: ({ x }: Agent) => ({ x }),
            decode: ({ x }: { x: number }) => new Agent(x),
          },
        },
      } as Simulation<{ best: Agent; same: Agent }, object>;
    };
    const a = await recordInto(nodeEnvironment(), codeOf(crowd()), { steps: 5, seed: 1 });
    const b = await recordInto(nodeEnvironment(), codeOf(crowd()), { steps: 5, seed: 2 });
    const { firstDifferentStep, changes, end } = await a.diff(b);
    expect(firstDifferentStep).toBe(1);
    expect(changes.map(({ path }) => path)).toEqual(["state.best.x"]);
    expect(end?.fields).toBe(2);
  });
});

test("a replay that does not match the recording gives no statistics", async () => {
  let factor = 1;
  const fickle: Simulation<number, { by: number }> = {
    name: "fickle",
    params: { by: 1 },
    init: () => 0,
    // With any factor, it is 0 again at step 14.
    step: (x, _, { params, step }) => (step === 13 ? 0 : x + (step > 13 ? 1 : params.by * factor)),
  };
  const run = await recordInto(nodeEnvironment(), codeOf(fickle), {
    steps: 20,
    blockSize: 4,
    seed: 1,
  });
  const fork = await run.branch(8, { params: { by: 2 } });
  factor = 3;
  // On another machine, the same inputs may have given different states.
  const again = await recordInto(nodeEnvironment(), codeOf(fickle), {
    steps: 20,
    blockSize: 4,
    seed: 1,
  });
  expect(await run.diff(again)).toMatchObject({ identical: false, firstDifferentStep: 4 });
  const refused = { code: "REPLAY_MISMATCH" };
  // They differ from step 9 on, and no state there can be shown.
  await expect(run.diff(fork)).rejects.toMatchObject(refused);
  for (const options of [{ statistics: true }, { spans: true }]) {
    for (const other of [fork, again]) {
      await expect(run.diff(other, options)).rejects.toMatchObject(refused);
    }
  }
});

describe("cost", () => {
  test("two reads of the last states, and no replay of blocks that must be equal", async () => {
    const { simulation, count } = counted(absorbed.simulation as Simulation<number, Knobs>);
    const store = countingStore();
    const env = slicedEnvironment(() => 1, store);
    const options = { steps: 100_000, blockSize: 10 };
    const main = await recordInto(env, codeOf(simulation), { ...options, seed: 1 });
    const fork = await main.branch(7, { mutate: (x) => (x as number) + 3 });
    const [a, b] = [await reopen(env, main), await reopen(env, fork)];
    count.steps = 0;
    store.reads = 0;
    const { spans, end } = await a.diff(b, { spans: true });
    expect(spans?.length).toBe(3);
    expect(spans?.at(-1)).toMatchObject({ to: 100_000, equal: true });
    expect(end?.different).toBe(0);
    // Both reach 0 within some hundred steps, and are equal from then on.
    expect(count.steps).toBeLessThan(1_000);
    expect(store.reads).toBeLessThanOrEqual(12);
  });

  test("runs with different block sizes are replayed once each", async () => {
    const { simulation, count } = counted(absorbed.simulation as Simulation<number, Knobs>);
    const record = (blockSize: number): Promise<Run<number, Knobs>> =>
      recordInto(nodeEnvironment(), codeOf(simulation), { steps: 20_000, blockSize, seed: 1 });
    const [a, b] = [await record(1), await record(20_000)];
    count.steps = 0;
    await a.diff(b, { spans: true, statistics: true });
    expect(count.steps).toBeLessThan(2.1 * 20_000 * 2);
  });
});
