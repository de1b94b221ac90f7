import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { copyOf, emptyProject, type Project, walkProject } from "./run-cli.ts";

const model = (late: number, name = "model"): string => `
import { next } from "./lib/next.ts";
export default { name: "${name}", init: () => ({ n: 0, sum: 0 }), step: (s) => next(s, ${late}) };`;

const NEXT = `export const next = (s: { n: number; sum: number }, late: number) =>
  ({ n: s.n + 1, sum: s.sum + (s.n >= 500 ? late : 1) });`;

async function modelProject(): Promise<Project> {
  const project = await emptyProject();
  await project.write("model.ts", model(1));
  await project.write("lib/next.ts", NEXT);
  await project.ok("record", "model.ts", "--steps", "1000");
  return project;
}

const REPLAYS = [
  ["get", "main@700"],
  ["find", "main", "state.n === 700"],
  ["stats", "main", "state.sum"],
  ["verify", "main", "--full"],
  ["branch", "fork", "main@700"],
];

describe("a file that has changed since", () => {
  test.each(REPLAYS)("%s replays what was recorded, and says so", async (...argv) => {
    const project = await modelProject();
    const [first, quiet] = [await copyOf(project), await copyOf(project)];
    const before = await first.ok(...argv, "--json");
    expect(before.stderr).toBe("");
    await project.write("model.ts", model(2));
    const { stderr, json } = await project.ok(...argv, "--json");
    expect(stderr).toBe("note: model.ts has changed since: this replays the recorded program\n");
    const { run: _, ...content } = json;
    expect(before.json).toMatchObject(content);
    await quiet.write("model.ts", model(2));
    expect((await quiet.ok(...argv, "-q", "--json")).stderr).toBe("");
  });

  test("an imported file counts as well, and a comment does not", async () => {
    const project = await modelProject();
    await project.write("lib/next.ts", `${NEXT}\n// the same`);
    expect((await project.ok("get", "main")).stderr).toBe("");
    await project.write("lib/next.ts", NEXT.replace("? late : 1", "? late : 2"));
    const { stderr, stdout } = await project.ok("get", "main@10", "--path", "sum");
    expect([stderr, stdout]).toEqual([expect.stringContaining("has changed since"), "10\n"]);
  });

  test("--program working: verify names the first differing step and its fields", async () => {
    const project = await modelProject();
    expect((await project.ok("verify", "--program", "working", "--full")).stdout).toContain("ok");
    await project.write("model.ts", model(3));
    const { status, stdout, stderr } = await project.run(
      "verify",
      "--program",
      "working",
      "--full",
    );
    expect(status).toBe(3);
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /\nfirst different step: 501\n {2}state\.sum: recorded 501, replayed 503\n$/,
    );
    const { json } = await project.run(..."verify --program working --full --json -q".split(" "));
    expect(json).toMatchObject({ ok: false, mismatch: { step: 501 } });
  });

  test("--program working: a fork goes on with the file, and does not say otherwise", async () => {
    const project = await modelProject();
    await project.write("model.ts", model(3));
    const { stderr } = await project.ok(..."branch new main@700 --program working".split(" "));
    expect(stderr).toBe("");
    const grid = await project.ok(..."branch two new@800 --set sum=1 --program working".split(" "));
    expect(grid.stderr).toBe("");
    const old = await project.ok(..."branch old main@700".split(" "));
    expect(old.stderr).toContain("this replays the recorded program");
  });

  test("--program working: get prints what the file gives from the checkpoint on", async () => {
    const project = await modelProject();
    await project.write("model.ts", model(3));
    const at = async (...more: string[]): Promise<string> =>
      (await project.ok("get", "main@700", "--path", "sum", ...more)).stdout;
    expect(await at()).toBe("700\n");
    expect(await at("--program", "working")).not.toBe("700\n");
  });

  test("a name that has changed is another program's, and no trouble", async () => {
    const project = await modelProject();
    await project.write("model.ts", model(1, "renamed"));
    expect((await project.ok("get", "main@5", "--path", "n")).stdout).toBe("5\n");
    await project.ok("verify", "--full", "--program", "working");
    await project.ok("record", "model.ts", "--steps", "10", "-b", "new");
    const { status, stdout } = await project.run("diff", "main", "new");
    expect(status).toBe(3);
    expect(stdout).toContain('program.name: "model" → "renamed"');
  });

  test("broken or gone, the recorded program still runs", async () => {
    const project = await modelProject();
    await project.write("model.ts", "export default {");
    const broken = await project.ok("get", "main@5", "--path", "n");
    expect([broken.stdout, broken.stderr]).toEqual(["5\n", expect.stringContaining("changed")]);
    await rm(path.join(project.root, "model.ts"));
    await rm(path.join(project.root, "lib"), { recursive: true });
    const gone = await project.ok("get", "main@5", "--path", "n");
    expect(gone.stdout).toBe("5\n");
    expect(gone.stderr).toBe("note: model.ts is not there: this replays the recorded program\n");
    const { status, stderr } = await project.run(..."verify --program working".split(" "));
    expect([status, stderr]).toEqual([1, expect.stringContaining("model.ts does not exist")]);
  });
});

describe("code that came from elsewhere", () => {
  async function received(module: "same" | "other" | "none"): Promise<Project> {
    const mine = await walkProject();
    await mine.ok("save", "main", "-o", "run.replay");
    const theirs = await emptyProject(...(module === "same" ? ["walk.ts"] : []));
    if (module === "other") {
      await theirs.write("walk.ts", 'export default { name: "w", init: () => 0, step: (x) => x };');
    }
    await cp(path.join(mine.root, "run.replay"), path.join(theirs.root, "run.replay"));
    await theirs.ok("load", "run.replay", "-b", "theirs");
    return theirs;
  }

  test.each(["other", "none"] as const)("runs only with --trust (module: %s)", async (module) => {
    const project = await received(module);
    for (const line of [
      "get theirs@500",
      "find theirs true",
      "verify theirs",
      "branch f theirs@5",
    ]) {
      const { status, stderr } = await project.run(...line.split(" "));
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^error: the code of "random-walk" \(walk\.ts\) came from elsewhere.*\nhint: read it with `rewind show \w+ --source`, then let it run with --trust\n$/,
      );
    }
    expect((await project.ok("show", "theirs", "--source")).stdout).toContain("rng.random()");
    const { json } = await project.ok(..."verify theirs --full --trust --json".split(" "));
    expect(json.ok).toBe(true);
    // Trust is remembered: it is about this very code.
    expect((await project.run("get", "theirs@500")).status).toBe(0);
  });

  test("runs without, where the working files give the same", async () => {
    const project = await received("same");
    const { stderr } = await project.ok("get", "theirs@500");
    expect(stderr).toBe("");
  });

  test("nothing of it is run by load, info, show or log", async () => {
    const mine = await emptyProject();
    const side = "globalThis.ran = (globalThis.ran ?? 0) + 1;";
    await mine.write(
      "m.ts",
      `${side} export default { name: "m", init: () => 0, step: (x) => x + 1 };`,
    );
    await mine.ok("record", "m.ts", "--steps", "10");
    await mine.ok("save", "main", "-o", "run.replay");
    const theirs = await emptyProject();
    await cp(path.join(mine.root, "run.replay"), path.join(theirs.root, "run.replay"));
    const shared = globalThis as { ran?: number };
    const before = shared.ran;
    await theirs.ok("load", "run.replay", "-b", "m");
    for (const line of ["info run.replay", "show m", "show m --source", "log m", "cat-file m"]) {
      await theirs.ok(...line.split(" "));
    }
    expect(shared.ran).toBe(before);
  });

  test("verify --program working tells what differs, though the recorded code may not run", async () => {
    const project = await received("other");
    const { status, json } = await project.run(
      ..."verify theirs --program working --json".split(" "),
    );
    expect(status).toBe(3);
    expect(json.mismatch).toMatchObject({ step: null, changes: [{ path: "state" }] });
  });
});

describe("where a project lies", () => {
  test("does not enter a program or a root", async () => {
    const [a, b] = [await modelProject(), await modelProject()];
    const shown = async (project: Project) => (await project.ok("show", "HEAD", "--json")).json;
    const [mine, theirs] = [await shown(a), await shown(b)];
    expect(mine.segments[0].source).toBe(theirs.segments[0].source);
    expect(mine.root).not.toBe("");
    const seeded = async (project: Project) =>
      (await project.ok(..."record model.ts --steps 100 --seed 1 -b s --json".split(" "))).json
        .root;
    expect(await seeded(a)).toBe(await seeded(b));
  });

  test("a store that was moved works on", async () => {
    const project = await modelProject();
    const moved = await copyOf(project);
    await rm(project.root, { recursive: true });
    const { stderr, stdout } = await moved.ok("get", "main@500", "--path", "n");
    expect([stderr, stdout]).toEqual(["", "500\n"]);
  });

  test("packages stay imports, and their versions are noted", async () => {
    const project = await emptyProject();
    const install = (version: string): Promise<void> =>
      project.write(
        "node_modules/pack/package.json",
        JSON.stringify({ name: "pack", version, type: "module", main: "main.js" }),
      );
    await install("1.0.0");
    await project.write("node_modules/pack/main.js", "export const one = 1;");
    await project.write(
      "m.ts",
      'import { one } from "pack"; export default { name: "m", init: () => 0, step: (x) => x + one };',
    );
    await project.ok("record", "m.ts", "--steps", "10");
    expect((await project.ok("show", "HEAD")).stdout).toContain("package    pack 1.0.0");
    expect((await project.ok("show", "--source")).stdout).toMatch(/import .* from "pack"/);
    await install("2.0.0");
    const { stderr } = await project.ok("get", "main@5");
    expect(stderr).toContain("note: recorded with pack 1.0.0, installed is 2.0.0\n");
  });
});

describe("a run that a library recorded", () => {
  const walk = {
    name: "walk-in-memory",
    init: () => 0,
    step: (x: number, rng: { random(): number }) => x + rng.random(),
  };

  test("is described, but not replayed without its simulation: the message says what to do", async () => {
    const project = await emptyProject();
    const repo = await openRepository(project.root);
    await repo.record(walk, { steps: 100, seed: 1, branch: "main" });
    await repo.close();
    expect((await project.ok("show", "HEAD")).stdout).toContain(
      "walk-in-memory (handed over in memory",
    );
    for (const line of ["get main@50", "verify", "get main@50 --program working"]) {
      const { status, stderr } = await project.run(...line.split(" "));
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^error: the code of "walk-in-memory" is not here: it was recorded from a simulation handed over in memory\nhint: .*openRepository\(dir, \{ simulations: \[simulation\] \}\)/,
      );
    }
  });
});
