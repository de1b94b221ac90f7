import { cp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import {
  copyOf,
  emptyProject,
  type Project,
  strangersProject,
  walkProject,
} from "../support/run-cli.ts";

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

test("packages see no environment variables but NODE_ENV and TZ", async () => {
  const project = await emptyProject();
  await project.write("node_modules/seen/package.json", '{"name":"seen","version":"1.0.0"}');
  await project.write("node_modules/seen/index.js", "module.exports = Object.keys(process.env);");
  await project.write(
    "model.ts",
    'import seen from "seen"; export default { name: "m", init: () => seen, step: (x) => x };',
  );
  await project.ok("record", "model.ts", "--steps", "1");
  expect((await project.ok("get", "main", "--json")).json.state).toEqual(["NODE_ENV", "TZ"]);
});

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

  test("an imported file counts too, and a comment does not", async () => {
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

  test("--program working: a fork continues with the file, without a note", async () => {
    const project = await modelProject();
    await project.write("model.ts", model(3));
    const { stderr } = await project.ok(..."branch new main@700 --program working".split(" "));
    expect(stderr).toBe("");
    const grid = await project.ok(..."branch two new@800 --set sum=1 --program working".split(" "));
    expect(grid.stderr).toBe("");
    const old = await project.ok(..."branch old main@700".split(" "));
    expect(old.stderr).toContain("this replays the recorded program");
  });

  test("--program working: get prints what the file gives after the checkpoint", async () => {
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
    expect(gone.stderr).toBe("note: model.ts does not exist: this replays the recorded program\n");
    const { status, stderr } = await project.run(..."verify --program working".split(" "));
    expect([status, stderr]).toEqual([1, expect.stringContaining("model.ts does not exist")]);
  });
});

/** An error and its hint, of one line each. */
const NOT_TRUSTED =
  /^error: the code of "random-walk" \(walk\.ts\) came from elsewhere.*\nhint: `rewind show (\w+) --source` prints it; .* `rewind trust \1` lets it run\n$/;

describe("code that came from elsewhere", () => {
  async function received(module: "same" | "other" | "none"): Promise<Project> {
    const mine = await walkProject();
    await mine.ok("save", "main", "-o", "run.replay");
    const theirs = await strangersProject(...(module === "same" ? ["walk.ts"] : []));
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
      expect(stderr).toMatch(NOT_TRUSTED);
    }
    expect((await project.ok("show", "theirs", "--source")).stdout).toContain("rng.random()");
    const { json } = await project.ok(..."verify theirs --full --trust --json".split(" "));
    expect(json.ok).toBe(true);
    // Trust is remembered, for exactly this code.
    expect((await project.run("get", "theirs@500")).status).toBe(0);
  });

  test("working files with the same code are not a reason to run it: every clone has them", async () => {
    const project = await received("same");
    const { status, stderr } = await project.run("get", "theirs@500");
    expect([status, stderr]).toEqual([1, expect.stringMatching(NOT_TRUSTED)]);
    await project.ok("record", "walk.ts", "--steps", "10", "-b", "mine");
    expect((await project.ok("get", "theirs@500")).stderr).toBe("");
  });

  test("nothing of it is run by load, info, show or log", async () => {
    const mine = await emptyProject();
    const side = "Atomics.ran = (Atomics.ran ?? 0) + 1;";
    await mine.write(
      "m.ts",
      `${side} export default { name: "m", init: () => 0, step: (x) => x + 1 };`,
    );
    await mine.ok("record", "m.ts", "--steps", "10");
    await mine.ok("save", "main", "-o", "run.replay");
    const theirs = await strangersProject();
    await cp(path.join(mine.root, "run.replay"), path.join(theirs.root, "run.replay"));
    const shared = Atomics as { ran?: number };
    const before = shared.ran;
    await theirs.ok("load", "run.replay", "-b", "m");
    for (const line of ["info run.replay", "show m", "show m --source", "log m", "cat-file m"]) {
      await theirs.ok(...line.split(" "));
    }
    expect(shared.ran).toBe(before);
  });

  test("verify --program working shows differences, although the recorded code may not run", async () => {
    const project = await received("other");
    const { status, json } = await project.run(
      ..."verify theirs --program working --json".split(" "),
    );
    expect(status).toBe(3);
    expect(json.mismatch).toMatchObject({ step: null, changes: [{ path: "state" }] });
  });
});

describe("where a project lies", () => {
  test("does not affect a program or a root", async () => {
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
});

describe("packages are part of the recorded program", () => {
  const pack = (version: string): string =>
    JSON.stringify({ name: "pack", version, type: "module", main: "main.js" });

  async function packProject(): Promise<Project> {
    const project = await emptyProject();
    await project.write("node_modules/pack/package.json", pack("1.0.0"));
    await project.write("node_modules/pack/main.js", "export const inc = 2;");
    await project.write(
      "node_modules/common/package.json",
      '{ "name": "common", "version": "3.1.0" }',
    );
    await project.write("node_modules/common/index.js", "exports.zero = 0;");
    await project.write(
      "m.ts",
      `import { inc } from "pack"; import { zero } from "common";
        export default { name: "m", init: () => 0, step: (x) => x + inc + zero };`,
    );
    await project.ok("record", "m.ts", "--steps", "100");
    return project;
  }

  const NOTE = ": this replays the recorded program\n";

  test.each<[string, (project: Project) => Promise<void>, string]>([
    ["nothing changed", async () => undefined, ""],
    [
      "a file of one was edited",
      (project) => project.write("node_modules/pack/main.js", "export const inc = 3;"),
      `note: pack 1.0.0 has changed since${NOTE}`,
    ],
    [
      "one was updated",
      async (project) => {
        await project.write("node_modules/pack/package.json", pack("1.1.0"));
        await project.write("node_modules/pack/main.js", "export const inc = 3;");
      },
      `note: pack 1.0.0 is 1.1.0 now${NOTE}`,
    ],
    [
      "none is installed",
      (project) => rm(path.join(project.root, "node_modules"), { recursive: true }),
      `note: pack is not installed${NOTE}`,
    ],
    [
      "the module changed as well",
      async (project) => {
        await project.write("node_modules/pack/main.js", "export const inc = 3;");
        await project.write(
          "m.ts",
          'import { inc } from "pack"; export default { name: "m", init: () => 1, step: (x) => x + inc };',
        );
      },
      `note: m.ts has changed since${NOTE}`,
    ],
  ])("%s: the recorded answer, and what is said", async (_, change, said) => {
    const project = await packProject();
    await change(project);
    const { stdout, stderr } = await project.ok("get", "main@55");
    expect([stdout, stderr]).toEqual(["110\n", said]);
    const { json } = await project.ok("verify", "--full", "--json");
    expect(json.ok).toBe(true);
  });

  test("a workspace that is linked from elsewhere and was edited", async () => {
    const project = await emptyProject();
    const lib = (await emptyProject()).root;
    await writeFile(path.join(lib, "package.json"), '{ "name": "lib", "version": "0.1.0" }');
    await writeFile(path.join(lib, "index.ts"), "export const inc: number = 2;");
    await mkdir(path.join(project.root, "node_modules"));
    await symlink(lib, path.join(project.root, "node_modules/lib"), "dir");
    await project.write(
      "m.ts",
      'import { inc } from "lib/index.ts"; export default { name: "m", init: () => 0, step: (x) => x + inc };',
    );
    await project.ok("record", "m.ts", "--steps", "100");
    expect((await project.ok("show", "--source", "--all")).stdout).toContain(
      "// package:node_modules/lib/index.ts",
    );
    await writeFile(path.join(lib, "index.ts"), "export const inc: number = 3;");
    const { stdout, stderr } = await project.ok("get", "main@55");
    expect([stdout, stderr]).toEqual(["110\n", `note: lib 0.1.0 has changed since${NOTE}`]);
    const working = await project.run(..."verify --program working --full".split(" "));
    expect(working.status).toBe(3);
  });

  test("a .replay file brings them along", async () => {
    const project = await packProject();
    await project.ok("save", "main", "-o", "run.replay");
    const other = await strangersProject();
    await cp(path.join(project.root, "run.replay"), path.join(other.root, "run.replay"));
    await other.ok("load", "run.replay", "-b", "theirs");
    expect((await other.ok("get", "theirs@55", "--trust")).stdout).toBe("110\n");
  });

  test("two programs with the same package share its text", async () => {
    const project = await packProject();
    await project.write(
      "n.ts",
      'import * as all from "pack"; export default { name: "n", init: () => all.inc, step: (x) => x };',
    );
    await project.ok("record", "n.ts", "--steps", "10", "-b", "other");
    const partsOf = async (branch: string): Promise<{ package: string; chunk: string }[]> => {
      const { json } = await project.ok("show", branch, "--json");
      const [id] = [
        (await project.ok("cat-file", json.run, "--json")).json.content.segments[0].program,
      ];
      return (await project.ok("cat-file", id, "--json")).json.content.parts;
    };
    const [a, b] = [await partsOf("main"), await partsOf("other")].map(
      (parts) => parts.find((part) => part.package === "pack@1.0.0")?.chunk,
    );
    expect(a).toMatch(/^[0-9a-f]{64}$/);
    expect(b).toBe(a);
  });

  test("show lists and prints them", async () => {
    const project = await packProject();
    const shown = async (...more: string[]): Promise<string> =>
      (await project.ok("show", "--source", ...more)).stdout;
    expect((await project.ok("show", "HEAD")).stdout).toContain("package    pack 1.0.0");
    expect(await shown("--packages")).toMatch(
      /^common 3\.1\.0 {2}\d+ bytes\npack 1\.0\.0 {4}\d+ bytes\n$/,
    );
    expect(await shown()).toMatch(
      /\/\/ pack@1\.0\.0: \d+ bytes, left out\n[\s\S]*step: \(x\) => x \+ inc/,
    );
    expect(await shown()).not.toContain("var inc = 2");
    expect(await shown("--package", "pack")).toBe(
      "// package:node_modules/pack/main.js\nvar inc = 2;\n",
    );
    expect(await shown("--all")).toContain("var inc = 2");
    const { json } = await project.ok(..."show --source --packages --json".split(" "));
    expect(json.programs[0].packages[1]).toEqual({
      name: "pack",
      version: "1.0.0",
      bytes: expect.any(Number),
    });
  });

  test("one that cannot be bundled must be installed unchanged", async () => {
    const project = await emptyProject();
    await project.write(
      "node_modules/native/package.json",
      '{ "name": "native", "version": "1.2.0" }',
    );
    await project.write(
      "node_modules/native/index.js",
      "exports.load = (x) => require(x); exports.inc = 2;",
    );
    await project.write(
      "m.ts",
      'import { inc } from "native"; export default { name: "m", init: () => 0, step: (x) => x + inc };',
    );
    await project.ok("record", "m.ts", "--steps", "100");
    expect((await project.ok("get", "main@55")).stdout).toBe("110\n");
    expect((await project.ok("show", "--source", "--packages")).stdout).toBe(
      "native 1.2.0  outside the program, compared by a digest\n",
    );
    const note = "// native 1.2.0 runs from node_modules as it is there, compared by a digest\n";
    for (const more of [["--all"], ["--package", "native"], []]) {
      expect((await project.ok("show", "--source", ...more)).stdout).toContain(note);
    }
    await project.write(
      "node_modules/native/index.js",
      "exports.load = (x) => require(x); exports.inc = 3;",
    );
    const { status, stderr } = await project.run("get", "main@55");
    expect([status, stderr]).toEqual([
      1,
      "error: recorded with the package native 1.2.0, but the installed one has different files\n" +
        "hint: npm install native@1.2.0\n",
    ]);
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
        /^error: the code of "walk-in-memory" is not in the store: it was recorded from a simulation handed over in memory\nhint: .*openRepository\(dir, \{ simulations: \[simulation\] \}\)/,
      );
    }
  });
});
