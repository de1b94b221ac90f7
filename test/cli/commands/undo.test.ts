import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { emptyProject, type Project, projectAt, walkProject } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");
const idOf = async (project: Project, revision: string): Promise<string> =>
  (await project.ok("show", revision, "--json")).json.run;
const shortOf = async (project: Project, revision: string): Promise<string> =>
  (await idOf(project, revision)).slice(0, 12);
const isThere = async (project: Project, revision: string): Promise<boolean> =>
  (await project.run("show", revision)).status === 0;

/** The output of undo or redo, with only the kind of the operation. */
const printed = async (project: Project, verb: "undo" | "redo"): Promise<string[]> => {
  const [first = "", ...lines] = (await project.ok(verb)).stdout.trimEnd().split("\n");
  expect(first).toMatch(/ \(\d{4}-\d\d-\d\dT\S+Z\)$/);
  return [first.replace(/^(undone|done again): (\w+).*/, "$1: $2"), ...lines];
};

describe("undo and redo", () => {
  test("say which refs moved, from where to where, and how to go back", async () => {
    const project = await walkProject();
    const first = await shortOf(project, "main");
    await project.ok(...words("extend main --by 10"));
    const longer = await shortOf(project, "main");
    await project.ok(...words("branch fork main@500"));
    const fork = await shortOf(project, "fork");
    await project.ok(...words("checkout fork@7"));
    await project.ok(...words("reset main@10"));
    const cut = await shortOf(project, "main");
    await project.ok(...words("branch -m fork other"));
    await project.ok(...words("branch -d main"));

    const steps: [undo: string[], redo: string[]][] = [
      [
        ["undone: branch", `  main  none → ${cut}`],
        ["done again: branch", `  main  ${cut} → none`, "the run itself stays in the store"],
      ],
      [
        [
          "undone: branch",
          `  fork   none → ${fork}`,
          `  other  ${fork} → none`,
          "  HEAD   other@7 → fork@7",
          "the run itself stays in the store",
        ],
        [
          "done again: branch",
          `  fork   ${fork} → none`,
          `  other  none → ${fork}`,
          "  HEAD   fork@7 → other@7",
          "the run itself stays in the store",
        ],
      ],
      [
        [
          "undone: reset",
          `  main            ${cut} → ${longer}`,
          `  archive/main/1  ${longer} → none`,
          "the run itself stays in the store",
        ],
        [
          "done again: reset",
          `  main            ${longer} → ${cut}`,
          `  archive/main/1  none → ${longer}`,
        ],
      ],
      [
        ["undone: checkout", "  HEAD  fork@7 → main"],
        ["done again: checkout", "  HEAD  main → fork@7"],
      ],
      [
        ["undone: branch", `  fork  ${fork} → none`, "the run itself stays in the store"],
        ["done again: branch", `  fork  none → ${fork}`],
      ],
      [
        ["undone: extend", `  main  ${longer} → ${first}`],
        ["done again: extend", `  main  ${first} → ${longer}`],
      ],
      [
        ["undone: record", `  main  ${first} → none`, "the run itself stays in the store"],
        ["done again: record", `  main  none → ${first}`],
      ],
    ];
    for (const [lines] of steps) {
      expect(await printed(project, "undo")).toEqual([...lines, "`rewind redo` does it again"]);
    }
    for (const [, lines] of steps.reverse()) {
      expect(await printed(project, "redo")).toEqual([...lines, "`rewind undo` takes it back"]);
    }
  });

  test("as JSON", async () => {
    const project = await walkProject();
    await project.ok(...words("branch fork main@500"));
    const run = await idOf(project, "fork");
    expect((await project.ok("undo", "--json")).json).toEqual({
      command: "branch",
      time: expect.stringMatching(/^\d{4}-/),
      refs: ["refs/heads/fork"],
      changes: [{ ref: "refs/heads/fork", from: run, to: null }],
    });
    expect((await project.ok("redo", "--json")).json.changes).toEqual([
      { ref: "refs/heads/fork", from: null, to: run },
    ]);
  });

  test("of a recording on a HEAD without a run: the run stays, and HEAD is restored", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok(...words("record walk.ts --steps 100 --seed 1 -b other"));
    const run = await idOf(project, "other");
    expect(await printed(project, "undo")).toEqual([
      "undone: record",
      `  other  ${run.slice(0, 12)} → none`,
      "  HEAD   other → main",
      "the run itself stays in the store",
      "`rewind redo` does it again",
    ]);
    expect(await isThere(project, "HEAD")).toBe(false);
    expect((await project.ok("get", `${run}@50`, "--json")).json.run).toBe(run);
    // The name is free again, so nothing prevents going back.
    expect(await printed(project, "redo")).toContain("  HEAD   main → other");
    expect(await idOf(project, "HEAD")).toBe(run);
    await project.ok("undo");
    await project.ok(...words("record walk.ts --steps 50 --seed 2"));
    const none = await project.run("redo");
    expect([none.status, none.stderr]).toEqual([
      1,
      "error: there is no undone operation to redo\nhint: `rewind log --all` lists all runs\n",
    ]);
  });

  test("of nothing", async () => {
    const project = await emptyProject();
    const before = await project.storeDigest();
    for (const [verb, message] of [
      ["undo", "there is no operation to undo"],
      ["redo", "there is no undone operation to redo"],
    ] as const) {
      const { status, stdout, stderr } = await project.run(verb);
      expect([status, stdout, stderr]).toEqual([1, "", expect.stringContaining(message)]);
    }
    expect(await project.storeDigest()).toBe(before);
  });

  test("if something else changed a ref, names it and changes nothing", async () => {
    const project = await walkProject();
    await project.ok(...words("extend main --by 10"));
    await project.ok(...words("branch fork main@500"));
    const [main, fork] = [await idOf(project, "main"), await idOf(project, "fork")];
    await project.ok(...words("reset main@5"));
    const cut = await idOf(project, "main");
    await project.write(".rewind/refs/heads/main", `${fork}\n`);
    const before = await project.storeDigest();
    const { status, stdout, stderr } = await project.run("undo");
    expect([status, stdout, stderr.replace(/ of \d{4}-\S+Z:/, " of TIME:")]).toEqual([
      1,
      "",
      `error: cannot undo reset main of TIME: expected refs/heads/main to be ${cut}, but it is now ${fork}\n` +
        "hint: something else has changed it since; `rewind reflog main` lists what it has named\n",
    ]);
    expect(await project.storeDigest()).toBe(before);
    await project.write(".rewind/refs/heads/main", `${cut}\n`);
    await project.ok("undo");
    expect(await idOf(project, "main")).toBe(main);
  });

  test("many at once take back one operation each, or report that another was faster", async () => {
    const project = await walkProject();
    for (let i = 0; i < 5; i++) await project.ok("tag", `v${i}`);
    const results = await Promise.all(
      Array.from({ length: 4 }, () => projectAt(project.root).run("undo")),
    );
    const done = results.filter(({ status }) => status === 0);
    expect(done.length).toBeGreaterThan(0);
    for (const { status, stderr } of results) {
      if (status !== 0) expect(stderr).toMatch(/^error: cannot undo tag v\d of \S+: expected /);
    }
    const { tags } = (await project.ok("tag", "--json")).json;
    expect(tags.map(({ name }: { name: string }) => name)).toEqual(
      ["v0", "v1", "v2", "v3", "v4"].slice(0, 5 - done.length),
    );
    const log = await readFile(path.join(project.root, ".rewind/logs/operations"), "utf8");
    expect(log.match(/"command":"undo"/g)).toHaveLength(done.length);
  });
});
