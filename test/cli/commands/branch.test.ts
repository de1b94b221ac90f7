import { describe, expect, test } from "vitest";
import { emptyProject, type Project, unfinished, walkProject } from "../../support/run-cli.ts";
import { type CounterChange, counted, counterProject, shown } from "../counter.ts";

async function sirProject(): Promise<Project> {
  const project = await emptyProject("sir.ts");
  await project.ok(..."record sir.ts --steps 40 --seed 1 --param agents=60".split(" "));
  return project;
}

describe("branch", () => {
  test("lists: steps, where from, how old, the message, the current one marked", async () => {
    const project = await walkProject();
    await project.ok("branch", "fork", "main@500", "--message", "half");
    await project.ok("branch", "of-fork", "fork@600");
    await project.ok("extend", "fork", "--by", "9");
    await project.ok("reset", "of-fork@700");
    await unfinished(project);
    await project.ok("checkout", "main");
    const { json } = await project.ok("branch", "--json");
    expect(json.branches).toMatchObject([
      { name: "fork", steps: 1009, from: "main@500", message: null, current: false },
      { name: "main", from: null, message: "a walk", current: true },
      { name: "of-fork", steps: 700, from: "archive/of-fork/1@700" },
      { name: "unfinished", steps: 70, goal: 100, from: null },
    ]);
    const times: number[] = json.branches.map(({ time }: { time: string }) => Date.parse(time));
    const lines = async (now: number) => cells((await project.runWith({ now }, "branch")).stdout);
    expect(await lines((times[1] as number) + 3 * 3_600_000 + 9_000)).toEqual([
      ["fork", "ID", "1,009 steps", "from main@500", "3 h ago"],
      ["*", "main", "ID", "1,000 steps", "3 h ago", "a walk"],
      ["of-fork", "ID", "700 steps", "from archive/of-fork/1@700", "3 h ago"],
      ["unfinished", "ID", "70 steps of 100, unfinished", "3 h ago"],
    ]);
    expect((await lines(times[1] as number))[1]?.slice(-2)).toEqual(["just now", "a walk"]);
    expect((await (await emptyProject()).ok("branch")).stdout).toBe("no branches yet\n");
  });

  test("says how to get back the last branch that was removed", async () => {
    const project = await walkProject();
    await project.ok("branch", "fork", "main@500");
    await project.ok("branch", "-d", "main");
    await project.ok("branch", "-d", "fork");
    const list = "`rewind reflog fork` lists the runs that it has named\n";
    const none = "no branches now; the last was fork: ";
    expect((await project.ok("branch")).stdout).toBe(
      `${none}\`rewind undo\` brings it back; ${list}`,
    );
    expect((await project.ok("log", "--all")).stdout).toBe(
      `no branch and no tag leads to a run; the last was fork: \`rewind undo\` brings it back; ${list}`,
    );
    // undo would only take the detached HEAD back.
    await project.ok("checkout", "HEAD~3");
    await project.ok("tag", "v1");
    await project.ok("tag", "-d", "v1");
    expect((await project.ok("branch")).stdout).toBe(none + list);
    expect((await project.ok("tag")).stdout).toBe(
      "no tags now; the last was tags/v1: `rewind undo` brings it back; `rewind reflog tags/v1` lists the runs that it has named\n",
    );
    expect((await project.ok("branch", "--json")).json).toEqual({ branches: [] });
  });

  test("says how to get back a recording that was undone", async () => {
    const project = await walkProject();
    await project.ok("undo");
    expect((await project.ok("branch")).stdout).toBe(
      "no branches now; the last was main: `rewind redo` brings it back; `rewind reflog main` lists the runs that it has named\n",
    );
    const { stderr } = await project.run("log");
    expect(stderr).toMatch(
      /^error: HEAD names the branch main, which has no run\nhint: `rewind redo`/,
    );
    await project.ok("redo");
    expect((await project.ok("branch")).stdout).toMatch(/^\* {2}main/);
  });

  test("lists the origin of a fork by its id if it has no name", async () => {
    const project = await walkProject();
    await project.ok("branch", "fork", "main@500");
    await project.ok("checkout", "fork");
    await project.ok("branch", "-d", "main");
    expect((await project.ok("branch")).stdout).toMatch(/from [0-9a-f]{12}@500 /);
  });

  test("an unchanged fork has the same states", async () => {
    const project = await walkProject();
    const { json } = await project.ok("branch", "fork", "main@501", "--json");
    expect(Object.keys(json)).toEqual([
      "branch",
      "run",
      "root",
      "steps",
      "blockSize",
      "checkpoints",
    ]);
    const main = (await project.ok("show", "main", "--json")).json;
    expect(json.root).toBe(main.root);
    expect(json.run).not.toBe(main.run);
    expect((await project.ok("branch", "--json")).json.branches[1].current).toBe(true);
  });

  test("changes: set, param, mutate, seed, steps", async () => {
    const project = await sirProject();
    await project.write("mutate.ts", "export const heal = (s) => { s.agents[0].status = 'R'; };");
    await project.ok(
      "branch",
      "set",
      "main@20",
      "--set",
      'agents[3].status="I"',
      "--set",
      "counts.I=9",
    );
    const { json } = await project.ok("get", "set@20", "--path", "agents[3].status", "--json");
    expect(json.state).toBe("I");
    expect((await project.ok("get", "set@20", "--path", "counts.I")).stdout).toBe("9\n");
    await project.ok("branch", "param", "main@20", "--param", "beta=0.9");
    expect((await project.ok("log", "param", "--json")).json.runs[0].params.beta).toBe(0.9);
    await project.ok("branch", "mutate", "main@20", "--mutate", "mutate.ts#heal");
    expect((await project.ok("get", "mutate@20", "--path", "agents[0].status")).stdout).toBe(
      '"R"\n',
    );
    await project.ok("branch", "seed", "main@20", "--seed", "7");
    expect((await project.run("diff", "main", "seed")).status).toBe(3);
    await project.ok("branch", "longer", "main", "--steps", "50");
    expect((await project.ok("get", "longer", "--json")).json.step).toBe(50);
    await project.ok("branch", "shorter", "main@10", "--steps", "20", "--self-check");
    for (const name of ["set", "param", "mutate", "seed", "longer", "shorter"]) {
      await project.ok("verify", name, "--full");
    }
  });

  test("--program working continues with the current file", async () => {
    const project = await emptyProject();
    const model = (by: number): string =>
      `export default { name: "m", init: () => 0, step: (x) => x + ${by} };`;
    await project.write("m.ts", model(1));
    await project.ok("record", "m.ts", "--steps", "10");
    await project.write("m.ts", model(2));
    await project.ok("branch", "new", "main@4", "--program", "working");
    expect((await project.ok("get", "new")).stdout).toBe("16\n");
    expect((await project.ok("get", "new@3")).stdout).toBe("3\n");
    expect((await project.ok("get", "main")).stdout).toBe("10\n");
  });

  test("without a revision forks at the cursor, or at the end without a cursor", async () => {
    const project = await counterProject(100);
    const end = await project.ok("branch", "end", "--steps", "110", "--set", "x=7");
    expect(end.stdout).toMatch(/^forked end at step 100 of /);
    const ends = counted(110, [{ at: 100, x: 7 }]);
    expect(await shown(project, "end", [99, 100, 110])).toEqual([99, 100, 110].map((t) => ends[t]));
    await project.ok("checkout", "main@42");
    const here = await project.ok("branch", "here", "--param", "add=9");
    expect(here.stdout).toMatch(/^forked here at step 42 of /);
    const states = counted(100, [{ at: 42, add: 9 }]);
    expect(await shown(project, "here", [42, 43, 100])).toEqual(
      [42, 43, 100].map((t) => states[t]),
    );
    // HEAD stays where it was.
    expect((await project.ok("get", "HEAD", "--json")).json.step).toBe(42);
    const none = await (await emptyProject()).run("branch", "fork");
    expect([none.status, none.stderr]).toEqual([
      1,
      expect.stringContaining("error: HEAD names the branch main, which has no run yet\nhint: "),
    ]);
  });

  test("of forks, of archived runs, of tags and of ids: each state is that of brute force", async () => {
    const project = await counterProject(60);
    const steps = [0, 9, 10, 11, 24, 25, 26, 39, 40, 41, 59, 60];
    const check = async (name: string, last: number, changes: readonly CounterChange[]) => {
      const states = counted(last, changes);
      const wanted = steps.filter((step) => step <= last);
      expect([name, await shown(project, name, wanted)]).toEqual([
        name,
        wanted.map((t) => states[t]),
      ]);
      await project.ok("verify", name, "--full");
    };
    const a = { at: 10, add: 4 };
    await project.ok("branch", "a", "main@10", "--param", "add=4");
    await check("a", 60, [a]);
    // A change at the step of a change, one before it, and one after.
    await project.ok("branch", "same", "a@10", "--set", "x=5");
    await check("same", 60, [a, { at: 10, x: 5 }]);
    await project.ok("branch", "before", "a@9", "--set", "x=6");
    await check("before", 60, [{ at: 9, x: 6 }]);
    await project.ok(
      "branch",
      "after",
      "a@25",
      "--set",
      "x=7",
      "--param",
      "add=2",
      "--steps",
      "41",
    );
    await check("after", 41, [a, { at: 25, x: 7, add: 2 }]);
    await project.ok("reset", "after@26");
    await project.ok(
      "branch",
      "archived",
      "archive/after/1@40",
      "--param",
      "add=8",
      "--steps",
      "60",
    );
    await check("archived", 60, [a, { at: 25, x: 7, add: 2 }, { at: 40, add: 8 }]);
    await project.ok("tag", "v1", "same");
    await project.ok("branch", "-d", "same");
    await project.ok("branch", "tagged", "v1@40", "--set", "x=1");
    await check("tagged", 60, [a, { at: 10, x: 5 }, { at: 40, x: 1 }]);
    const { run } = (await project.ok("show", "before", "--json")).json;
    await project.ok("branch", "-d", "before");
    await project.ok("branch", "by-id", `${run.slice(0, 8)}@11`, "--set", "x=2");
    await check("by-id", 60, [
      { at: 9, x: 6 },
      { at: 11, x: 2 },
    ]);
    await check("main", 60, []);
  });

  test("-d of the current branch leaves HEAD on its run, and undo brings it back", async () => {
    const project = await walkProject();
    await project.ok("checkout", "main@400");
    const { stdout } = await project.ok("branch", "-d", "main");
    expect(stdout).toMatch(
      /^deleted the branch main; its run stays in the store, [0-9a-f]{12}; HEAD stays on its run\n`rewind undo` brings it back\n$/,
    );
    expect((await project.ok("get", "HEAD", "--json")).json.step).toBe(400);
    await project.ok("undo");
    expect((await project.ok("branch", "--json")).json.branches).toMatchObject([
      { name: "main", current: true },
    ]);
    expect((await project.ok("get", "HEAD", "--json")).json.step).toBe(400);
  });

  test("-d deletes and -m renames", async () => {
    const project = await walkProject();
    await project.ok("branch", "fork", "main@500");
    await project.ok("branch", "-m", "fork", "other");
    expect((await project.run("get", "fork")).status).toBe(1);
    const { stdout } = await project.ok("branch", "-d", "other");
    expect(stdout).toContain("deleted the branch other");
    const run = /[0-9a-f]{12}/.exec(stdout)?.[0] as string;
    expect((await project.ok("get", run, "--json")).json.step).toBe(1000);
    await project.ok("branch", "-m", "main", "Main");
    expect((await project.ok("branch", "--json")).json.branches).toMatchObject([
      { name: "Main", current: true },
    ]);
  });

  test.each([
    [["--param", "p=1"], 2, "expected the name of a new branch with --param"],
    [["--matrix", "p=1,2"], 2, "expected the name of a new branch with --matrix"],
    [["main@500"], 2, 'expected a name before the revision "main@500"'],
    [["none@500"], 2, "it has an @, which separates a branch from a step"],
    [["fork", "main@500", "--set", 'state="a"'], 2, 'expected a number for state, got "a"'],
    [["fork", "main@500", "--set", "state=null"], 2, "expected a number for state, got null"],
    [["fork", "--param", "p=0.1", "--param", "p=0.2"], 2, "--param p was given more than once"],
    [["main", "main@5"], 1, "the branch main exists already"],
    [["Main", "main@5"], 1, "they differ only in case"],
    [["main/fork", "main@5"], 1, "one would be a folder of the other"],
    [["fork", "main@1001"], 1, "expected a step in 0..1,000"],
    [["fork", "mian@10"], 1, "did you mean main?"],
    [["fork", "main@500", "--steps", "400"], 2, "expected at least 500 steps"],
    [["fork", "main@500", "--set", "x=1"], 1, "there is no state.x"],
    [["fork", "main@500", "--set", "x"], 2, "expected --set name=value"],
    [["fork", "main@500", "--param", "q=1"], 2, 'declares no param "q"'],
    [["fork", "main@500", "--param", "p=true"], 2, "to be a number"],
    [["fork", "main@500", "--mutate", "none.ts"], 1, "does not exist"],
    [["fork", "main@500", "--mutate", "walk.ts#walk"], 1, "to export a function walk"],
    [["fork", "main@500", "--seed", "x"], 2, "expected a seed"],
    [["-d"], 2, "expected one name"],
    [["-d", "nope"], 1, "there is no branch nope"],
    [["-m", "main"], 2, "expected two names"],
    [["-m", "main", "a..b"], 2, "two dots in a row"],
    [["-m", "nope", "other"], 1, "there is no branch nope"],
  ])("%j is refused, and the store stays as it was", async (argv, expected, text) => {
    const project = await walkProject();
    const before = await project.storeDigest();
    const { status, stdout, stderr } = await project.run("branch", ...argv);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(stderr).toContain(text);
    expect(status).toBe(expected);
    expect(await project.storeDigest()).toBe(before);
  });
});

describe("branch --matrix", () => {
  const words = (line: string): string[] => line.split(" ");

  test("makes a fork for each value, with a table, in one operation", async () => {
    const project = await counterProject(100);
    const { stdout, stderr } = await project.ok(
      ...words("branch grid main@40 --matrix add=1,20,3e2 --param label=x --steps 60"),
    );
    expect(stderr).toBe("");
    const last = (add: number) =>
      JSON.stringify({ x: counted(60, [{ at: 40, add }])[60], last: 59 });
    const [head, ...rows] = cells(stdout);
    expect(head?.[0]).toMatch(/^made 3 forks at step 40 of ID, recorded to step 60 in /);
    expect(rows).toEqual([
      ["branch", "params", "run", "steps", "root", "last state"],
      ["grid/1", "add=1", "ID", "60", "ID", last(1)],
      ["grid/20", "add=20", "ID", "60", "ID", last(20)],
      ["grid/3e2", "add=300", "ID", "60", "ID", last(300)],
    ]);
    for (const [label, add] of [
      ["1", 1],
      ["20", 20],
      ["3e2", 300],
    ] as const) {
      const states = counted(60, [{ at: 40, add }]);
      expect(await shown(project, `grid/${label}`, [39, 40, 41, 60])).toEqual(
        [39, 40, 41, 60].map((step) => states[step]),
      );
    }
    expect((await project.ok("undo")).stdout).toContain("grid/20");
    expect((await project.ok("branch", "--json")).json.branches).toHaveLength(1);
  });

  test("several give the cross product; --json has its keys", async () => {
    const project = await counterProject(50);
    const { json } = await project.ok(
      ...words("branch x main@10 --matrix add=1,2 --matrix label=a,b --set x=3 --json"),
    );
    expect(Object.keys(json)).toEqual(["branches"]);
    const { branches } = json;
    expect(branches.map(({ branch }: { branch: string }) => branch)).toEqual([
      "x/1/a",
      "x/1/b",
      "x/2/a",
      "x/2/b",
    ]);
    expect(Object.keys(branches[0])).toEqual([
      ...["branch", "run", "root", "steps", "blockSize", "checkpoints", "params"],
    ]);
    expect(branches[2].params).toEqual({ add: 2, label: "a" });
    expect(branches[2].root).toBe(branches[3].root);
    expect(await shown(project, "x/2/b", [9, 10, 50])).toEqual(
      [9, 10, 50].map((step) => counted(50, [{ at: 10, x: 3, add: 2 }])[step]),
    );
    const alone = await project.ok(
      ...words("branch alone main@10 --param add=2 --param label=b --set x=3 --json"),
    );
    expect(alone.json.root).toBe(branches[3].root);
  });

  test.each([
    ["--matrix add", 2, "expected --matrix name=value,value,…"],
    ["--matrix add=", 2, "expected --matrix name=value,value,…"],
    ["--matrix add=1,,2", 2, "expected --matrix name=value,value,…"],
    ["--matrix add=1,1", 2, "--matrix add has the value 1 twice"],
    ["--matrix add=1,1.0", 2, "--matrix add has the value 1.0 twice"],
    ["--matrix add=1 --matrix add=2", 2, "--matrix add was given more than once"],
    ["--matrix add=1,2 --param add=3", 2, "expected add in --matrix or in --param, got both"],
    ["--matrix add=1,x", 2, "expected param add to be a number"],
    ["--matrix add=1 --matrix ad=2", 2, 'declares no param "ad"'],
    ["--matrix add=ok,[1]", 2, "expected param add to be a number"],
    ["--matrix label=a,A", 1, "they differ only in case"],
    ["--matrix label=a,taken", 1, "the branch grid/taken exists already"],
    ["--matrix add=1,2 --set y=1", 1, "there is no state.y"],
    ["--matrix add=1,2 --set x=true", 2, "expected a number for state.x, got true"],
    ["--matrix add=1,2 --steps 5", 2, "expected at least 20 steps"],
  ])("%s is refused before anything is recorded", async (line, expected, text) => {
    const project = await counterProject(30);
    await project.ok("branch", "grid/taken", "main@20");
    const before = await project.storeDigest();
    const { status, stdout, stderr } = await project.run(...words(`branch grid main@20 ${line}`));
    expect([status, stdout]).toEqual([expected, ""]);
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(stderr).toContain(text);
    expect(await project.storeDigest()).toBe(before);
  });

  test("one that fails: those made stay, the message names them, the rest can be made later", async () => {
    const project = await emptyProject();
    await project.write(
      "m.ts",
      `export default { name: "m", params: { a: 0 }, init: () => 0, step: (x, rng, ctx) => {
        if (Atomics.failing && ctx.params.a === 3 && ctx.step === 70) throw new Error("no more");
        return x + 1 + ctx.params.a; } };`,
    );
    await project.ok(...words("record m.ts --steps 100"));
    const flag = Atomics as { failing?: boolean };
    flag.failing = true;
    const failed = await project.run(...words("branch g main@10 --matrix a=1,2,3,4"));
    flag.failing = false;
    expect([failed.status, failed.stdout, failed.stderr]).toEqual([
      1,
      "",
      "error: g/3: step 70 failed: Error: no more (at recorded m.ts:3:71); made before it: g/1, g/2\n" +
        "  the state before it: 250\n" +
        "hint: the first 70 of 100 steps are kept on g/3: `rewind get g/3@70` prints the last; fix the code, then `rewind branch NAME g/3 --program working` continues with it; " +
        "for the values after it: `rewind branch g main@10 --matrix a=4`\n",
    ]);
    expect((await project.ok("get", "g/2")).stdout).toBe(`${10 + 90 * 3}\n`);
    await project.ok("resume", "g/3");
    expect((await project.ok("get", "g/3")).stdout).toBe(`${10 + 90 * 4}\n`);
    expect((await project.run("get", "g/4")).status).toBe(1);
    await project.ok(...words("branch g main@10 --matrix a=4"));
  });

  test("values that are not valid in a name", async () => {
    const project = await emptyProject();
    await project.write(
      "m.ts",
      `export default { name: "m", params: { a: [0], p: 1, word: "x" }, init: () => 0,
        step: (x, rng, ctx) => x + ctx.params.a.length * ctx.params.p };`,
    );
    await project.ok(...words("record m.ts --steps 10"));
    const { json } = await project.ok(
      ...["branch", "g", "main@5", "--matrix", "p=.5, 2", "--matrix", "word=a b,c:d"],
      ...["--matrix", "a=[1, 2]", "--json"],
    );
    expect(json.branches.map(({ branch }: { branch: string }) => branch)).toEqual([
      ...["g/0.5/a-b/1-2", "g/0.5/c-d/1-2", "g/2/a-b/1-2", "g/2/c-d/1-2"],
    ]);
    expect(json.branches[0].params).toEqual({ a: [1, 2], p: 0.5, word: "a b" });
    await project.ok(...words("branch half main@5 --param p=.5"));
  });

  test("Ctrl-C before the first: nothing is made", async () => {
    const project = await counterProject(30);
    const before = await project.storeDigest();
    const { status, stderr } = await project.runWith(
      { interrupt: true },
      ...words("branch grid main@20 --matrix add=1,2"),
    );
    expect([status, stderr]).toEqual([
      130,
      "error: interrupted at step 20\nhint: nothing has changed: run the command again\n",
    ]);
    expect(await project.storeDigest()).toBe(before);
  });
});

describe("branch --set", () => {
  const STATE = `{
    x: 1.5, name: "a", on: false, big: 5n, none: null, when: new Date(0), list: [1, 2],
    typed: Float32Array.of(1, 2), at: { x: 1, y: { z: "deep" } },
    map: new Map([["k", 1]]), set: new Set([1]),
  }`;

  async function project(): Promise<Project> {
    const made = await emptyProject();
    await made.write(
      "m.ts",
      `export default { name: "m", init: () => (${STATE}), step: (s) => { s.x += 1; } };`,
    );
    await made.ok(..."record m.ts --steps 10 --block-size 4".split(" "));
    return made;
  }

  test("replaces values of every kind, at the fork's step and not before", async () => {
    const made = await project();
    const changes: [path: string, value: string, shown: string][] = [
      ["x", "-2", "-2"],
      ["name", "b", '"b"'],
      ["on", "true", "true"],
      ["big", '{"$bigint":"7"}', '{"$bigint":"7"}'],
      ["none", "[1]", "[1]"],
      ["when", '{"$date":"1970-01-02T00:00:00.000Z"}', '{"$date":"1970-01-02T00:00:00.000Z"}'],
      ["list", "[]", "[]"],
      ["list[1]", "9", "9"],
      ["typed", "[0.5,3]", '{"$typed":"Float32Array","values":[0.5,3]}'],
      ["typed[0]", "4", "4"],
      ["at", '{"x":2,"y":{"z":"w"}}', '{"x":2,"y":{"z":"w"}}'],
      ["at.y.z", '"q"', '"q"'],
      ["map", '{"$map":[]}', '{"$map":[]}'],
      ['map.get("k")', "3", "3"],
      ["set", '{"$set":[2]}', '{"$set":[2]}'],
    ];
    for (const [i, [path, value, shows]] of changes.entries()) {
      await made.ok("branch", `f${i}`, "main@6", "--set", `${path}=${value}`);
      const at = async (revision: string) =>
        JSON.stringify((await made.ok("get", revision, "--path", path, "--json")).json.state);
      expect([path, await at(`f${i}@6`)]).toEqual([path, shows]);
      expect([path, await at(`f${i}@5`)]).toEqual([path, await at("main@5")]);
      await made.ok("verify", `f${i}`, "--full");
    }
    // The first step after the fork sees it.
    expect((await made.ok("get", "f0@10", "--path", "x")).stdout).toBe("2\n");
  });

  test("refuses values of another kind, one or several, before it writes anything", async () => {
    const made = await project();
    const before = await made.storeDigest();
    const refused: [sets: string[], error: string][] = [
      [["x=abc"], 'expected a number for state.x, got "abc"'],
      [["list=5"], "expected an array for state.list, got 5"],
      [["on=null"], "expected a boolean for state.on, got null"],
      [["big=5.5"], "expected a bigint for state.big, got 5.5"],
      [["when=0"], "expected a Date for state.when, got 0"],
      [["list={}"], "expected an array for state.list, got an object"],
      [["typed=[1]"], "expected a Float32Array of 2 for state.typed, got an array of 1"],
      [
        ["typed=[1,0.1]"],
        "expected a value that an element of Float32Array can hold for state.typed[1], got 0.1",
      ],
      [["at={}"], "expected an object with the keys x, y for state.at, got one with no keys"],
      [['at={"x":1,"y":{"z":2}}'], "expected a text for state.at.y.z, got 2"],
      [["map={}"], "expected a Map for state.map, got an object"],
      [["set=[]"], "expected a Set for state.set, got an empty array"],
      [["x=3", "at.y.z=w", "on=1"], "expected a boolean for state.on, got 1"],
    ];
    for (const [sets, error] of refused) {
      const options = sets.flatMap((set) => ["--set", set]);
      const { status, stderr } = await made.run("branch", "f", "main@6", ...options);
      expect([status, stderr]).toEqual([
        2,
        `error: ${error}\nhint: give JSON of that kind; --mutate module#export can change it to anything\n`,
      ]);
    }
    expect(await made.storeDigest()).toBe(before);
    // A user's function may do anything.
    await made.write("change.ts", "export const change = (s) => ({ ...s, on: 1, x: s.x });");
    await made.ok("branch", "f", "main@6", "--mutate", "change.ts#change");
    expect((await made.ok("get", "f@6", "--path", "on")).stdout).toBe("1\n");
  });
});

/** The cells of a table, ids as `ID`. */
function cells(text: string): string[][] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) =>
      line
        .replace(/[0-9a-f]{12}/g, "ID")
        .trim()
        .split(/ {2,}/),
    );
}
