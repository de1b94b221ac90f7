import { readdir } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { emptyProject, type Project } from "../support/run-cli.ts";
import { GATED, type Held, type Processes, processes } from "./processes.ts";

let cli: Processes;

beforeAll(async () => {
  cli = await processes();
});

/** Every step is its own slice of work, and is marked. */
const SLOW = { tickMs: 1_500 };

/** A finished run of 200 steps on whole, and one of 30 on main if asked. */
async function gatedProject(main: boolean): Promise<Project> {
  const project = await emptyProject();
  await project.write("gated.ts", GATED);
  const record = "record gated.ts --seed 5 --block-size 20";
  await project.ok(...`${record} --steps 200 -b whole`.split(" "));
  if (main) await project.ok(...`${record} --steps 30 -b main`.split(" "));
  return project;
}

/** Recordings that wait inside a block, each at a step that is marked. */
const RECORDINGS = [
  ["a new branch", "record gated.ts --seed 5 --block-size 20 --steps 200 -b main", false],
  ["an extension", "extend main --steps 200", true],
  ["a fork", "branch main whole@30 --steps 200", false],
  ["a restart", "record gated.ts --seed 5 --block-size 20 --steps 200 -b main --restart", true],
] as const;

const state = async (project: Project, revision: string): Promise<unknown> =>
  (await project.ok("get", revision, "--json")).json.state;

async function objectsIn(project: Project): Promise<string[]> {
  return readdir(path.join(project.root, ".rewind/objects"));
}

async function ended(held: Held): Promise<void> {
  expect(await held.release()).toMatchObject({ status: 0 });
}

describe.each(RECORDINGS)("while %s is recorded", (_, line, main) => {
  test("every command that looks sees it up to the last step that a crash would not lose", async () => {
    const project = await gatedProject(main);
    const held = await cli.held(project, line, 57, SLOW);
    const before = await objectsIn(project);
    const { branches } = (await project.ok("branch", "--json")).json;
    const shown = branches.find(({ name }: { name: string }) => name === "main");
    expect(shown).toMatchObject({ steps: 57, goal: 200, recording: true });
    expect(branches.filter(({ recording }: { recording: boolean }) => recording)).toHaveLength(1);
    expect((await project.ok("branch")).stdout).toMatch(
      /main +[0-9a-f]{12} {2}57 steps of 200 so far, being recorded/,
    );
    expect((await project.ok("log", "main")).stdout).toMatch(
      /^[0-9a-f]{12} \(main\) {2}57 steps of 200 so far, being recorded\n/,
    );
    expect((await project.ok("log", "--all", "--graph")).stdout).toMatch(/main +57 of 200 so far/);
    const { runs } = (await project.ok("log", "main", "--json")).json;
    expect(runs[0]).toMatchObject({ steps: 57, goal: 200, recording: true, branches: ["main"] });
    expect((await project.ok("show", "main")).stdout).toContain("57 of 200 so far, being recorded");
    const described = (await project.ok("show", "main", "--json")).json;
    expect(described).toMatchObject({ steps: 57, recording: true });
    expect(described.meta).not.toHaveProperty("generators");
    for (const step of [0, 20, 33, 56, 57]) {
      expect(await state(project, `main@${step}`)).toBe(await state(project, `whole@${step}`));
    }
    expect(await state(project, "main@-1")).toBe(await state(project, "whole@57"));
    const stats = (await project.ok("stats", "main", "--json")).json;
    expect(stats).toEqual((await project.ok("stats", "whole@0..@57", "--json")).json);
    const found = ["find", "main", "state > 20", "--json"];
    const whole = ["find", "whole", "state > 20", "--json"];
    expect((await project.ok(...found)).json.step).toBe((await project.ok(...whole)).json.step);
    const { status, stdout } = await project.run("diff", "main", "whole", "--json");
    expect([status, JSON.parse(stdout).firstDifferentStep]).toEqual([3, null]);
    expect((await project.ok("verify", "main", "--full", "--json")).json.ok).toBe(true);
    // Nobody wrote anything.
    expect(await objectsIn(project)).toEqual(before);
    await ended(held);
    expect((await project.ok("show", "main", "--json")).json).toMatchObject({
      ...{ steps: 200, recording: false },
      root: (await project.ok("show", "whole", "--json")).json.root,
    });
    expect((await objectsIn(project)).filter((name) => /journal/.test(name))).toEqual([]);
  });

  test("a fork from it is whole, however the recording ends", async () => {
    const project = await gatedProject(main);
    const held = await cli.held(project, line, 57, SLOW);
    const head = (await project.ok("branch", "--json")).json.branches;
    await project.ok("branch", "end", "main", "--steps", "90");
    await project.ok("branch", "inside", "main@44", "--steps", "90", "--param", "by=2");
    const current = ({ current }: { current: boolean }): boolean => current;
    expect((await project.ok("branch", "--json")).json.branches.find(current)?.name).toBe(
      head.find(current)?.name,
    );
    await held.kill();
    await project.ok("extend", "end", "--steps", "100");
    expect(await state(project, "end@100")).toBe(await state(project, "whole@100"));
    expect(await state(project, "inside@44")).toBe(await state(project, "whole@44"));
    for (const branch of ["end", "inside", "main"]) {
      expect((await project.ok("verify", branch, "--full", "--json")).json.ok).toBe(true);
      expect((await project.ok("save", branch, "-o", `${branch}.replay`)).status).toBe(0);
    }
    // The mark of the killed recording was the last step before the one that waited.
    expect((await project.ok("show", "main", "--json")).json).toMatchObject({
      ...{ steps: 57, goal: 200, recording: false },
    });
    await project.ok("resume", "main");
    expect((await project.ok("show", "main", "--json")).json.root).toBe(
      (await project.ok("show", "whole", "--json")).json.root,
    );
    for (const branch of ["end", "inside"]) {
      const { runs } = (await project.ok("log", branch, "--json")).json;
      expect(runs.length).toBeGreaterThan(1);
      expect((await project.ok("show", branch, "--json")).json.origin[0].step).toBeGreaterThan(0);
    }
  });
});

test("a fork from it keeps its parent when the recording goes on", async () => {
  const project = await gatedProject(false);
  const held = await cli.held(project, RECORDINGS[0][1], 57, SLOW);
  await project.ok("branch", "fork", "main", "--steps", "90");
  await ended(held);
  const { runs } = (await project.ok("log", "fork", "--json")).json;
  expect(runs.map(({ steps }: { steps: number }) => steps)).toEqual([90, 57]);
  expect(await state(project, runs[1].run)).toBe(await state(project, "whole@57"));
  expect((await project.ok("verify", runs[1].run, "--full", "--json")).json.ok).toBe(true);
  expect((await project.ok("verify", "fork", "--full", "--json")).json.ok).toBe(true);
});

test("commands that would name it for good say that it is being recorded", async () => {
  const project = await gatedProject(false);
  const held = await cli.held(project, RECORDINGS[0][1], 57, SLOW);
  const { run } = (await project.ok("show", "main", "--json")).json;
  const cases = [
    ["tag v1 main", "main is being recorded, 57 of 200 steps so far"],
    [`tag v1 ${run}`, `the run ${run.slice(0, 12)} is being recorded, 57 of 200 steps so far`],
    [`checkout ${run}`, `the run ${run.slice(0, 12)} is being recorded`],
    ["extend main --by 5", "another process is recording on the branch main"],
    ["reset main@5", "another process is recording on the branch main"],
    ["branch -d main", "another process is recording on the branch main"],
    ["branch -m main new", "another process is recording on the branch main"],
  ] as const;
  for (const [line, message] of cases) {
    const { status, stderr } = await project.run(...line.split(" "));
    expect([line, status, stderr.split("\n")[0]]).toEqual([line, 1, `error: ${message}`]);
    expect(stderr).toContain("hint: wait until it has ended");
  }
  await project.ok("checkout", "main@30");
  await project.ok("step");
  expect((await project.ok("get", "HEAD", "--json")).json.step).toBe(31);
  await ended(held);
  await project.ok("tag", "v1", "main");
});

test("a run that was seen before the recording went on is not named for good either", async () => {
  const project = await gatedProject(false);
  const held = await cli.held(project, RECORDINGS[0][1], 57, SLOW);
  const repo = await openRepository(project.root);
  const { id } = await repo.resolve("main");
  await ended(held);
  await expect(repo.tags.create("v1", id)).rejects.toMatchObject({ code: "LOCKED" });
  const at = { ref: undefined, run: id };
  await expect(repo.branches.checkout(at, 5)).rejects.toMatchObject({ code: "LOCKED" });
  await repo.tags.create("v1", "main");
  await repo.close();
});

test("a run that a dead recorder left can be tagged at once", async () => {
  const project = await gatedProject(false);
  const held = await cli.held(project, RECORDINGS[0][1], 57, SLOW);
  await held.kill();
  await project.ok("tag", "v1", "main");
  expect(await state(project, "v1@-1")).toBe(await state(project, "whole@57"));
});

test("a session sees a recording that another one began after it was opened", async () => {
  const project = await gatedProject(false);
  const repo = await openRepository(project.root);
  const held = await cli.held(project, RECORDINGS[0][1], 57, SLOW);
  const { run } = await repo.revision<number>("main");
  expect(run.steps).toBe(57);
  const [entry] = await repo.log("main");
  expect(entry?.recording).toBe(true);
  await ended(held);
  // Its checkpoints stay readable after the recorder has replaced them.
  expect(await run.get(57)).toBe(await state(project, "whole@57"));
  expect((await repo.revision("main")).run.steps).toBe(200);
  expect((await repo.log("main"))[0]?.recording).toBe(false);
  await repo.close();
});

test("whoever looks all the time finds whole runs, and the recorder does not notice", async () => {
  const project = await gatedProject(false);
  const line = RECORDINGS[0][1];
  const held = await cli.held(project, line, 3, SLOW);
  const repo = await openRepository(project.root);
  const whole = (await repo.revision<number>("whole")).run;
  const end = held.release();
  let isOver = false;
  void end.then(() => {
    isOver = true;
  });
  const seen = new Set<number>();
  for (let last = 0; !isOver; ) {
    const { run } = await repo.revision<number>("main");
    expect(run.steps).toBeGreaterThanOrEqual(last);
    last = run.steps;
    seen.add(last);
    expect(await run.get(last)).toBe(await whole.get(last));
    expect(await run.get(last >> 1)).toBe(await whole.get(last >> 1));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await end).toMatchObject({ status: 0 });
  expect((await repo.revision("main")).run.root).toBe(whole.root);
  expect(seen.size).toBeGreaterThan(1);
  await repo.close();
});

test("the torn end of a journal is not read", async () => {
  const project = await gatedProject(false);
  const held = await cli.held(project, RECORDINGS[0][1], 57, SLOW);
  const [journal] = (await objectsIn(project)).filter((name) => /^journal-[^-]*$/.test(name));
  const { appendFile } = await import("node:fs/promises");
  const file = path.join(project.root, ".rewind/objects", journal as string);
  await appendFile(file, Buffer.concat([Buffer.from("RWND"), Buffer.alloc(30, 1)]));
  expect((await project.ok("show", "main", "--json")).json).toMatchObject({ steps: 57 });
  expect(await state(project, "main@-1")).toBe(await state(project, "whole@57"));
  await held.kill();
});
