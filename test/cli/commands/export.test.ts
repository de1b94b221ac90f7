import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { copies, type Project } from "../../support/run-cli.ts";

/** Counts to 20, with every type of column; a phase changes at step 15. */
const COUNTER = `export default {
  name: "counter",
  params: { gain: 2, wide: { depth: 3, on: true }, seed: 9, levels: [1, 2] },
  init: () => ({ x: 0, place: [0, 0], phase: "early" }),
  step: (s, rng, ctx) => ({
    x: s.x + ctx.params.gain,
    place: [s.x, -s.x],
    phase: ctx.step >= 14 ? "late" : "early",
  }),
};`;

const project: () => Promise<Project> = copies(async (made) => {
  await made.write("counter.ts", COUNTER);
  await made.ok("init");
  await made.ok(..."record counter.ts --steps 20 --seed 7 --block-size 5".split(" "));
  await made.ok(..."branch fix main@10 --param gain=3".split(" "));
});

const read = (place: Project, file: string): string =>
  readFileSync(path.join(place.root, file), "utf8");

const linesOf = (place: Project, file: string): string[] => read(place, file).trimEnd().split("\n");

async function objectsOf(place: Project, file: string): Promise<Record<string, unknown>[]> {
  const { buffer, byteOffset, length } = readFileSync(path.join(place.root, file));
  const bytes = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
  return parquetReadObjects({ file: bytes });
}

describe("export of steps", () => {
  test("a row for each step, with the columns of the command line", async () => {
    const place = await project();
    const { stdout, stderr } = await place.ok(
      ...["export", "main", "state.x", "late=state.phase === 'late'", "state.place", "-o", "x.csv"],
    );
    expect(stdout).toMatch(/^wrote 21 rows of steps to x\.csv, \d+ B\n$/);
    expect(stderr).toBe("");
    const [header, ...rows] = linesOf(place, "x.csv");
    expect(header).toBe("run,step,state.x,late,state.place[0],state.place[1]");
    const run = rows[0]?.slice(0, 12);
    expect(run).toMatch(/^[0-9a-f]{12}$/);
    expect(rows).toEqual(
      Array.from({ length: 21 }, (_, step) => {
        const before = Math.max(0, 2 * step - 2);
        const minus = before === 0 && step > 0 ? "-0.0" : String(-before);
        return `${run},${step},${2 * step},${step >= 15},${before},${step === 0 ? 0 : minus}`;
      }),
    );
  });

  test("every N-th step and the last, and it says so", async () => {
    const place = await project();
    const { stderr, json } = await place.ok(
      ..."export main x=state.x --every 8 -o x.csv --json".split(" "),
    );
    expect(linesOf(place, "x.csv").map((line) => line.split(",")[1])).toEqual([
      "step",
      "0",
      "8",
      "16",
      "20",
    ]);
    expect(stderr).toBe("note: 4 of 21 steps kept: every 8 steps, and the last\n");
    expect(json).toMatchObject({
      ...{ table: "steps", format: "csv", rows: 4, columns: ["run", "step", "x"] },
      thinning: { every: 8, kept: 4, of: 21 },
    });
  });

  test.each([
    [["main@3..@11"], [3, 7, 11]],
    [["main@-3..", "fix@..@4"].slice(0, 1), [18, 20]],
    [
      ["main", "--from", "50%"],
      [10, 14, 18, 20],
    ],
    [
      ["main", "--to", "1"],
      [0, 1],
    ],
    [["main@20.."], [20]],
    [
      ["main@2..@7", "fix@12..@14"],
      [2, 6, 7, 12, 14],
    ],
  ])("of %j", async (words, steps) => {
    const place = await project();
    await place.ok("export", ...words, "--every", "4", "-o", "x.jsonl");
    expect(linesOf(place, "x.jsonl").map((line) => JSON.parse(line).step)).toEqual(steps);
  });

  test("the previous state is that of the step before, also where rows are left out", async () => {
    const place = await project();
    await place.ok(..."export main@1.. d=state.x-previous.x --every 7 -o x.jsonl".split(" "));
    expect(linesOf(place, "x.jsonl").map((line) => JSON.parse(line).d)).toEqual([2, 2, 2, 2]);
  });

  test("several runs stand one after the other", async () => {
    const place = await project();
    await place.ok(..."export main@20.. fix@20.. state.x -o x.csv".split(" "));
    const rows = linesOf(place, "x.csv")
      .slice(1)
      .map((line) => line.split(","));
    expect(rows.map(([, step, x]) => [step, x])).toEqual([
      ["20", "40"],
      ["20", "50"],
    ]);
    expect(new Set(rows.map(([run]) => run)).size).toBe(2);
  });

  test("Parquet has the run, its params and the thinning", async () => {
    const place = await project();
    const words = [
      "export",
      "main",
      "x=state.x",
      "phase=state.phase",
      "--every",
      "10",
      "-o",
      "x.parquet",
    ];
    await place.ok(...words);
    const rows = await objectsOf(place, "x.parquet");
    expect(rows.map(({ step, x, phase }) => [step, x, phase])).toEqual([
      [0n, 0, "early"],
      [10n, 20, "early"],
      [20n, 40, "late"],
    ]);
    const { buffer, byteOffset, length } = readFileSync(path.join(place.root, "x.parquet"));
    const { key_value_metadata: pairs = [] } = parquetMetadata(
      buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer,
    );
    const notes = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
    expect(JSON.parse(notes["rewind.runs"] ?? "")).toEqual([
      {
        ...{ run: rows[0]?.run, id: expect.stringMatching(/^[0-9a-f]{64}$/), seed: "7", steps: 20 },
        params: { gain: 2, wide: { depth: 3, on: true }, seed: 9, levels: [1, 2] },
      },
    ]);
    expect(JSON.parse(notes["rewind.thinning"] ?? "")).toEqual({ every: 10, kept: 3, of: 21 });
    expect(notes["rewind.version"]).toMatch(/^\d/);
  });
});

describe("export of blocks", () => {
  test("the statistics of each block; the last one has the last state", async () => {
    const place = await project();
    const words = [
      "export",
      "main",
      "x=state.x",
      "phase=state.phase",
      "--table",
      "blocks",
      "-o",
      "b.jsonl",
    ];
    await place.ok(...words);
    const rows = linesOf(place, "b.jsonl").map((line) => JSON.parse(line));
    expect(rows.map(({ block, from, to }) => [block, from, to])).toEqual([
      [0, 0, 4],
      [1, 5, 9],
      [2, 10, 14],
      [3, 15, 20],
    ]);
    expect(rows[1]).toMatchObject({
      ...{ x_count: 5, x_nan: 0, x_mean: 14, x_variance: 8, x_min: 10, x_max: 18 },
      ...{ x_first: 10, x_last: 18, phase_first: "early", phase_last: "early" },
    });
    expect(rows[3]).toMatchObject({ phase_first: "late", x_count: 6, x_last: 40 });
  });

  test("of a range, with NaN counted apart", async () => {
    const place = await project();
    await place.ok(
      ...[
        "export",
        "main@3..@11",
        "y=step === 6 ? NaN : step",
        "--table",
        "blocks",
        "-o",
        "b.jsonl",
      ],
    );
    const rows = linesOf(place, "b.jsonl").map((line) => JSON.parse(line));
    expect(
      rows.map(({ from, to, y_count, y_nan, y_mean }) => [from, to, y_count, y_nan, y_mean]),
    ).toEqual([
      [3, 4, 2, 0, 3.5],
      [5, 9, 4, 1, 7.25],
      [10, 11, 2, 0, 10.5],
    ]);
  });
});

describe("export of runs", () => {
  test("params, seeds and last values", async () => {
    const place = await project();
    await place.ok(..."export main fix x=state.x --table runs -o r.jsonl".split(" "));
    const rows = linesOf(place, "r.jsonl").map((line) => JSON.parse(line));
    expect(rows).toEqual(
      [
        { branch: "main", gain: 2, last: 40 },
        { branch: "fix", gain: 3, last: 50 },
      ].map(({ branch, gain, last }) => ({
        run: expect.stringMatching(/^[0-9a-f]{12}$/),
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        ...{ branch, ensemble: null, seed: 7, steps: 20, status: "finished", error: null },
        ...{ gain, "wide.depth": 3, "wide.on": true, param_seed: 9, levels: "[1,2]", x_last: last },
      })),
    );
    expect(rows[0].id.startsWith(rows[0].run)).toBe(true);
  });
});

describe("a file", () => {
  test("replaces one of the same kind only", async () => {
    const place = await project();
    const notes = JSON.stringify({ mine: true }, undefined, 2);
    for (const ending of ["csv", "jsonl", "npz", "parquet"]) {
      const file = `x.${ending}`;
      await place.ok("export", "main", "state.x", "-o", file);
      const { stderr } = await place.ok("export", "main", "state.phase", "-o", file);
      expect(stderr).toBe(`note: replaced ${file}\n`);
      writeFileSync(path.join(place.root, file), ending === "csv" ? notes : "text\n");
      const refused = await place.run("export", "main", "state.x", "-o", file);
      expect(refused).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/it is (?:text|JSON), and would be replaced by/),
      });
      expect(read(place, file)).toBe(ending === "csv" ? notes : "text\n");
    }
  });

  test("of one row may be replaced by one of many", async () => {
    const place = await project();
    await place.ok(..."export main@3..@3 state.x -o x.jsonl".split(" "));
    await place.ok(..."export main state.x -o x.jsonl".split(" "));
    expect(linesOf(place, "x.jsonl")).toHaveLength(21);
  });

  test("is not left half-written by Ctrl-C, nor by a failure", async () => {
    const place = await project();
    for (const ending of ["csv", "npz", "parquet"]) {
      const words = ["export", "main", "state.x", "-o", `x.${ending}`];
      expect((await place.runWith({ interrupt: true }, ...words)).status).toBe(130);
      const failing = ["export", "main", "x=step < 17 ? 1 : 'no'", "-o", `x.${ending}`];
      expect((await place.run(...failing)).status).toBe(1);
    }
    expect(readdirSync(place.root).sort()).toEqual([".rewind", "counter.ts"]);
  });
});

test.each([
  [["main", "state.x", "--table", "rows", "-o", "x.csv"], 2, "rows"],
  [
    ["main", "state.x", "-o", "x.txt"],
    2,
    "expected a file that ends in .csv, .parquet, .jsonl or .npz",
  ],
  [["main", "state.x", "-o", "csv"], 2, "expected a file that ends in"],
  [["main", "state.x"], 2, "output"],
  [
    ["main", "state.x", "--every", "0", "-o", "x.csv"],
    2,
    "expected --every to be at least 1, got 0",
  ],
  [["main", "state.x", "--every", "1.5", "-o", "x.csv"], 2, "--every"],
  [
    ["main", "state.x", "--table", "runs", "--every", "2", "-o", "x.csv"],
    2,
    "expected no --every for runs",
  ],
  [
    ["main", "state.x", "--table", "blocks", "--every", "2", "-o", "x.csv"],
    2,
    "no --every for blocks",
  ],
  [["main", "state.x", "--to", "21", "-o", "x.csv"], 1, "expected a step in 0..20, got 21"],
  [["main@3..@30", "-o", "x.csv"], 1, "30"],
  [
    ["main@3", "state.x", "-o", "x.csv"],
    2,
    "expected a run or a range of its steps, got one step, main@3",
  ],
  [
    ["main@3..", "--to", "9", "-o", "x.csv"],
    2,
    "expected either the range main@3.. or --from and --to",
  ],
  [["mian", "state.x", "-o", "x.csv"], 1, "mian"],
  [["main", "fxi", "-o", "x.csv"], 1, "fxi"],
  [["main", "state.x +", "-o", "x.csv"], 2, "cannot read the expression"],
  [["main", "state.x, state.y", "-o", "x.csv"], 2, "give each as a separate argument"],
  [["main", "state.y", "-o", "x.csv"], 1, "expected state.y to be a number, true or false, a text"],
  [["main", "state.y.z", "-o", "x.csv"], 1, "state.y.z failed at step 0: TypeError"],
  [["main", "x=state.x", "x=step", "-o", "x.csv"], 2, 'expected each column once, got "x" twice'],
  [
    ["main", "step=state.x", "-o", "x.csv"],
    2,
    'expected another name than "step": steps has that column already',
  ],
  [["main", "x=state.place", "y=0", "x[1]=1", "-o", "x.csv"], 1, "x[1]=1"],
  [["main", "state", "-o", "x.csv"], 1, "got an object at step 0"],
  [
    ["main", "x=new Array(17).fill(step)", "-o", "x.csv"],
    1,
    "array of 1 to 16 numbers, got an array of 17",
  ],
  [
    ["main", "x=step < 9 ? 1 : 'a'", "-o", "x.csv"],
    1,
    'expected x to be a number, as at the first step, got "a" at step 9',
  ],
  [
    ["main", "x=step < 9 ? [1] : [1, 2]", "-o", "x.csv"],
    1,
    "expected x to be an array of 1 number, as at the first step, got an array of 2 at step 9",
  ],
  [["main", "x=state.x = 5", "-o", "x.csv"], 1, "changed the state"],
])("%j is refused, and nothing is written", async (words, expected, text) => {
  const place = await project();
  const { status, stderr } = await place.run("export", ...words);
  expect(stderr).toContain(text);
  expect(stderr).toMatch(/^error: [\s\S]*\nhint: .*\n$/);
  expect(status).toBe(expected);
  expect(existsSync(path.join(place.root, "x.csv"))).toBe(false);
  expect(readdirSync(place.root).sort()).toEqual([".rewind", "counter.ts"]);
});
