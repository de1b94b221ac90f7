import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../src/codec/decode.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { decodeObserved } from "../../src/object/observed.ts";
import type { Observer } from "../../src/replay/observers.ts";
import type { Run } from "../../src/replay/run/run.ts";
import {
  branched,
  type ForkPlan,
  families,
  forked,
  fractions,
  lineages,
  recorded,
} from "../support/arbitraries.ts";
import { blockSizeOf, bruteForce, type Lineage } from "../support/brute-force.ts";
import { runs } from "../support/runs.ts";
import { type Form, type Knobs, SCALAR } from "../support/simulation-forms.ts";

const ODD = [-0, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 0.1];

/** Observers of every kind of value, which look at all that they may. */
function observersOf(form: Form): Record<string, Observer<unknown, Knobs>> {
  const { metric } = form;
  return {
    metric: { value: metric, unit: "m", title: "A metric" },
    weighed: (state, { step, params }) => metric(state) * params.gain + 0.1 * step,
    rare: (state, { step }) => (step % 5 === 3 ? metric(state) : ODD[step % 6]!),
    isLarge: (state) => Math.abs(metric(state)) > 1,
    pair: (state, { step }) => [metric(state), -step],
    phase: (state, { step }) => (metric(state) > 0 ? `up${step % 3}` : "down"),
  };
}

/** The lineage under a simulation that observes. */
function observing(lineage: Lineage): Lineage {
  const { form } = lineage;
  const simulation = { ...form.simulation, observe: observersOf(form) };
  return { ...lineage, form: { ...form, simulation } };
}

/** The value of each observer at each step, by a loop over the states. */
function valuesOf(lineage: Lineage): { name: string; values: readonly unknown[] }[] {
  const { form, changes } = lineage;
  const states = bruteForce(lineage).bytes.map((bytes) =>
    decode(bytes, { types: form.simulation.types }),
  );
  const defaults = { ...(form.simulation.params as Knobs), ...lineage.params };
  return Object.entries(observersOf(form)).map(([name, observer]) => {
    const value = typeof observer === "function" ? observer : observer.value;
    const values = states.map((state, step) => {
      const given = changes.filter(({ at }) => at <= step).map((change) => change.params);
      return value(state, { step, params: Object.assign({}, defaults, ...given) });
    });
    return { name, values };
  });
}

/** What the values of a range should give. */
function expected(values: readonly unknown[]): object {
  if (typeof values[0] === "string") {
    const counts = [...new Set(values)]
      .sort()
      .map((text) => [text, values.filter((each) => each === text).length]);
    return {
      numbers: [],
      text: { count: values.length, first: values[0], last: values.at(-1), counts },
    };
  }
  const rows = values.map((value) => (Array.isArray(value) ? value : [Number(value)]) as number[]);
  const numbers = (rows[0] as number[]).map((_, i) => {
    const column = rows.map((row) => row[i] as number);
    const hasNaN = column.some(Number.isNaN);
    return {
      count: column.length,
      nan: column.filter(Number.isNaN).length,
      min: hasNaN ? Number.NaN : Math.min(...column) + 0,
      max: hasNaN ? Number.NaN : Math.max(...column) + 0,
      first: column[0],
      last: column.at(-1),
    };
  });
  return { numbers, text: undefined };
}

async function expectObserved(
  run: Run<unknown, Knobs>,
  lineage: Lineage,
  cuts: readonly number[],
): Promise<void> {
  const { steps } = lineage;
  const [a = 0, b = 1] = cuts;
  const [from, to] = [Math.round(Math.min(a, b) * steps), Math.round(Math.max(a, b) * steps)];
  for (const range of [
    { from: 0, to: steps },
    { from, to },
  ]) {
    for (const { name, values } of valuesOf(lineage)) {
      const found = await run.observed(name, range);
      expect(found).toMatchObject(expected(values.slice(range.from, range.to + 1)));
    }
  }
}

/** What a run stored of its observers that were added later, by name. */
async function added(run: Run<unknown, Knobs>): Promise<readonly object[]> {
  const { env, readObject } = run.replayer;
  const all = await Promise.all(
    env.observations.of(run.id).map(async (id) => decodeObserved(await readObject("observed", id))),
  );
  return all
    .flatMap(({ series }) => series)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ definition, ...rest }) => rest);
}

/** Adds every observer to a run that was recorded without them. */
async function addAll(run: Run<unknown, Knobs>, form: Form): Promise<number> {
  let replayed = 0;
  for (const [name, observer] of Object.entries(observersOf(form))) {
    const { value, unit, title } = typeof observer === "function" ? { value: observer } : observer;
    const definition = { by: "expression", text: name } as const;
    await run.observe(
      name,
      { definition, value: value as never, unit, title },
      { onCost: ({ steps }) => (replayed += steps) },
    );
  }
  return replayed;
}

/** What a run stored of its observers. */
async function stored(run: Run<unknown, Knobs>): Promise<unknown> {
  const { manifest, readObject } = run.replayer;
  return decodeObserved(await readObject("observed", manifest.observed!));
}

describe("what is observed is the value at each state of the run", () => {
  test("for any block size, through any forks", async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.array(fractions, { minLength: 2, maxLength: 2 }),
        async ({ lineage, plans }, cuts) => {
          let parent = observing(lineage);
          let run = await recorded(nodeEnvironment(), parent);
          await expectObserved(run, parent, cuts);
          for (const plan of plans as readonly ForkPlan[]) {
            parent = forked(parent, plan).lineage;
            run = await branched(run, parent);
            await expectObserved(run, parent, cuts);
            expect(await run.verify({ full: true })).toMatchObject({ ok: true });
          }
        },
      ),
      { numRuns: runs(16) },
    );
  });

  test("and a run that was extended, cut or forked without changes stores the same", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, fractions, async (given, fraction) => {
        const lineage = observing({ ...given, blockSize: blockSizeOf(given) });
        const { steps } = lineage;
        const whole = await recorded(nodeEnvironment(), lineage);
        const at = Math.round(fraction * steps);
        const short = await recorded(nodeEnvironment(), { ...lineage, steps: at });
        expect(await stored(await short.branch(at, { steps }))).toEqual(await stored(whole));
        expect(await stored(await whole.branch(at, { steps: at }))).toEqual(await stored(short));
        expect(await stored(await whole.branch(at))).toEqual(await stored(whole));
      }),
      { numRuns: runs(16) },
    );
  });

  test("without a change to the timeline or to the seeds", async () => {
    await fc.assert(
      fc.asyncProperty(lineages, async (lineage) => {
        const plain = await recorded(nodeEnvironment(), lineage);
        const observed = await recorded(nodeEnvironment(), observing(lineage));
        expect(observed.root).toBe(plain.root);
      }),
      { numRuns: runs(20) },
    );
  });

  test("and an observer that is added later stores what it would have stored while recording", async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        async ({ lineage, plans }, when) => {
          const parts = [];
          let own = lineage;
          let [plain, inline] = [
            await recorded(nodeEnvironment(), own),
            await recorded(nodeEnvironment(), observing(own)),
          ];
          parts.push({ plain, inline, form: own.form });
          if (when[0]) await addAll(plain, own.form);
          for (const [i, plan] of plans.entries()) {
            own = forked(own, plan).lineage;
            plain = await branched(plain, own);
            inline = await branched(inline, observing(own));
            parts.push({ plain, inline, form: own.form });
            if (when[i + 1]) await addAll(plain, own.form);
          }
          for (const each of parts.reverse()) {
            await addAll(each.plain, each.form);
            const { series } = (await stored(each.inline)) as { series: { definition: unknown }[] };
            expect(await added(each.plain)).toEqual(series.map(({ definition, ...rest }) => rest));
          }
        },
      ),
      { numRuns: runs(12) },
    );
  });

  test("and adding one to a fork replays its own blocks only", async () => {
    const form = SCALAR as Form;
    const lineage = { form, steps: 500, blockSize: 10, seed: 1, params: {}, changes: [] };
    const run = await recorded(nodeEnvironment(), lineage);
    expect(await addAll(run, form)).toBe(6 * 501);
    expect(await addAll(run, form)).toBe(0);
    const fork = await run.branch(433, { mutate: () => 5 });
    expect(await addAll(fork, form)).toBe(6 * (501 - 430));
  });

  test("and one that was interrupted goes on from where it was", async () => {
    const form = SCALAR as Form;
    const lineage = { form, steps: 2_000, blockSize: 10, seed: 1, params: {}, changes: [] };
    const env = nodeEnvironment();
    let now = 0;
    const run = await recorded({ ...env, now: () => (now += 20) }, lineage);
    const { metric } = observersOf(form) as { metric: { value: never } };
    const by = { definition: { by: "expression", text: "metric" }, value: metric.value } as const;
    const stop = new AbortController();
    const interrupted = run.observe("metric", by, {
      signal: stop.signal,
      onProgress: ({ done }) => done > 700 && stop.abort(),
    });
    await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });
    const costs: number[] = [];
    await run.observe("metric", by, { onCost: ({ known }) => costs.push(known) });
    expect(costs[0]).toBeGreaterThan(600);
    expect(costs[0]! % 10).toBe(0);
    const whole = await recorded(nodeEnvironment(), lineage);
    await whole.observe("metric", by);
    expect(await added(run)).toEqual(await added(whole));
  });
});
