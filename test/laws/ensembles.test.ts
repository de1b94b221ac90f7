import fc from "fast-check";
import { expect, test } from "vitest";
import { ensembleRef, resultsOf, rowsOf } from "../../src/history/ensembles.ts";
import { EnsembleProgress } from "../../src/history/record/ensemble-progress.ts";
import { EnsembleRecorder, type GoOnOptions } from "../../src/history/record/ensemble-recorder.ts";
import { defineSimulation, type Simulation } from "../../src/index.ts";
import { fileRefs } from "../../src/node/store/file-refs.ts";
import { FileStore } from "../../src/node/store/file-store.ts";
import { recover } from "../../src/node/store/recover.ts";
import { decodeEnsemble, type EnsembleManifest } from "../../src/object/ensemble.ts";
import type { Id } from "../../src/object/id.ts";
import { rootOf } from "../../src/object/run.ts";
import type { Environment } from "../../src/replay/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { putRecipe } from "../../src/replay/record/record.ts";
import { openRun } from "../../src/replay/run/open-run.ts";
import type { Design } from "../../src/replay/sweep/design.ts";
import { Instances } from "../../src/replay/sweep/instance.ts";
import { recordRow } from "../../src/replay/sweep/record-row.ts";
import { objectReader } from "../../src/store/object-store.ts";
import { slicedEnvironment } from "../support/environments.ts";
import { memoryFiles } from "../support/memory-files.ts";
import { bury, mortal, storeFolders } from "../support/mortal-files.ts";
import { runs } from "../support/runs.ts";
import { refTools, storeTools } from "../support/store-tools.ts";

/** A walk whose state takes an object, and which fails at a step if it is told to. */
const walk: Simulation<{ x: number; path: number[] }, { p: number; fails: number }> =
  defineSimulation({
    name: "walk",
    params: { p: 0.5, fails: -1 },
    init: () => ({ x: 0, path: [] as number[] }),
    step: ({ x, path }, rng, { params, step }) => {
      if (step === params.fails) throw new Error("as told");
      const next = x + (rng.random() < params.p ? 1 : -1);
      return { x: next, path: [...path.slice(-40), next] };
    },
  });

const STEPS = 25;

const DESIGN: Design = {
  axes: { p: [0.25, 0.5, 0.75], fails: [-1, 7] },
  ...{ zip: false, table: undefined, seeds: [1, 2], replicates: 1, limit: 1_000 },
};

/** The store in memory that one process leaves to the next. */
class Disk {
  readonly files = memoryFiles();

  constructor() {
    storeFolders(this.files, "/store");
  }

  async open(killAt = Number.POSITIVE_INFINITY) {
    const files = mortal(this.files, killAt);
    const objects = new FileStore("/store", storeTools(files));
    const refs = fileRefs("/store", refTools(files));
    await recover(objects, refs);
    return { objects, refs, lock: async () => () => undefined, gitState: async () => undefined };
  }
}

type Opened = Awaited<ReturnType<Disk["open"]>>;

function environmentOf({ objects }: Opened, jumps: readonly number[]): Environment {
  let turn = 0;
  const env = slicedEnvironment(() => jumps[turn++ % jumps.length] as number, objects);
  env.programs.supply(walk);
  return { ...env, describeRun: () => ({ time: "2026-01-01T00:00:00.000Z" }) };
}

/** Records the ensemble, or what it lacks. */
async function live(
  disk: Disk,
  jumps: readonly number[],
  killAt?: number,
  options: GoOnOptions = {},
): Promise<Id<"ensemble">> {
  const store = await disk.open(killAt);
  const env = environmentOf(store, jumps);
  const recorder = new EnsembleRecorder(store, () => env);
  const begun = (await store.refs.read(ensembleRef("grid"))) !== undefined;
  const swept = begun
    ? await recorder.goOn("grid", options)
    : await recorder.sweep("grid", async () => codeOf(walk), DESIGN, {
        ...{ steps: STEPS, seed: 5, blockSize: 5, params: { p: 0.5 } },
      });
  return swept.id;
}

/** What the ensemble of a store is; undefined if it has none. */
async function ensembleOf(store: Opened): Promise<EnsembleManifest | undefined> {
  const id = (await store.refs.read(ensembleRef("grid"))) as Id<"ensemble"> | undefined;
  return id && decodeEnsemble(await objectReader(store.objects)("ensemble", id));
}

const lives = fc.record({
  killAt: fc.integer({ min: 1, max: 60 }),
  // Progress is saved after some rows, and inside some.
  jumps: fc.array(fc.constantFrom(0, 5, 40, 700, 2_100), { minLength: 1, maxLength: 5 }),
});

test("killed anywhere and continued: the ensemble of an uninterrupted sweep", async () => {
  const whole = await live(new Disk(), [0]);
  let [killed, unfinished, part] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(lives, { maxLength: 8 }), async (plan) => {
      const disk = new Disk();
      let done = 0;
      for (const { killAt, jumps } of plan) {
        try {
          await live(disk, jumps, killAt);
        } catch {
          bury(disk.files);
          killed++;
        }
        const store = await disk.open();
        const ensemble = await ensembleOf(store);
        if (ensemble === undefined) continue;
        // Nothing that was there before is lost.
        expect(ensemble.done + ensemble.failed).toBeGreaterThanOrEqual(done);
        done = ensemble.done + ensemble.failed;
        if (done > 0 && done < 12) part++;
        const readObject = objectReader(store.objects);
        expect(await rowsOf(ensemble, readObject)).toHaveLength(12);
        const env = environmentOf(store, [0]);
        for (const result of await resultsOf(ensemble, readObject)) {
          if (result?.status === "unfinished") unfinished++;
          if (result?.run === undefined) continue;
          const run = await openRun(result.run, env);
          expect(await run.verify({ full: true })).toMatchObject({ ok: true });
        }
      }
      const finished = await live(disk, [0]).catch((error) => {
        expect(error.code).toBe("ENSEMBLE_FINISHED");
        return undefined;
      });
      const { refs } = await disk.open();
      const id = await refs.read(ensembleRef("grid"));
      expect(finished ?? id).toBe(whole);
      expect(id).toBe(whole);
      const left = [...disk.files.contents.keys()].filter((file) =>
        file.startsWith("/store/objects/journal"),
      );
      expect(left).toEqual([]);
    }),
    { numRuns: runs(60) },
  );
  // The law is not about nothing.
  expect(killed).toBeGreaterThan(10);
  expect(part).toBeGreaterThan(5);
  expect(unfinished).toBeGreaterThan(0);
});

test("rows in any order, some of them in parts: the same ensemble", async () => {
  const disk = new Disk();
  const whole = await live(disk, [0]);
  const before = await disk.open();
  const manifest = (await ensembleOf(before)) as EnsembleManifest;
  const rows = await rowsOf(manifest, objectReader(before.objects));
  const shuffles = fc.shuffledSubarray([...rows.keys()], { minLength: rows.length });
  await fc.assert(
    fc.asyncProperty(shuffles, async (order) => {
      const store = await new Disk().open();
      const env = environmentOf(store, [40]);
      const writer = await store.objects.writer();
      const options = { steps: STEPS, blockSize: 5 };
      const { code, ...recipe } = await putRecipe(env, writer, codeOf(walk), options);
      const given = { ref: ensembleRef("grid"), parts: manifest, rows, results: [] };
      const progress = new EnsembleProgress(env, writer, given);
      await progress.begin();
      const work = {
        ...{ ...recipe, columns: manifest.columns, params: { p: 0.5, fails: -1 } },
        ...{ meta: manifest.meta, pace: { steps: 1 }, instances: new Instances(env, code) },
      };
      for (const index of order) {
        const row = { index, row: rows[index] as (typeof rows)[number], from: undefined };
        await recordRow(env, work, row, (news) => progress.take(news));
      }
      expect((await progress.end()).id).toBe(whole);
      await writer.close();
    }),
    { numRuns: runs(20) },
  );
});

test("more seeds: the rows before stay as they are, and the new ones are those of one sweep", async () => {
  const disk = new Disk();
  await live(disk, [0]);
  await live(disk, [0], undefined, { addSeeds: [3, 4] });
  const store = await disk.open();
  const env = environmentOf(store, [0]);
  const ensemble = (await ensembleOf(store)) as EnsembleManifest;
  expect(ensemble).toMatchObject({ done: 12, failed: 12 });
  const readObject = objectReader(store.objects);
  const [rows, results] = [
    await rowsOf(ensemble, readObject),
    await resultsOf(ensemble, readObject),
  ];
  expect(rows.slice(12).map(({ values, seed }) => [...values, seed])).toEqual(
    [0.25, 0.5, 0.75].flatMap((p) =>
      [-1, 7].flatMap((fails) => [3n, 4n].map((s) => [p, fails, s])),
    ),
  );
  for (const [i, { values, seed }] of rows.entries()) {
    const result = results[i];
    const run = await openRun(result?.run as Id<"run">, env);
    const [p, fails] = values as [number, number];
    const steps = fails === 7 ? 7 : STEPS;
    expect([result?.status, run.steps]).toEqual([fails === 7 ? "failed" : "done", steps]);
    // A recording by itself has the same root.
    const { open } = { open: environmentOf(await new Disk().open(), [0]) };
    const { recordInto } = await import("../../src/replay/run/open-run.ts");
    const alone = await recordInto(open, codeOf(walk), {
      ...{ steps, blockSize: 5, seed: Number(seed), params: { p, fails } },
    });
    expect(rootOf(env.store.hash, run.manifest)).toBe(alone.root);
  }
});
