import { cp } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../../support/run-cli.ts";

const AGENTS = `
class Agent { constructor(x) { this.x = x; } }
export default {
  name: "agents",
  types: { Agent: { is: (v) => v instanceof Agent, encode: (a) => a.x, decode: (x) => new Agent(x) } },
  init: () => ({ best: new Agent(1) }),
  step: (s, rng) => ({ best: new Agent(s.best.x + rng.random()) }),
};`;

/** x rises by a number up to a cap; the other fields are constant or odd. */
const COUNTER = `
export default {
  name: "counter",
  params: { by: 1, cap: 1000 },
  init: () => ({ x: 0, note: "a", log: 0, big: 0n, list: [] }),
  step(state, rng, ctx) {
    state.x = Math.min(ctx.params.cap, state.x + ctx.params.by);
    state.log = Math.log(state.x - 12);
    state.big += BigInt(ctx.params.by);
  },
};`;

/** A counter of 20 steps on main, and a fork of it at step 10. */
async function counters(...fork: string[]): Promise<Project> {
  const project = await emptyProject();
  await project.write("counter.ts", COUNTER);
  await project.ok(..."record counter.ts --steps 20 --seed 1 --block-size 6".split(" "));
  await project.ok("branch", "fix", "main@10", ...fork);
  return project;
}

/** The output of `diff main fix` for a fork that is three times as fast. */
const PARTING = [
  "first different step: 11",
  "           main  fix  difference",
  "state.x      11   13           2",
  "state.log   NaN    0         NaN",
  "state.big    11   13           2",
];

/** The output of a comparison of unlike runs, line by line. */
async function lines(project: Project, ...argv: string[]): Promise<string[]> {
  const before = await project.storeDigest();
  const { status, stdout, stderr } = await project.run("diff", ...argv);
  expect([status, stderr]).toEqual([3, ""]);
  expect(await project.storeDigest()).toBe(before);
  expect(stdout.at(-1)).toBe("\n");
  return stdout.slice(0, -1).split("\n");
}

describe("diff", () => {
  test("identical runs: status 0", async () => {
    const project = await walkProject();
    await project.ok("branch", "same", "main@500");
    const { stdout } = await project.ok("diff", "main", "same");
    expect(stdout).toBe("the runs are identical\n");
    expect((await project.ok("diff", "main", "same", "--json")).json).toMatchObject({
      identical: true,
      firstDifferentStep: null,
      changes: [],
    });
  });

  test("the first step and the fields that differ: status 3", async () => {
    const project = await emptyProject("sir.ts");
    await project.ok(..."record sir.ts --steps 40 --seed 1 --param agents=60".split(" "));
    await project.ok("branch", "fork", "main@20", "--set", "counts.R=1000");
    const { status, stdout } = await project.run("diff", "main", "fork");
    expect(status).toBe(3);
    expect(stdout).toMatch(/^forked at step 20 of main\nfirst different step: 20\n/);
    expect(stdout).toMatch(/counts\.R +\d+ +1000 +\d+/);
    const { status: again, json } = await project.run("diff", "main", "fork", "--json");
    expect(again).toBe(3);
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(["identical", "forkStep", "firstDifferentStep", "changes"]),
    );
    expect(json).toMatchObject({ identical: false, forkStep: 20, firstDifferentStep: 20 });
    expect(json.changes).toEqual([{ path: "state.counts.R", a: expect.any(Number), b: 1000 }]);
  });

  test("a fork at step 0 is a fork, whatever was changed", async () => {
    const project = await walkProject();
    await project.ok(..."branch param main@0 --param p=0.6".split(" "));
    await project.ok(..."branch seed main@0 --seed 7".split(" "));
    await project.ok(..."branch set main@0 --set state=5".split(" "));
    await project.ok(..."extend seed --by 10".split(" "));
    await project.ok(..."branch late main@500 --param p=0.9".split(" "));
    const first = async (...sides: string[]): Promise<string> =>
      (await project.run("diff", ...sides)).stdout.split("\nfirst different")[0] as string;
    expect(await first("main", "param")).toBe("forked at step 0 of main\n  params.p: 0.5 → 0.6");
    expect(await first("seed", "main")).toBe(
      "forked at step 0 of main\n  steps: 1010 → 1000\n  seed: 7 → 42",
    );
    expect(await first("main", "set")).toBe("forked at step 0 of main");
    expect(await first("param", "set")).toBe("forked at step 0 of main\n  params.p: 0.6 → 0.5");
    expect(await first("late", "set")).toMatch(
      /^forked at step 0 of main\n {2}params\.p: 0\.9 → 0\.5/,
    );
    const { json } = await project.run("diff", "main", "set", "--json");
    expect(json).toMatchObject({ forkStep: 0, firstDifferentStep: 0, shared: { name: "main" } });
  });

  test("runs that were recorded apart share no history", async () => {
    const project = await walkProject();
    await project.ok(..."record walk.ts --steps 1000 --seed 42 --param p=0.6 -b other".split(" "));
    await project.ok(..."record walk.ts --steps 1000 --seed 7 -b third".split(" "));
    await project.ok(..."branch fork third@0 --param p=0.6".split(" "));
    for (const other of ["other", "third", "fork"]) {
      const { stdout } = await project.run("diff", "main", other);
      expect(stdout).toMatch(/^no shared history\n/);
      const { json } = await project.run("diff", "main", other, "--json");
      expect(json).toMatchObject({ forkStep: null, shared: null });
    }
  });

  test("percentages and steps from the end are of the steps that both have", async () => {
    const project = await walkProject();
    await project.ok(..."branch short main@500 --param p=1 --steps 600".split(" "));
    const at = async (step: string): Promise<unknown> =>
      (await project.run(..."diff main short --json --at".split(" "), step)).json.at;
    expect(await at("50%")).toEqual({ a: 300, b: 300 });
    expect(await at("-1")).toEqual({ a: 600, b: 600 });
    const { json } = await project.run(
      ..."diff short main --all-spans --plot state --from 90% --to -11 --json".split(" "),
    );
    expect([json.spans[0].from, json.spans.at(-1).to]).toEqual([540, 590]);
    expect([json.plot.steps[0], json.plot.steps.at(-1)]).toEqual([540, 590]);
  });

  test("--at compares the states at one step", async () => {
    const project = await walkProject();
    await project.ok("branch", "up", "main@500", "--param", "p=1");
    expect((await project.run("diff", "main", "up", "--at", "500")).status).toBe(0);
    const { status, json } = await project.run("diff", "main", "up", "--at", "1000", "--json");
    expect(status).toBe(3);
    expect(json.changes).toHaveLength(1);
    expect(json.firstDifferentStep).toBe(1000);
  });

  test("one run that is longer", async () => {
    const project = await walkProject();
    await project.ok("branch", "longer", "main", "--steps", "2000");
    const { status, stdout } = await project.run("diff", "main", "longer");
    expect(status).toBe(3);
    expect(stdout).toContain("the shorter run is the beginning of the longer one");
  });

  test("states with class instances", async () => {
    const project = await emptyProject();
    await project.write("agents.ts", AGENTS);
    await project.ok("record", "agents.ts", "--steps", "50", "--seed", "1");
    await project.ok("branch", "fork", "main@20", "--seed", "2");
    const text = await project.run("diff", "main", "fork");
    expect(text.status).toBe(3);
    expect(text.stdout).not.toContain("[object Object]");
    const { status, json } = await project.run("diff", "main", "fork", "--json");
    expect(status).toBe(3);
    expect(json.changes).toHaveLength(1);
    const { stdout } = await project.ok("get", "main@1");
    expect(stdout).toContain('"$type": "Agent"');
  });

  test("line by line: the changes, where they part, the drift at the end", async () => {
    const project = await counters("--param", "by=3");
    expect(await lines(project, "main", "fix")).toEqual([
      "forked at step 10 of main",
      "  params.by: 1 → 3",
      ...PARTING,
      "different at the end, step 20: 3 of 4 fields",
      "                         main                fix         difference",
      "state.x                    20                 40                 20",
      `state.log  ${Math.log(8)}  ${Math.log(28)}  ${Math.log(28) - Math.log(8)}`,
      "state.big                  20                 40                 20",
    ]);
    const { json } = await project.run("diff", "main", "fix", "--json");
    const big = (n: number): unknown => ({ $bigint: String(n) });
    expect(json).toMatchObject({
      shared: { run: expect.stringMatching(/^[0-9a-f]{64}$/), name: "main" },
      segments: [{ from: 10, to: 20, changes: [{ path: "params.by", a: 1, b: 3 }] }],
      sources: [],
      changes: [
        { path: "state.x", a: 11, b: 13 },
        { path: "state.log", a: { $number: "NaN" }, b: 0 },
        { path: "state.big", a: big(11), b: big(13) },
      ],
      end: {
        step: 20,
        fields: 4,
        different: 3,
        changes: [{ path: "state.x", a: 20, b: 40 }, {}, {}],
      },
    });
  });

  test("changes in several stretches, each with its step; a state that is a number", async () => {
    const project = await walkProject();
    await project.ok("branch", "up", "main@500", "--param", "p=1");
    await project.ok("branch", "on", "up@800", "--seed", "9", "--steps", "1200");
    const printed = await lines(project, "main", "on");
    expect(printed.slice(0, 4)).toEqual([
      "forked at step 500 of main",
      "  steps: 1000 → 1200",
      "  from step 500: params.p: 0.5 → 1",
      "  from step 800: seed: 42 → 9, params.p: 0.5 → 1",
    ]);
    const [from, to] = await Promise.all(
      ["main@1000", "on@1000"].map(
        async (at) => (await project.ok("get", at, "--json")).json.state,
      ),
    );
    expect(printed.slice(-3)).toEqual([
      "different at the end, step 1,000",
      expect.stringMatching(/^ +main +on +difference$/),
      expect.stringMatching(new RegExp(`^state +${from} +${to} +${to - from}$`)),
    ]);
  });

  test("many fields: the largest differences first, and the number of the others", async () => {
    const project = await emptyProject("sir.ts");
    await project.ok(..."record sir.ts --steps 40 --seed 1 --param agents=60".split(" "));
    await project.ok(..."record sir.ts --steps 30 --seed 2 --param agents=60 -b other".split(" "));
    const { json } = await project.run("diff", "main", "other", "--json");
    const printed = await lines(project, "main", "other");
    expect(printed.slice(0, 3)).toEqual([
      "no shared history",
      "  steps: 40 → 30",
      "  blockSize: 7 → 6",
    ]);
    const start = printed.indexOf("first different step: 0") + 2;
    const shown = printed
      .slice(start, start + 20)
      .map((line) => Math.abs(Number(line.split(/ +/).at(-1))));
    const sizes = json.changes.map(({ a, b }: { a: number; b: number }) => Math.abs(b - a));
    const numbers = sizes.filter((size: number) => !Number.isNaN(size));
    expect(shown).toEqual(numbers.sort((x: number, y: number) => y - x).slice(0, 20));
    expect(printed[start + 20]).toBe(
      `and ${json.changes.length - 20} more (--all-fields or --json)`,
    );
    const { different, fields } = json.end;
    expect(printed[start + 21]).toBe(
      `different at the end, step 30: ${different} of ${fields} fields, the largest`,
    );
    expect(printed.at(-1)).toBe(`and ${different - 5} more (--all-fields or --json)`);
    const all = await lines(project, "main", "other", "--all-fields");
    expect(all.filter((line) => line.startsWith("state."))).toHaveLength(
      json.changes.length + different,
    );
  });

  test("two states, of one run or of two; a range, whose empty side is HEAD", async () => {
    const project = await counters("--param", "by=3");
    const states = [
      "the states differ",
      "           main@1  main@3  difference",
      "state.x         1       3           2",
      "state.big       1       3           2",
    ];
    expect(await lines(project, "main@1", "main@3")).toEqual(states);
    expect(await lines(project, "main@1..@3")).toEqual(states);
    const same = await project.ok("diff", "main@13", "fix@11", "--json");
    expect(same.json.changes.map(({ path }: { path: string }) => path)).toEqual([]);
    expect(same.json).toMatchObject({ identical: true, at: { a: 13, b: 11 }, end: null });
    expect((await project.ok("diff", "main@13..fix@11")).stdout).toBe("the states are identical\n");
    const { json } = await project.run("diff", "main@14", "fix@11", "--json");
    expect(json).toMatchObject({ identical: false, firstDifferentStep: null });
    expect(json.changes[0]).toEqual({ path: "state.x", a: 14, b: 13 });
    expect((await lines(project, "main@14", "fix@11")).slice(0, 3)).toEqual([
      "forked at step 10 of main",
      "  params.by: 1 → 3",
      "the states differ",
    ]);
    const head = (await lines(project, "fix..")).map((line) => line.replace(/ +/g, " "));
    expect(head).toContain(" fix HEAD difference");
    expect(head).toContain("state.x 40 20 -20");
  });

  test("timelines that part and meet again", async () => {
    const project = await counters();
    // Neither exceeds 20; b reaches it at step 12, a at the end.
    await project.ok(..."branch a main@10 --param cap=20 --steps 40".split(" "));
    await project.ok(..."branch b a@10 --set x=18".split(" "));
    const parting = [
      "forked at step 10 of a",
      "first different step: 10",
      "          a   b  difference",
      "state.x  10  18           8",
      "equal again at the end, step 40 (--all-spans lists where they meet)",
    ];
    expect(await lines(project, "a", "b")).toEqual(parting);
    expect(await lines(project, "a", "b", "--all-spans", "--stat")).toEqual([
      ...parting,
      "3 spans",
      "  equal      steps 0 to 9    10 steps",
      "  different  steps 10 to 19  10 steps",
      "  equal      steps 20 to 40  21 steps",
      "different at 10 of the 41 steps from 0 to 40",
      "           steps  largest difference  at step  at step 40",
      "state.x       10                   8       10       equal",
      "state.log      9                 NaN       11       equal",
    ]);
    // For two forks of a fork, the nearest common origin is named.
    await project.ok(..."branch c a@15 --seed 7".split(" "));
    expect((await project.ok("diff", "b", "c", "--no-exit-code")).stdout).toMatch(
      /^forked at step 10 of a\n/,
    );
    expect((await lines(project, "c", "main"))[0]).toBe("forked at step 10 of main");
    const ranged = ["--all-spans", "--stat", "--from", "15", "--to", "25"];
    const { json } = await project.run("diff", "a", "b", "--json", ...ranged);
    expect(json.spans).toEqual([
      { from: 15, to: 19, equal: false },
      { from: 20, to: 25, equal: true },
    ]);
    expect(json.stat).toMatchObject({ from: 15, to: 25, steps: 5, notFollowed: 0 });
    expect(json.stat.fields[0]).toEqual({
      path: "state.x",
      steps: 5,
      first: 15,
      largest: { step: 15, difference: 5 },
      differsAtEnd: false,
      atEnd: null,
    });
  });

  test("no common run is named if it ended before the fork", async () => {
    const project = await counters();
    await project.ok(..."branch a main --steps 40".split(" "));
    await project.ok(..."branch b main --steps 40".split(" "));
    await project.ok(..."branch c b@30 --set x=0".split(" "));
    expect((await lines(project, "a", "c")).slice(0, 2)).toEqual([
      "forked at step 30",
      "first different step: 30",
    ]);
    expect((await lines(project, "b", "c"))[0]).toBe("forked at step 30 of b");
  });

  test("another program: a text diff of the recorded sources, cut unless all is requested", async () => {
    const project = await counters();
    await project.write("counter.ts", COUNTER.replace("- 12", "- 13"));
    await project.ok(..."branch new main@10 --program working".split(" "));
    await project.write("counter.ts", COUNTER);
    expect((await lines(project, "main", "new", "-q")).slice(0, 14)).toEqual([
      "forked at step 10 of main",
      expect.stringMatching(/^ {2}program\.source: [0-9a-f]{8,} → [0-9a-f]{8,}$/),
      "--- main: counter.ts",
      "+++ new: counter.ts",
      "@@ -5,7 +5,7 @@",
      '   init: () => ({ x: 0, note: "a", log: 0, big: 0n, list: [] }),',
      "   step(state, rng, ctx) {",
      "     state.x = Math.min(ctx.params.cap, state.x + ctx.params.by);",
      "-    state.log = Math.log(state.x - 12);",
      "+    state.log = Math.log(state.x - 13);",
      "     state.big += BigInt(ctx.params.by);",
      "   }",
      " };",
      "first different step: 12",
    ]);
    // A change is reported even if it has no effect.
    await project.write("counter.ts", COUNTER.replace("state.x -", "-12 + state.x + 12 -"));
    await project.ok(..."branch same main@10 --program working".split(" "));
    const same = await project.ok("diff", "main", "same", "-q");
    expect(same.stdout).toMatch(
      /^forked at step 10 of main\n.*\nthe states are identical at every step\n$/s,
    );
    expect(same.stdout).toContain("\n+    state.log = Math.log(-12 + state.x + 12 - 12);\n");
    // Characters that change the writing direction are shown escaped.
    const long = Array.from({ length: 100 }, (_, i) => `globalThis.x${i} = "\u202e";`);
    await project.write("counter.ts", [...long, COUNTER.replace("- 12", "- 14")].join("\n"));
    await project.ok(..."branch long main@10 --program working".split(" "));
    const args = ["diff", "main", "long"];
    const cut = (await project.run(...args)).stdout;
    expect(cut).toMatch(/\nand \d+ more lines \(--source or --json\)\nfirst different/);
    const { stdout } = await project.run(...args, "--source");
    expect(stdout).not.toContain("\u202e");
    expect(stdout).toContain('+globalThis.x99 = "\\u202e";');
    const { json } = await project.run(...args, "--json");
    expect(json.sources).toHaveLength(1);
    expect(json.sources[0].patch).toContain("globalThis.x99");
    const coloured = await project.runWith({ isTTY: true }, ...args);
    expect(coloured.stdout).toContain("\u001b[32m+globalThis.x0 ");
  });

  test("a missing source is reported", async () => {
    const project = await counters();
    await project.ok(..."save main -o run.replay --no-code".split(" "));
    const other = await emptyProject();
    await cp(path.join(project.root, "run.replay"), path.join(other.root, "run.replay"));
    await other.write("counter.ts", COUNTER.replace("- 12", "- 13"));
    await other.ok(..."record counter.ts --steps 20 --seed 1 --block-size 6".split(" "));
    // The working file replays it, which is not in the store.
    await other.write("counter.ts", COUNTER);
    await other.ok(..."load run.replay -b old".split(" "));
    const { status, stdout } = await other.run("diff", "old", "main");
    expect(status).toBe(3);
    expect(stdout).toContain("\nthe source of old is missing: it was saved without its code\n");
    const { json } = await other.run("diff", "main", "old", "--json");
    expect(json.sources).toEqual([
      expect.objectContaining({ from: 0, patch: null, missing: ["b"] }),
    ]);
  });

  test("instances of a class that only one of them has", async () => {
    const project = await emptyProject();
    await project.write("agents.ts", AGENTS);
    await project.ok("record", "agents.ts", "--steps", "5", "--seed", "1");
    const more = AGENTS.replace("s.best.x + rng", "s.best.x * 2 + rng");
    await project.write("more.ts", more.replace("({ best:", "({ next: new Agent(7), best:"));
    await project.ok("record", "more.ts", "--steps", "5", "--seed", "1", "-b", "more");
    const { json } = await project.run("diff", "main", "more", "--json");
    expect(json.changes).toEqual([
      { path: "state.next", a: { $undefined: true }, b: { $type: "Agent", value: 7 } },
    ]);
    const { stdout } = await project.run("diff", "main", "more");
    expect(stdout).toMatch(/\nstate\.next +none +\{"\$type":"Agent","value":7\} *\n/);
    // Two classes of one name, of two programs: their fields are compared.
    expect(json.end.changes.map(({ path }: { path: string }) => path)).toContain("state.best");
    expect(json.end.changes[0].a).toEqual(expect.any(Number));
  });

  test("--no-exit-code: 0 if they differ", async () => {
    const project = await counters("--param", "by=3");
    expect((await project.run("diff", "main", "fix")).status).toBe(3);
    const { stdout } = await project.ok("diff", "main", "fix", "--no-exit-code");
    expect(stdout).toBe((await project.run("diff", "main", "fix")).stdout);
  });

  test("--plot draws a number of both, and says how many steps it shows and where it has gaps", async () => {
    const project = await counters("--param", "by=3");
    const printed = await lines(project, "main", "fix", "--plot", "log", "--from", "8");
    const top = printed.findIndex((line) => line.startsWith("state.log at"));
    const row = (line: string): string => line.replace(/ +/g, " ");
    expect(printed.slice(top).map(row)).toEqual([
      "state.log at every step from 8 to 20",
      "3.3322 ┤ ┊ x x",
      " │ ┊ x x",
      " │ ┊ x",
      " │ ┊ x x",
      " │ ┊ +",
      " │ ┊ x + +",
      " 1.51 ┤ ┊ x + +",
      " │ ┊ +",
      " │ ┊",
      " │ ┊ +",
      " │ ┊",
      " 0 ┤ ┊ x +",
      ` └${"─".repeat(15)}┴${"─".repeat(76)}`,
      " 8 20",
      "+ main x fix * both ┊ fork, step 10",
      "main: NaN, -Infinity at 5 of these steps, first at step 8",
      "fix: NaN at 3 of these steps, first at step 8",
    ]);
    expect(Math.max(...printed.map((line) => line.length))).toBe(100);
    const { json } = await project.run(
      ..."diff main fix --plot big --from 9 --to 12 --json".split(" "),
    );
    expect(json.plot).toEqual({
      path: "state.big",
      steps: [9, 10, 11, 12],
      a: [9, 10, 11, 12],
      b: [9, 10, 13, 16],
    });
    const { stdout } = await project.runWith(
      { isTTY: true },
      ..."diff main fix --plot x".split(" "),
    );
    expect(stdout).toContain("\u001b[36m+\u001b[39m");
    expect(stdout).toContain("\u001b[33mx\u001b[39m");
    for (const [field, problem] of [
      ["note", 'expected a number at state.note, got "a" at step 0 of main'],
      ["list", "expected a number at state.list, got an empty array at step 0 of main"],
      ["y", "there is no state.y: state has .x"],
    ] as const) {
      const { stderr, stdout } = await project.run("diff", "main", "fix", "--plot", field);
      expect([stdout, stderr]).toEqual(["", expect.stringContaining(`error: ${problem}`)]);
    }
  });

  test("--plot of a long run shows checkpoints, evenly spaced", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok(..."record walk.ts --steps 100_000 --seed 1".split(" "));
    await project.ok(..."branch fix main@50% --seed 2".split(" "));
    const { json } = await project.run(..."diff main fix --plot state --json".split(" "));
    const { steps, a, b } = json.plot;
    expect(steps).toHaveLength(66);
    expect([steps[0], steps.at(-1)]).toEqual([0, 100_000]);
    // Blocks of 317 steps.
    expect(steps.slice(1, -1).filter((step: number) => step % 317 !== 0)).toEqual([]);
    for (const i of [0, 20, 40, 65]) {
      expect((await project.ok("get", `main@${steps[i]}`)).stdout).toBe(`${a[i]}\n`);
      expect((await project.ok("get", `fix@${steps[i]}`)).stdout).toBe(`${b[i]}\n`);
    }
    const { stdout } = await project.run(..."diff main fix --plot state".split(" "));
    expect(stdout).toMatch(/\nstate at 86 steps from 0 to 100,000\n/);
  });

  test("Ctrl-C ends a long comparison", async () => {
    const project = await counters("--param", "by=3");
    for (const more of [["--stat"], ["--all-spans"], ["--plot", "x"]]) {
      const { status, stderr } = await project.runWith(
        { interrupt: true },
        "diff",
        "main",
        "fix",
        ...more,
      );
      expect([status, stderr]).toEqual([
        130,
        expect.stringMatching(/^error: interrupted at step [\d,]+\n/),
      ]);
    }
  });
  test.each([
    [["main"], 2, "no b was given"],
    [["main", "main@5"], 2, "use --at STEP"],
    [["main", "nope"], 1, 'expected the name of a run, got "nope"'],
    [["main", "main", "--at", "1001"], 1, "expected a step in 0..1,000"],
    [["main", "main", "--at", "1.5"], 2, "expected --at to be a whole number"],
    [["main", "--from", "1"], 2, "no b was given"],
    [["main", "main", "--from", "1"], 2, "--from and --to are the steps of --plot"],
    [["main", "main", "--stat", "--to", "2000"], 1, "expected a step in 0..1,000"],
    [["main", "main", "--stat", "--from", "5", "--to", "4"], 2, "from to be at most to"],
    [["main@1", "main@2", "--at", "3"], 2, "leave out the steps of main@1 and main@2"],
    [["main@1..main"], 2, "main@1 names a step, and main does not"],
    [["main..main..main"], 2, "expected two sides"],
    [["main..main", "main"], 2, "expected one step, got a range"],
    [["main", "main", "--plot", "x"], 1, "there is no state.x: state is 0"],
    [["main", "main", "--plot", "x..y"], 2, "expected a step such as"],
  ])("%j is refused", async (argv, expected, text) => {
    const project = await walkProject();
    const { status, stderr } = await project.run("diff", ...argv);
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(stderr).toContain(text);
    expect(status).toBe(expected);
  });
});
