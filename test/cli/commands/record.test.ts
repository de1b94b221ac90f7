import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  bareProject,
  emptyProject,
  strangersProject,
  unfinished,
  walkProject,
} from "../../support/run-cli.ts";

describe("record", () => {
  test("says what it recorded", async () => {
    const project = await emptyProject("walk.ts");
    const { stdout, stderr } = await project.ok(
      "record",
      "walk.ts",
      "--steps",
      "1000",
      "--seed",
      "42",
    );
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /^recorded 1,000 steps on main in .*\n {2}run {3}[0-9a-f]{12}\n {2}root {2}[0-9a-f]{12}\n {2}32 checkpoints, 32 steps apart\n$/,
    );
  });

  test("--json has the documented keys", async () => {
    const project = await emptyProject("walk.ts");
    const { json } = await project.ok(
      ..."record walk.ts --steps 1_000 --seed 42 --json".split(" "),
    );
    expect(Object.keys(json)).toEqual([
      "branch",
      "run",
      "root",
      "steps",
      "blockSize",
      "checkpoints",
      "seed",
    ]);
    expect(json).toMatchObject({ branch: "main", steps: 1000, blockSize: 32, checkpoints: 32 });
    expect(json.run).toMatch(/^[0-9a-f]{64}$/);
  });

  test("the same seed gives the same root, another seed another one", async () => {
    const project = await emptyProject("walk.ts");
    const root = async (branch: string, seed: string): Promise<string> =>
      (
        await project.ok(
          ..."record walk.ts --steps 1e3 --json -b".split(" "),
          branch,
          "--seed",
          seed,
        )
      ).json.root;
    expect(await root("a", "1")).toBe(await root("b", "1"));
    expect(await root("c", "2")).not.toBe(await root("a2", "1"));
    // 2^256 - 1 is the largest.
    await root("d", String(2n ** 256n - 1n));
    const { status, stderr } = await project.run(
      ..."record walk.ts --steps 1 -b e --seed".split(" "),
      String(2n ** 256n),
    );
    expect(status).toBe(2);
    expect(stderr).toContain("hint: for example --seed 42; without it");
  });

  test("a run of no steps has its initial state", async () => {
    const project = await emptyProject("walk.ts");
    const { json } = await project.ok("record", "walk.ts", "--steps", "0", "--json");
    expect(json).toMatchObject({ steps: 0 });
    expect((await project.ok("get", "main@0")).stdout).toBe("0\n");
    expect((await project.ok("verify", "--full")).stdout).toContain("ok");
  });

  test("params, block size, message, branch and export are taken", async () => {
    const project = await emptyProject("sir.ts");
    const { json } = await project.ok(
      ...["record", "sir.ts#sir", "--steps", "20", "-b", "beta-03", "--param", "beta=0.3"],
      ...["--param", "agents=50", "--block-size", "7", "--seed", "1", "-m", "fast", "--json"],
      "--self-check",
    );
    expect(json).toMatchObject({ branch: "beta-03", blockSize: 7, checkpoints: 3 });
    const shown = (await project.ok("show", "beta-03", "--json")).json;
    expect(shown.segments[0].params).toMatchObject({ beta: 0.3, agents: 50 });
    expect(shown.segments[0]).toMatchObject({ simulation: "sir", module: "sir.ts#sir", seed: 1 });
    expect(shown.meta.message).toBe("fast");
  });

  test("-C names the project; the module's path is seen from there", async () => {
    const project = await emptyProject("walk.ts");
    const { status } = await project.runWith(
      { cwd: "/" },
      ...["-C", project.root, "record", "walk.ts", "--steps", "10"],
    );
    expect(status).toBe(0);
  });

  test("a module is found from the current folder", async () => {
    const project = await bareProject();
    await project.ok("init");
    await project.write(
      "models/m.ts",
      'export default { name: "m", init: () => 0, step: (x) => x + 1 };',
    );
    const { json } = await project.ok("-C", "models", "record", "m.ts", "--steps", "5", "--json");
    expect(json.steps).toBe(5);
    expect((await project.ok("show", "main", "--json")).json.segments[0].module).toBe(
      "models/m.ts#default",
    );
  });

  test("moves HEAD to the new branch", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok("record", "walk.ts", "--steps", "10", "-b", "first");
    await project.ok("record", "walk.ts", "--steps", "20", "-b", "second");
    const { json } = await project.ok("branch", "--json");
    const current = json.branches.filter((branch: { current: boolean }) => branch.current);
    expect(current.map((branch: { name: string }) => branch.name)).toEqual(["second"]);
  });

  test("a self-check finds hidden state, and names the field", async () => {
    const project = await emptyProject();
    await project.write(
      "leak.ts",
      'let calls = 0; export default { name: "leak", init: () => ({ n: 0 }), step: () => ({ n: calls++ }) };',
    );
    const { status, stderr } = await project.run(
      ..."record leak.ts --steps 100 --self-check".split(" "),
    );
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /^error: the state at step 1 depends on what the program did before: state\.n is \d+ after/,
    );
    expect(stderr).toContain("hint: ");
  });

  test("on a branch that has a run says what to do", async () => {
    const project = await walkProject();
    await unfinished(project);
    const before = await project.storeDigest();
    const refused: [line: string, error: string, hint: string][] = [
      [
        "record walk.ts --steps 10 -b main",
        "the branch main exists already",
        "record on another branch with -b NAME, or again on this one with --restart",
      ],
      [
        "record walk.ts --steps 10 -b unfinished",
        "unfinished holds an unfinished recording: 70 of 100 steps",
        "continue it with `rewind resume unfinished`, or record again with --restart, which archives it",
      ],
    ];
    for (const [line, error, hint] of refused) {
      const { status, stdout, stderr } = await project.run(...line.split(" "));
      expect([status, stdout, stderr]).toEqual([1, "", `error: ${error}\nhint: ${hint}\n`]);
    }
    expect(await project.storeDigest()).toBe(before);
  });

  test("--restart records again, keeps the old run, and is one undo", async () => {
    const project = await walkProject();
    await unfinished(project);
    const state = async (revision: string) => (await project.ok("get", revision)).stdout;
    const old = await state("main@900");
    const line = "record walk.ts --steps 2000 --seed 8 --restart";
    const { stdout } = await project.ok(...`${line} -b main`.split(" "));
    expect(stdout).toMatch(/^recorded 2,000 steps on main in /);
    expect(await state("archive/main/1@900")).toBe(old);
    await project.ok(...`${line} -b alone`.split(" "));
    expect(await state("main")).toBe(await state("alone"));
    await project.ok(...`${line} -b unfinished`.split(" "));
    expect((await project.ok("show", "archive/unfinished/1", "--json")).json).toMatchObject({
      steps: 70,
      goal: 100,
    });
    await project.ok("undo");
    await project.ok("undo");
    await project.ok("undo");
    expect(await state("main@900")).toBe(old);
    expect((await project.run("get", "archive/main/1")).status).toBe(1);
    await project.ok("resume", "unfinished");
  });
});

describe("record --from", () => {
  test("begins a new run with a saved state, which others can replay", async () => {
    const project = await walkProject();
    const state = Number((await project.ok("get", "main@500")).stdout);
    const line = "record walk.ts --from main@500 --steps 90 --seed 7 -b again --json";
    const { json } = await project.ok(...line.split(" "));
    expect(json).toMatchObject({ branch: "again", steps: 90, seed: 7 });
    expect((await project.ok("get", "again@0")).stdout).toBe(`${state}\n`);
    expect((await project.ok("verify", "again", "--full")).stdout).toMatch(/^ok: /);
    const main = (await project.ok("show", "main", "--json")).json.run;
    const shown = (await project.ok("show", "again", "--json")).json;
    expect(shown).toMatchObject({ parents: [], origin: [] });
    expect(shown.from).toEqual({ run: main, step: 500, name: "main" });
    expect((await project.ok("show", "again")).stdout).toContain(
      `\nbegins   with the state of main@500 (run ${main.slice(0, 12)})\n`,
    );
    const [logged, ...others] = (await project.ok("log", "again", "--json")).json.runs;
    expect([logged.from, others]).toEqual([{ run: main, step: 500 }, []]);
    expect((await project.ok("log", "again")).stdout).toContain(
      `\n  begins with the state of ${main.slice(0, 12)}@500\n`,
    );
    // The same again, and from a file, JSON or CBOR.
    await project.ok("get", "main@500", "-o", "s.cbor");
    await project.ok("get", "main@500", "-o", "s.json");
    await project.write("r.json", (await project.ok("get", "main@500", "--json")).stdout);
    for (const file of ["s.cbor", "s.json", "r.json"]) {
      const rest = `--init-file ${file} --steps 90 --seed 7 --restart -b again --json`;
      const { json: next } = await project.ok("record", "walk.ts", ...rest.split(" "));
      expect(next.root).toBe(json.root);
    }
    const { stdout } = await project.ok("show", "again");
    expect(stdout).toContain("\nbegins   with the state in the file r.json\n");
    expect((await project.ok("extend", "again", "--by", "10")).stdout).toContain("to step 100");
    expect((await project.ok("show", "again", "--json")).json.from).toEqual({ file: "r.json" });
    await project.ok("branch", "other", "again@0", "--set", "state=3");
    expect((await project.ok("show", "other", "--json")).json).toMatchObject({ from: null });
    await project.ok("save", "again", "-o", "again.replay", "--checkpoints", "none");
    const stranger = await strangersProject();
    await stranger.ok("load", path.join(project.root, "again.replay"), "-b", "theirs");
    await stranger.ok("trust", "theirs");
    expect((await stranger.ok("verify", "theirs", "--full")).stdout).toMatch(/^ok: /);
    await project.ok("remote", "add", "lab", "lab");
    await project.ok("push", "lab");
    const clone = await bareProject();
    await clone.ok("clone", path.join(project.root, "lab"), "here");
    const run = (...words: string[]) => clone.ok("-C", "here", ...words);
    expect((await run("get", "origin/again@0")).stdout).toBe(`${state}\n`);
  });

  test("replays the code that was recorded, and records the file as it is now", async () => {
    const project = await walkProject();
    const before = (await project.ok("get", "main@500")).stdout;
    const text = "export default { name: 'walk', init: () => 0, step: (x) => x + 1 };";
    await project.write("walk.ts", text);
    const line = "record walk.ts --from main@500 --steps 9 -b again";
    const { stderr } = await project.ok(...line.split(" "));
    expect(stderr).toBe("");
    expect((await project.ok("get", "again@9")).stdout).toBe(`${Number(before) + 9}\n`);
  });

  test.each([
    ["--from main@500 --init-file s.json", "expected --from or --init-file, got both"],
    ["--init-file s.txt", 'expected --init-file FILE.json or FILE.cbor, got "s.txt"'],
    ["--init-file gone.json", "cannot read"],
    ["--from main@9999", "1,000"],
    ["--from nobody", "nobody"],
  ])("refuses %s", async (options, message) => {
    const project = await walkProject();
    const words = `record walk.ts --steps 9 -b again ${options}`.split(" ");
    const { status, stderr } = await project.run(...words);
    expect(status).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect((await project.ok("branch", "--json")).json.branches).toHaveLength(1);
  });
});
