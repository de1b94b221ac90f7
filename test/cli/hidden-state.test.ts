import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { projectCache } from "../../src/node/host/user-folders.ts";
import { openRepository } from "../../src/repository.ts";
import { emptyProject, type Project } from "../support/run-cli.ts";

/** Simulations whose steps keep something that is not in their state. */
const HIDDEN = {
  // Counts its calls in a variable of the module.
  "counter.js":
    'let n = 0; export default { name: "cnt", init: () => 0, step: (x) => { n++; return x * 0 + n } };',
  // Continues from where it last ended: block ends agree, but the states inside do not.
  "solver.js": `let y = 1;
    export default { name: "solver", init: () => ({ a: 2, root: 1 }), step: (s) => {
      while (Math.abs(y * y - s.a) > 1e-9 * s.a) y = (y + s.a / y) / 2;
      s.root = y; s.a *= 1.0001;
    } };`,
  // A part of the program that assigns numbers, as packages do that number their objects.
  "ids.js":
    'import { nextId } from "./registry.js"; export default { name: "ids", init: () => ({ last: 0 }), step: () => ({ last: nextId() }) };',
  // Behaves differently the first time.
  "first.js":
    'let first = true; export default { name: "first", init: () => 0, step: (x) => { const add = first ? 100 : 1; first = false; return x + add } };',
  // Keeps the state before outside.
  "before.js":
    'let before = 0; export default { name: "before", init: () => ({ x: 1, d: 0 }), step: (s, rng) => { const x = s.x + rng.random(); const d = x - before; before = x; return { x, d } } };',
  // Keeps a count in a class and in a function.
  "static.js":
    'class World { static age = 0 } function step(s) { step.calls = (step.calls ?? 0) + 1; World.age++; return { age: World.age, calls: step.calls } } export default { name: "static", init: () => ({ age: 0, calls: 0 }), step };',
} as const;

const REGISTRY = "let id = 0; export const nextId = () => ++id;";

async function recorded(file: keyof typeof HIDDEN): Promise<Project> {
  const project = await emptyProject();
  await project.write("registry.js", REGISTRY);
  await project.write(file, HIDDEN[file]);
  await project.ok("record", file, "--steps", "1000", "--seed", "1");
  return project;
}

describe.each(Object.keys(HIDDEN) as (keyof typeof HIDDEN)[])("hidden state: %s", (file) => {
  test("verify --full finds it, and --self-check while recording", async () => {
    const project = await recorded(file);
    const verified = await project.run("verify", "--full");
    expect([verified.status, verified.stdout]).toEqual([
      3,
      expect.stringContaining("likely cause"),
    ]);
    const checked = await project.run(
      ...["record", file, "--steps", "1000", "--self-check", "-b", "checked"],
    );
    expect([checked.status, checked.stderr]).toEqual([
      3,
      expect.stringMatching(/replaying steps|depends on what the program did before/),
    ]);
  });
});

describe("a state that the run did not have is not printed", () => {
  test.each([
    ["get", "main@505"],
    ["show", "main@505"],
    ["find", "main", "state > 505"],
    ["find", "main", "--bisect", "state > 505"],
    ["find", "main", "--last", "state < 505"],
    ["branch", "fork", "main@505"],
    ["checkout", "main@505", "-o", "state.json"],
    ["stats", "main", "--from", "500"],
  ])("%s %s %s %s", async (...line) => {
    const project = await recorded("counter.js");
    const { status, stdout, stderr } = await project.run(...line);
    expect([status, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(
      /^error: the (replay of steps [\d,]+ to [\d,]+ does not match|state at step [\d,]+ depends)/,
    );
  });

  test("extend does not build on such a state, and changes nothing", async () => {
    const project = await recorded("counter.js");
    const odd = ["record", "counter.js", "--steps", "1000", "--block-size", "30", "-b", "odd"];
    await project.ok(...odd);
    const before = await project.storeDigest();
    const { status, stderr } = await project.run("extend", "odd", "--by", "10");
    expect([status, stderr]).toEqual([3, expect.stringContaining("state at step 991")]);
    expect(await project.storeDigest()).toBe(before);
  });

  test("stored states are printed: those at checkpoints and at the end", async () => {
    const project = await recorded("counter.js");
    expect((await project.ok("get", "main@-1")).stdout).toBe("1000\n");
    expect((await project.ok("get", "main@512")).stdout).toBe("512\n");
  });

  test("--force prints it, and says not to trust it", async () => {
    const project = await recorded("counter.js");
    for (const command of ["get", "show"]) {
      const { status, stdout, stderr } = await project.run(command, "main@505", "--force");
      expect([status, stdout]).toEqual([3, expect.stringMatching(/\b25\n$/)]);
      expect(stderr).toContain("do not trust the state that was printed");
    }
  });

  test("verify REV@STEP checks the block of that step", async () => {
    const project = await recorded("first.js");
    expect((await project.run("verify", "main@10")).status).toBe(3);
    expect((await project.run("verify", "main@500")).status).toBe(3);
    expect((await project.run("verify", "main@5", "--full")).status).toBe(2);
  });
});

describe("checks are remembered", () => {
  const checkedFile = ({ root }: Project): string | undefined => {
    const folder = String(projectCache(root));
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const name = names.find((one) => one.startsWith("checked-"));
    return name && path.join(folder, name);
  };

  test("sixteen bytes a block, in the user's cache", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok("record", "walk.ts", "--steps", "1000", "--seed", "1");
    expect(checkedFile(project)).toBeUndefined();
    await project.ok("get", "main@505");
    const file = String(checkedFile(project));
    expect(statSync(file).size).toBe(16);
    await project.ok("get", "main@506");
    expect(statSync(file).size).toBe(16);
    await project.ok("verify", "--full");
    expect(statSync(file).size).toBe(16 * 32);
  });

  test("a link in its place is not followed, and a damaged file costs a check", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok("record", "walk.ts", "--steps", "1000", "--seed", "1");
    await project.ok("get", "main@505");
    const file = String(checkedFile(project));
    writeFileSync(file, "short");
    const state = (await project.ok("get", "main@505")).stdout;
    const target = path.join(project.root, "target");
    writeFileSync(target, "mine");
    unlinkSync(file);
    symlinkSync(target, file);
    expect((await project.ok("get", "main@505")).stdout).toBe(state);
    expect(readFileSync(target, "utf8")).toBe("mine");
  });

  test("a check that would take too long is skipped, with a note", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok("record", "walk.ts", "--steps", "1000", "--seed", "1");
    const left: unknown[] = [];
    const repo = await openRepository(project.root, {
      checkMs: -1,
      onUnchecked: (steps) => left.push(steps),
    });
    const { run } = await repo.revision("main");
    await run.get(500);
    expect(left).toEqual([{ run: run.id, from: expect.any(Number), to: 512 }]);
    await repo.close();
  });
});
