import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { record } from "../../src/index.ts";
import { sharedPasts } from "../../src/replay/compare/shared-pasts.ts";
import type { Run } from "../../src/replay/run/run.ts";
import type { Simulation } from "../../src/replay/simulation.ts";
import { plotOf } from "../../src/repository/plot.ts";
import { branched, families, forked, recorded } from "../support/arbitraries.ts";
import { bruteForce } from "../support/brute-force.ts";
import { slicedEnvironment } from "../support/environments.ts";
import { runs } from "../support/runs.ts";

const counter: Simulation<number, { by: number }> = {
  name: "counter",
  params: { by: 1 },
  init: () => 0,
  step: (x, _rng, { params }) => x + params.by,
};

/** The names of the runs that a curve is of. */
function namesOf(label: string): string[] {
  return label.replace(" (shared past)", "").split(", ");
}

async function counters(): Promise<{
  readonly main: Run;
  readonly fork: Run;
  readonly later: Run;
}> {
  const main = await record(counter, { steps: 100, seed: 1 });
  const fork = await main.branch(40, { params: { by: 3 } });
  const later = await fork.branch(70, { mutate: (x) => x + 1000 });
  return { main: main as never, fork: fork as never, later: later as never };
}

const x = { label: "x", look: (state: number): number => state };

describe("a plot of runs", () => {
  test("has the extremes that brute force finds, and each step of each run once", async () => {
    await fc.assert(
      fc.asyncProperty(families, fc.integer({ min: 1, max: 40 }), async (family, points) => {
        const env = slicedEnvironment(() => 1);
        let { lineage } = family;
        let run = await recorded(env, lineage);
        const all = [{ name: "r0", run: run as Run, metrics: bruteForce(lineage).metrics }];
        for (const [i, plan] of family.plans.entries()) {
          ({ lineage } = forked(lineage, plan));
          run = await branched(run, lineage);
          const { metrics } = bruteForce(lineage);
          all.push({ name: `r${i + 1}`, run: run as Run, metrics });
        }
        const { metric: look } = lineage.form;
        const plot = await plotOf(all, [{ label: "m", look: look as never }], { points });
        for (const { name, run, metrics } of all) {
          const seen = new Array<number>(run.steps + 1).fill(0);
          for (const { label, spans } of plot.curves) {
            const names = namesOf(label);
            if (!names.includes(name)) continue;
            // Where runs part, the shared curve ends with the state of the first of them.
            const isFirst = names[0] === name;
            for (const [i, span] of spans.entries()) {
              for (let step = span.from; step <= span.to; step++)
                seen[step] = (seen[step] ?? 0) + 1;
              if (!isFirst && i === spans.length - 1) continue;
              const own = metrics.slice(span.from, span.to + 1);
              expect(span).toMatchObject({
                min: Math.min(...own),
                max: Math.max(...own),
                first: own[0],
                last: own.at(-1),
              });
            }
          }
          expect(seen.every((times) => times >= 1)).toBe(true);
          const tree = await sharedPasts(all.map(({ run }) => run.replayer));
          const parts = new Set(tree.map(({ to }) => to));
          for (const [step, times] of seen.entries()) {
            if (!parts.has(step)) expect(times, `${name} at ${step}`).toBe(1);
          }
        }
      }),
      { numRuns: runs(24) },
    );
  });

  test("draws a shared past once, and marks each fork with what changed", async () => {
    const { main, fork, later } = await counters();
    const named = [
      { name: "main", run: main },
      { name: "fork", run: fork },
      { name: "later", run: later },
    ];
    const plot = await plotOf(named, [{ ...x, unit: "m", title: "height" }], { points: 50 });
    const shown = plot.curves.map(({ label, style, spans }) => {
      return [label, style, spans[0]?.from, spans.at(-1)?.to];
    });
    expect(shown).toEqual([
      ["main, fork, later (shared past)", "shared", 0, 40],
      ["main", 0, 40, 100],
      ["fork, later (shared past)", "shared", 40, 70],
      ["fork", 1, 70, 100],
      ["later", 2, 70, 100],
    ]);
    expect(plot).toMatchObject({ title: "height", xLabel: "step" });
    expect(plot.marks).toEqual([
      { step: 40, label: "fork, later: by 1 → 3" },
      { step: 70, label: "later: the state changed" },
    ]);
    // The fork's own state, which was changed by hand.
    expect(plot.curves.at(-1)?.spans[0]?.first).toBe(40 + 90 + 1000);
  });

  test("equal runs are one curve; a run that ends where another goes on has none of its own", async () => {
    const main = await record(counter, { steps: 60, seed: 1, blockSize: 8 });
    const short = await record(counter, { steps: 30, seed: 1, blockSize: 8 });
    const named = [
      { name: "main", run: main as never },
      { name: "short", run: short as never },
      { name: "again", run: main as never },
    ];
    const { curves } = await plotOf(named, [x], {});
    expect(curves.map(({ label, style }) => [label, style])).toEqual([
      ["main, short, again (shared past)", "shared"],
      ["main, again", 0],
    ]);
  });

  test("runs without a common past are drawn apart", async () => {
    const a = await record(counter, { steps: 60, seed: 1 });
    const b = await record(counter, { steps: 50, seed: 2, params: { by: 2 } });
    const { curves, marks } = await plotOf(
      [
        { name: "a", run: a as never },
        { name: "b", run: b as never },
      ],
      [x, { ...x, label: "y", unit: "m" }],
      { from: 10 },
    );
    expect(curves.map(({ label, title, style }) => [label, title, style])).toEqual([
      ...[["a", "x", 0] as const, ["b", "x", 1] as const],
      ...[["a", "y", 0] as const, ["b", "y", 1] as const],
    ]);
    expect(curves[1]?.spans.at(-1)?.to).toBe(50);
    expect(marks).toEqual([]);
  });

  test("metrics of one unit are told apart by their labels", async () => {
    const { main, fork } = await counters();
    const labels = async (...all: Run[]) => {
      const named = all.map((run, i) => ({ name: `r${i}`, run }));
      return (await plotOf(named, [x, { ...x, label: "y" }], { from: 50 })).curves.map(
        ({ label, style }) => [label, style],
      );
    };
    expect(await labels(main)).toEqual([
      ["x", 0],
      ["y", 1],
    ]);
    expect(await labels(main, fork)).toEqual([
      ...[["r0: x", 0] as const, ["r1: x", 1] as const],
      ...[["r0: y", 2] as const, ["r1: y", 3] as const],
    ]);
  });

  test("reports the progress of all curves together", async () => {
    const { main, fork } = await counters();
    const seen: number[] = [];
    await plotOf(
      [
        { name: "main", run: main },
        { name: "fork", run: fork },
      ],
      [x],
      { onProgress: ({ done, total }) => seen.push(done / total) },
    );
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  test("refuses steps that a run does not have, and no runs or metrics", async () => {
    const { main } = await counters();
    const named = [{ name: "main", run: main }];
    await expect(plotOf(named, [x], { from: 101 })).rejects.toMatchObject({
      code: "STEP_OUT_OF_RANGE",
    });
    for (const refused of [plotOf([], [x], {}), plotOf(named, [], {})]) {
      await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});
