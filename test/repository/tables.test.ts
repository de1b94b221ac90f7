import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Batch,
  type Column,
  defineSimulation,
  exportTable,
  initRepository,
  type Repository,
  type Run,
  record,
  type Table,
} from "../../src/index.ts";
import { fractions } from "../support/arbitraries.ts";
import { runs } from "../support/runs.ts";

const walk = defineSimulation({
  name: "walk",
  params: { p: 0.5, shape: { wide: 2 } },
  init: () => ({ x: 0 }),
  step: (s: { x: number }, rng, ctx) => ({ x: s.x + (rng.random() < ctx.params.p ? 1 : -1) }),
});

const STEPS = 60;
const BLOCK = 7;

let folder: string;
let repo: Repository;
let run: Run<{ x: number }, { p: number; shape: { wide: number } }>;
let states: number[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "rewind-tables-"));
  repo = await initRepository(folder, { simulations: [walk] });
  run = await repo.record(walk, { steps: STEPS, seed: 5, blockSize: BLOCK, branch: "main" });
  states = [];
  for (let step = 0; step <= STEPS; step++) states.push((await run.get(step)).x);
});

afterAll(async () => {
  await repo.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The values of a column, of whatever rows the batches have. */
async function columnOf(table: Table, name: string): Promise<unknown[]> {
  const at = table.columns.findIndex((column: Column) => column.name === name);
  const values: unknown[] = [];
  for await (const batch of table.rows as AsyncIterable<Batch>) {
    values.push(...Array.from<unknown>(batch.columns[at]?.values ?? []));
  }
  return values;
}

describe("a table of steps", () => {
  test("has what `get` gives, for any range and stride", async () => {
    await fc.assert(
      fc.asyncProperty(
        fractions,
        fractions,
        fc.integer({ min: 1, max: 70 }),
        async (a, b, every) => {
          const [from = 0, to = 0] = [a, b]
            .map((part) => Math.round(part * STEPS))
            .sort((x, y) => x - y);
          const table = await run.table("steps", { columns: { x: ({ x }) => x }, from, to, every });
          const steps: number[] = [];
          for (let step = from; step < to; step += every) steps.push(step);
          steps.push(to);
          expect(await columnOf(table, "step")).toEqual(steps);
          expect(await columnOf(table, "x")).toEqual(steps.map((step) => states[step]));
          const of = to - from + 1;
          expect(table.notes.thinning).toEqual(
            steps.length === of ? undefined : { every, kept: steps.length, of },
          );
        },
      ),
      { numRuns: runs(30) },
    );
  });

  test("takes units and titles, and arrays of numbers", async () => {
    const table = await run.table("steps", {
      columns: { place: { value: ({ x }) => [x, -x], unit: "m", title: "Place" } },
      to: 2,
    });
    expect(table.columns[2]).toEqual({
      ...{ name: "place", type: "vector", width: 2, unit: "m", title: "Place" },
    });
    const place = await columnOf(table, "place");
    expect(place).toEqual(states.slice(0, 3).flatMap((x) => [x, -x]));
  });

  test("can be read twice, and left early", async () => {
    const table = await run.table("steps");
    for (let time = 0; time < 2; time++) {
      for await (const { rows } of table.rows) {
        expect(rows).toBe(STEPS + 1);
        break;
      }
    }
  });

  test("is interrupted by its signal, and reports progress", async () => {
    const done: number[] = [];
    const keys = new AbortController();
    const options = {
      signal: keys.signal,
      onProgress: (p: { done: number }) => void done.push(p.done),
    };
    const table = await run.table("steps", options);
    await columnOf(table, "step");
    expect(done.at(-1)).toBe(STEPS);
    keys.abort();
    await expect(columnOf(table, "step")).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});

test("a table of blocks has the statistics of each block", async () => {
  const table = await run.table("blocks", { columns: { x: ({ x }) => x } });
  const count = Math.ceil(STEPS / BLOCK);
  expect(await columnOf(table, "block")).toEqual(Array.from({ length: count }, (_, i) => i));
  const means = (await columnOf(table, "x_mean")) as number[];
  for (const [block, mean] of means.entries()) {
    const end = block === count - 1 ? STEPS + 1 : (block + 1) * BLOCK;
    const part = states.slice(block * BLOCK, end);
    expect(mean).toBeCloseTo(part.reduce((sum, x) => sum + x, 0) / part.length, 12);
  }
});

test("a run that ends on the grid has its last state in its last block", async () => {
  const even = await record(walk, { steps: 20, seed: 5, blockSize: 10 });
  const table = await even.table("blocks", { columns: { x: ({ x }) => x } });
  expect(await columnOf(table, "to")).toEqual([9, 20]);
  const last = await even.table("blocks", { columns: { x: ({ x }) => x }, from: 20 });
  expect(await columnOf(last, "block")).toEqual([1]);
});

describe("a table of runs", () => {
  test("has all branches unless runs are named", async () => {
    await repo.branch("fix", "main@30", { params: { p: 0.9 } });
    const all = await repo.table("runs");
    expect(await columnOf(all, "branch")).toEqual(["fix", "main"]);
    expect(await columnOf(all, "p")).toEqual([0.9, 0.5]);
    expect(await columnOf(all, "shape.wide")).toEqual([2, 2]);
    const one = await repo.table("runs", "main", { columns: { x: (s: { x: number }) => s.x } });
    expect(await columnOf(one, "x_last")).toEqual([states[STEPS]]);
  });

  test("refuses steps", async () => {
    await expect(repo.table("runs", "main", { every: 2 })).rejects.toMatchObject({
      ...{
        code: "INVALID_ARGUMENT",
        message: "expected no every for runs, which have one row each",
      },
    });
  });
});

describe("exportTable", () => {
  test("writes nothing if the rows fail, and leaves no other file", async () => {
    const before = readdirSync(folder);
    const columns = {
      x: (_: unknown, { step }: { step: number }) => (step < 40 ? 1 : "no"),
    } as never;
    for (const ending of ["csv", "parquet", "jsonl", "npz"]) {
      const table = await run.table("steps", { columns });
      const writing = exportTable(table, path.join(folder, `x.${ending}`));
      await expect(writing).rejects.toMatchObject({
        ...{ code: "FUNCTION_FAILED", data: { column: "x", step: 40, value: "no" } },
      });
    }
    expect(readdirSync(folder)).toEqual(before);
  });

  test("replaces a table of the same kind", async () => {
    const file = path.join(folder, "x.csv");
    const table = await run.table("steps", { to: 1 });
    expect(await exportTable(table, file)).toMatchObject({
      replaced: false,
      rows: 2,
      format: "csv",
    });
    const { bytes, replaced } = await exportTable(table, file);
    expect([bytes, replaced]).toEqual([readFileSync(file).length, true]);
  });

  test("says what it expects", async () => {
    const table = await run.table("steps");
    await expect(exportTable(table, "x.xlsx")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(run.table("rows" as never)).rejects.toMatchObject({
      message: 'expected the table to be blocks or steps, got "rows"',
    });
    await expect(run.table("steps", { every: 0 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(run.table("blocks", { every: 2 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(run.table("steps", { columns: { "": () => 1 } })).rejects.toMatchObject({
      message: "expected each column to have a name, got an empty one",
    });
  });
});
