import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openDuckDb } from "../../../src/node/host/duckdb.ts";
import { copies, type Project } from "../../support/run-cli.ts";

const hasDuckDb = (await openDuckDb()) !== undefined;
if (!hasDuckDb) console.warn("SKIPPED: SQL needs @duckdb/node-api, which is not installed");

const COUNTER = `export default {
  name: "counter", params: { gain: 2 }, init: () => ({ x: 0, S: 1 }),
  step: (s, rng, ctx) => ({ ...s, x: s.x + ctx.params.gain }),
};`;

const project: () => Promise<Project> = copies(async (made) => {
  await made.write("counter.ts", COUNTER);
  await made.ok("init");
  await made.ok(..."record counter.ts --steps 20 --seed 7 --block-size 5".split(" "));
  await made.ok(..."branch fix main@10 --param gain=3".split(" "));
});

/** The folders that queries make in the folder for temporary files. */
const folders = (): string[] =>
  readdirSync(os.tmpdir()).filter((name) => name.startsWith("rewind-sql-"));

let before: readonly string[];
beforeAll(() => {
  before = folders();
});

describe.skipIf(!hasDuckDb)("sql", () => {
  test("answers over the runs of all branches", async () => {
    const place = await project();
    const { stdout } = await place.ok("sql", "select branch, gain, seed from runs order by branch");
    expect(stdout).toBe("branch  gain  seed\nfix        3     7\nmain       2     7\n2 rows\n");
  });

  test("over steps with columns, of the runs that are named", async () => {
    const place = await project();
    const query = `select branch, max(x) as most, count(*) as n from steps join runs using (run)
      group by branch order by branch`;
    const { json } = await place.ok("sql", query, "main", "fix", "x=state.x", "--json");
    expect(json).toEqual({
      columns: ["branch", "most", "n"],
      rows: [
        { branch: "fix", most: 50, n: 21 },
        { branch: "main", most: 40, n: 21 },
      ],
    });
  });

  test("over blocks, of HEAD's run unless one is named", async () => {
    const place = await project();
    const { json } = await place.ok(
      "sql",
      "select block, x_mean from Blocks",
      "x=state.x",
      "--json",
    );
    expect(json.rows).toEqual([
      ...[
        { block: 0, x_mean: 4 },
        { block: 1, x_mean: 14 },
      ],
      ...[
        { block: 2, x_mean: 24 },
        { block: 3, x_mean: 35 },
      ],
    ]);
  });

  test("special values arrive", async () => {
    const place = await project();
    const column = "x=[NaN, Infinity, -Infinity, -0, 0.1][step % 5]";
    const { json } = await place.ok("sql", "select x from steps limit 5", "main", column, "--json");
    expect(json.rows.map(({ x }: { x: unknown }) => x)).toEqual([
      ...[{ $number: "NaN" }, { $number: "Infinity" }, { $number: "-Infinity" }],
      ...[{ $number: "-0" }, 0.1],
    ]);
  });

  test("-o writes the result as a table", async () => {
    const place = await project();
    const query =
      "select branch, gain, null as nothing, [1, 2] as l, date '2026-01-31' as d from runs";
    await place.ok("sql", `${query} order by 1`, "-o", "x.csv");
    expect(readFileSync(path.join(place.root, "x.csv"), "utf8")).toBe(
      'branch,gain,nothing,l,d\nfix,3,,"[1, 2]",2026-01-31\nmain,2,,"[1, 2]",2026-01-31\n',
    );
  });

  test.each([
    ["select nope from runs", 'Referenced column "nope" not found'],
    ["selec 1", "syntax error"],
    ["select * from stepz", "stepz"],
    ["select 1/", "syntax error"],
  ])("%s is refused, with what DuckDB says", async (query, text) => {
    const place = await project();
    const { status, stderr } = await place.run("sql", query, "main");
    expect(stderr).toMatch(/^error: DuckDB refuses the query: /);
    expect(stderr).toContain(text);
    expect(stderr).toMatch(/\nhint: runs has run, id, branch, .*\n$/);
    expect(status).toBe(2);
  });

  test("names that only differ in capital letters are refused", async () => {
    const place = await project();
    const { stderr } = await place.run(
      "sql",
      "select * from steps",
      "main",
      "s=state.x",
      "S=state.S",
    );
    expect(stderr).toContain("differ in more than capital letters, runs has s_last and S_last");
  });

  test("a name from a store is no code", async () => {
    const place = await project();
    const name = `x"; drop table runs; --`;
    await place.write(
      "odd.ts",
      `export default { name: "odd", params: { ${JSON.stringify(name)}: 1, "it's": "'); drop view runs; --" }, init: () => 0, step: (x) => x + 1 };`,
    );
    await place.ok("record", "odd.ts", "--steps", "3", "-b", "odd");
    const { json } = await place.ok("sql", "select * from runs", "odd", "--json");
    expect(json.rows[0]).toMatchObject({ [name]: 1, "it's": "'); drop view runs; --" });
  });

  test("no folder stays behind", () => {
    expect(folders()).toEqual(before);
  });
});
