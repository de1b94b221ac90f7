import { beforeAll, describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { isId } from "../../src/object/id.ts";
import { emptyProject, type Project } from "../support/run-cli.ts";
import { type Ended, GATED, type Processes, processes } from "./processes.ts";

let cli: Processes;

beforeAll(async () => {
  cli = await processes();
});

/** A run of 100 steps on main, one on other, and its file. */
async function gatedProject(): Promise<Project> {
  const project = await emptyProject();
  await project.write("gated.ts", GATED);
  const record = "record gated.ts --steps 100 --seed 5 --block-size 10 -b";
  await project.ok(...`${record} other`.split(" "));
  await project.ok(...`${record} main`.split(" "));
  await project.ok(..."save other -o other.replay".split(" "));
  return project;
}

const LOCKED =
  /^error: another process is recording on the branch (main|new)\nhint: wait until it has ended.*\n$/i;
const MOVED =
  /^error: (main|new) was changed while it was recorded: the new steps are kept as (\S+)\nhint: .*\n$/;

/**
 * What must hold whoever wins: every run that a ref names is whole, and the log explains every ref.
 */
async function nothingIsLost(project: Project): Promise<void> {
  const repo = await openRepository(project.root);
  const { refs } = repo.store;
  const now = await refs.list("refs/");
  const head = await refs.read("HEAD");
  // The cursor may move without a log entry, if a checkout leads to HEAD's branch.
  const withoutCursor = (text: string | undefined): string | undefined => text?.split("\n")[0];
  const values = new Map<string, string | undefined>([["HEAD", "ref: refs/heads/main"]]);
  const runs = new Set<string>();
  for (const { changes } of await refs.operations()) {
    for (const { name, from, to } of changes) {
      const found = [from, values.get(name)].map(name === "HEAD" ? withoutCursor : (text) => text);
      expect([name, found[0]]).toEqual([name, found[1]]);
      values.set(name, to);
      if (to !== undefined && isId(to)) runs.add(to);
    }
  }
  await repo.close();
  expect(withoutCursor(values.get("HEAD"))).toBe(withoutCursor(head));
  values.delete("HEAD");
  const logged = [...values].filter(([, target]) => target !== undefined);
  expect(new Map(logged)).toEqual(new Map(now.map(({ name, target }) => [name, target])));
  for (const id of runs) {
    const { json } = await project.ok("verify", id, "--full", "--json");
    expect(json).toMatchObject({ ok: true, mismatch: null });
  }
}

/** The targets of refs, as one text. */
async function refsOf(project: Project): Promise<string> {
  const repo = await openRepository(project.root);
  const all = JSON.stringify([
    await repo.store.refs.read("HEAD"),
    await repo.store.refs.list("refs/"),
  ]);
  await repo.close();
  return all;
}

const stepsOf = async (project: Project, revision: string): Promise<number> =>
  (await project.ok("show", revision, "--json")).json.steps;

describe("while one command records on a branch", () => {
  test.each<[line: string, at: number, others: string[]]>([
    [
      "extend main --by 100",
      150,
      [
        ...["extend main --by 10", "extend main --by 10 --param by=2", "reset main@5"],
        ...["branch -d main", "branch -m main new", "branch -m other MAIN"],
        ...["record gated.ts --steps 5 -b main --restart", "record gated.ts --steps 5 -b MAIN"],
      ],
    ],
    [
      "record gated.ts --steps 100 -b new --block-size 10",
      50,
      [
        ...["record gated.ts --steps 5 -b new", "record gated.ts --steps 5 -b NEW"],
        ...["branch new main@50", "branch -m other new"],
      ],
    ],
    [
      "branch new main@50 --param by=3",
      75,
      ["branch new main@20", "record gated.ts --steps 5 -b new"],
    ],
    ["record gated.ts --steps 100 -b main --restart", 50, ["extend main --by 10", "reset main@5"]],
  ])("%s: every other one that would is refused, and changes nothing", async (line, at, others) => {
    const project = await gatedProject();
    const before = await refsOf(project);
    const held = await cli.held(project, line, at);
    for (const other of others) {
      const { status, stdout, stderr } = await project.run(...other.split(" "));
      expect([other, status, stdout, stderr]).toEqual([
        other,
        1,
        "",
        expect.stringMatching(LOCKED),
      ]);
    }
    expect(await refsOf(project)).toBe(before);
    // Readers do not wait, nor do writers on other branches.
    await project.ok(..."get main@70".split(" "));
    await project.ok(..."extend other --by 10".split(" "));
    expect(await held.release()).toMatchObject({ status: 0, stderr: "" });
    await nothingIsLost(project);
    // Once it has ended, the way is free.
    for (const other of others.slice(0, 1)) {
      const { stderr } = await project.run(...other.split(" "));
      expect(stderr).not.toMatch(LOCKED);
    }
  });

  test("two resumes of one recording: one continues it, the other gets an error", async () => {
    const project = await gatedProject();
    const record = "record gated.ts --steps 200 --seed 5 --block-size 10 -b new";
    const failing = await cli.held(project, record, 150);
    expect((await failing.fail()).stderr).toMatch(
      /^error: step 150 failed: Error: no more \(at gated\.ts:\d+:\d+\)\n/,
    );
    const held = await cli.held(project, "resume new", 175);
    const { status, stderr } = await project.run("resume", "new");
    expect([status, stderr]).toEqual([1, expect.stringMatching(LOCKED)]);
    expect((await held.release()).status).toBe(0);
    expect(await stepsOf(project, "new")).toBe(200);
    await nothingIsLost(project);
  });

  test("it is killed: its lock blocks nobody", async () => {
    const project = await gatedProject();
    const held = await cli.held(project, "extend main --by 100", 150);
    expect((await project.run("reset", "main@5")).stderr).toMatch(LOCKED);
    expect((await held.kill()).signal).toBe("SIGKILL");
    await project.ok("reset", "main@5");
    expect(await stepsOf(project, "main")).toBe(5);
    await nothingIsLost(project);
  });
});

describe("a branch that changes all the same while it is being recorded", () => {
  test.each<[line: string, at: number, other: string, kept: string, steps: number]>([
    // The last operation is the one that made main.
    ["extend main --by 100", 150, "undo", "archive/main/1", 200],
    ["extend main --by 100 --param by=2", 150, "undo", "archive/main/1", 200],
    ["record gated.ts --steps 70 -b main --restart", 50, "undo", "archive/main/1", 70],
    // Loading takes no time, and no lock.
    [
      "record gated.ts --steps 70 -b new --seed 1",
      50,
      "load other.replay -b new --trust",
      "archive/new/1",
      70,
    ],
    [
      "branch new main@50 --steps 120",
      75,
      "load other.replay -b new --trust",
      "archive/new/1",
      120,
    ],
  ])("%s and %s %s", async (line, at, other, kept, steps) => {
    const project = await gatedProject();
    const held = await cli.held(project, line, at);
    await project.ok(...other.split(" "));
    const after = JSON.parse(await refsOf(project));
    const { status, stdout, stderr } = await held.release();
    expect([status, stdout, stderr]).toEqual([1, "", expect.stringMatching(MOVED)]);
    expect(MOVED.exec(stderr)?.[2]).toBe(kept);
    expect(await stepsOf(project, kept)).toBe(steps);
    // The first one wins: nothing else changes, and nothing is recovered later.
    const [head, refs] = JSON.parse(await refsOf(project));
    const others = refs.filter(({ name }: { name: string }) => name !== `refs/${kept}`);
    expect([head, others]).toEqual(after);
    expect((await project.ok("branch")).stderr).toBe("");
    await nothingIsLost(project);
  });
});

describe("many at once", () => {
  test("extends of one branch: each that says so has made it longer", async () => {
    const project = await gatedProject();
    const all = await Promise.all(
      Array.from({ length: 6 }, () => cli.run(project, "extend main --by 10")),
    );
    const won = all.filter(({ status }) => status === 0).length;
    expect(won).toBeGreaterThan(0);
    for (const { status, stderr } of all) {
      if (status !== 0) expect([status, stderr]).toEqual([1, expect.stringMatching(LOCKED)]);
    }
    expect(await stepsOf(project, "main")).toBe(100 + 10 * won);
    await nothingIsLost(project);
  });

  test("of all kinds: refusals give a reason, acknowledged work stays", async () => {
    const project = await gatedProject();
    for (const round of [
      ["extend main --by 10", "reset main@50", "undo", "branch a main@20 --param by=2", "redo"],
      ["branch -d other", "branch -m main new", "extend main --by 10", "extend other --by 10"],
      ["record gated.ts --steps 50 -b main", "undo", "undo", "tag v1 HEAD", "checkout HEAD"],
    ]) {
      const all = await Promise.all(round.map((line) => cli.run(project, line)));
      for (const [i, ended] of all.entries()) expectToldWhy(round[i] as string, ended);
      await nothingIsLost(project);
    }
  });
});

/** Success, or one error with its hint and status 1. */
function expectToldWhy(line: string, { status, stdout, stderr }: Ended): void {
  const told = status === 0 ? /^$/ : /^error: [^\n]+\nhint: [^\n]+\n$/;
  expect([line, status === 0 || status === 1, stdout === "", stderr]).toEqual([
    ...[line, true, status !== 0],
    expect.stringMatching(told),
  ]);
}
