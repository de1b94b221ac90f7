import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parquetReadObjects } from "hyparquet";
import { expect, onTestFinished, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import { defineSimulation, initRepository } from "../../src/index.ts";
import { openDuckDb } from "../../src/node/host/duckdb.ts";
import { runSql } from "../../src/repository/sql.ts";

const walk = defineSimulation({
  name: "walk",
  params: { p: 0.5 },
  init: () => 0,
  step: (x: number, rng) => x + (rng.random() < 0.5 ? 1 : -1),
});

test("without DuckDB the tables that the query names stay as files, and the error says where", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "rewind-no-duckdb-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const repo = await initRepository(folder, { simulations: [walk] });
  await repo.record(walk, { steps: 20, seed: 1, branch: "main" });
  const asked = runSql(
    "select * from steps",
    { table: (name) => repo.table(name, "main", { columns: { x: (x) => x as number } }) },
    async () => undefined,
  );
  const error = await asked.catch((thrown: unknown) => thrown);
  await repo.close();
  if (!isRewindError(error, "PACKAGE_MISSING")) throw error;
  const { files = [], name } = error.data;
  expect(name).toBe("@duckdb/node-api");
  expect(files.map((file) => path.basename(file))).toEqual(["runs.parquet", "steps.parquet"]);
  const { buffer, byteOffset, length } = readFileSync(files[1] as string);
  const file = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
  expect(await parquetReadObjects({ file })).toHaveLength(21);
  rmSync(path.dirname(files[0] as string), { recursive: true });
});

test("a folder does not stay behind when a table fails", async () => {
  let folder = "";
  const failing = runSql(
    "select 1",
    {
      table: async (name) => {
        folder = name;
        throw new Error("no table");
      },
    },
    async () => ({
      check: async () => undefined,
      query: async () => ({ columns: [], rows: [] }),
      interrupt: () => undefined,
      close: () => undefined,
    }),
  );
  await expect(failing).rejects.toThrow("no table");
  expect(folder).toBe("runs");
  expect(existsSync(path.join(os.tmpdir(), "rewind-sql-"))).toBe(false);
});

test("a package that cannot be loaded is not one that is missing", async () => {
  const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  expect(await openDuckDb(() => Promise.reject(missing))).toBeUndefined();
  const broken = openDuckDb(() => Promise.reject(new Error("no binding for this platform")));
  await expect(broken).rejects.toMatchObject({
    code: "PACKAGE_MISSING",
    message: "cannot load @duckdb/node-api: no binding for this platform",
  });
});
