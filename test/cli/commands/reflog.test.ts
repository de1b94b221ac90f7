import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { machineSeal } from "../../../src/node/host/machine-seal.ts";
import { crc32 } from "../../../src/store/crc32.ts";
import { emptyProject, type Project, walkProject } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

interface Entry {
  readonly revision: string;
  readonly time: string;
  readonly command: string;
  readonly run: string;
  readonly steps: number;
}

const verbOf = (command: string): string => command.replace(/ .*/, "");
const entriesOf = async (project: Project, ...argv: string[]): Promise<Entry[]> =>
  (await project.ok("reflog", ...argv, "--json")).json.entries;

/** A walk with a history: main recorded, extended and reset; a fork that was checked out; two tags. */
async function livedIn(): Promise<Project> {
  const project = await walkProject();
  for (const line of [
    "extend main --by 10",
    "branch fork main@500",
    "checkout fork@20",
    "tag v1 main",
    "reset main@100",
    "tag -f v1 main",
    "tag fork",
  ]) {
    await project.ok(...words(line));
  }
  return project;
}

describe("reflog", () => {
  test("lists the runs that a name has named, the latest first, by revisions that other commands take", async () => {
    const project = await livedIn();
    const expected: Readonly<Record<string, [command: string, steps: number][]>> = {
      main: [
        ["reset", 100],
        ["extend", 1010],
        ["record", 1000],
      ],
      HEAD: [
        ["checkout", 1010],
        ["extend", 1010],
        ["record", 1000],
      ],
      v1: [
        ["tag", 100],
        ["tag", 1010],
      ],
      "tags/fork": [["tag", 1010]],
      "archive/main/1": [["reset", 1010]],
    };
    for (const [name, rows] of Object.entries(expected)) {
      const entries = await entriesOf(project, name);
      expect(
        entries.map(({ revision, command, steps }) => [revision, verbOf(command), steps]),
        name,
      ).toEqual(rows.map(([command, steps], n) => [`${name}@{${n}}`, command, steps]));
      for (const { revision, run } of entries) {
        expect((await project.ok("show", revision, "--json")).json.run, revision).toBe(run);
      }
    }
    expect(await entriesOf(project)).toEqual(await entriesOf(project, "HEAD"));
  });

  test("as text", async () => {
    const project = await livedIn();
    const entries = await entriesOf(project, "main");
    const { stdout } = await project.ok(...words("reflog main"));
    expect(stdout).toBe(
      entries
        .map(
          ({ revision, run, steps, time, command }) =>
            `${revision}  ${run.slice(0, 12)}  ${`${steps.toLocaleString("en-US")} steps`.padStart(11)}  ${time}  ${command}\n`,
        )
        .join(""),
    );
    expect((await project.ok(...words("reflog main -n 2"))).stdout).toBe(
      `${stdout.split("\n").slice(0, 2).join("\n")}\n… and 1 earlier run\n`,
    );
    expect((await project.ok(...words("reflog main -n 0"))).stdout).toBe("… and 3 earlier runs\n");
    expect((await project.ok(...words("reflog main -n 0 --json"))).json).toEqual({ entries: [] });
  });

  test("an undo is an entry like another", async () => {
    const project = await livedIn();
    await project.ok(...words("checkout main"));
    for (let i = 0; i < 5; i++) await project.ok("undo");
    expect(
      (await entriesOf(project, "main")).map(({ command, steps }) => [verbOf(command), steps]),
    ).toEqual([
      ["undo", 1010],
      ["reset", 100],
      ["extend", 1010],
      ["record", 1000],
    ]);
  });

  test("a time without a run is no entry", async () => {
    const project = await walkProject();
    await project.ok("undo");
    expect((await project.ok("reflog")).stdout).toMatch(/^HEAD@\{0\} .* record\b.*\n$/);
    await project.ok("redo");
    const entries = await entriesOf(project, "main");
    expect(entries.map(({ command, steps }) => [verbOf(command), steps])).toEqual([
      ["redo", 1000],
      ["record", 1000],
    ]);
    for (const { revision, run } of entries) {
      expect((await project.ok("show", revision, "--json")).json.run).toBe(run);
    }
  });

  test("before anything is recorded, and if no log came with the store", async () => {
    const empty = await (await emptyProject()).ok("reflog");
    expect(empty.stdout).toBe("HEAD has named no run yet\n");
    const project = await walkProject();
    await project.write(".rewind/logs/operations", "");
    expect((await project.ok("reflog", "main")).stdout).toBe("main has named no run yet\n");
  });

  test("a run that is gone is still in the list", async () => {
    const project = await livedIn();
    const log = path.join(project.root, ".rewind/logs/operations");
    const { run } = (await entriesOf(project, "main"))[2] as Entry;
    const text = await readFile(log, "utf8");
    await project.write(".rewind/logs/operations", relogged(text, run, "0".repeat(64)));
    const { stdout } = await project.ok(...words("reflog main"));
    expect(stdout).toMatch(/^main@\{2\} {2}000000000000 {2}not in the store {2}/m);
  });

  test.each([
    ["reflog mian", 1, 'error: expected the name of a run, got "mian"\nhint: did you mean main?'],
    ["reflog main@5", 2, 'error: expected a branch, a tag or HEAD, got "main@5"\nhint: '],
    ["reflog main@{1}", 2, 'error: expected a branch, a tag or HEAD, got "main@{1}"\n'],
    ["reflog main -n many", 2, "expected -n to be a whole number"],
    ["reflog main fork", 2, 'unexpected argument "fork"'],
  ])("%s is refused", async (line, status, message) => {
    const project = await walkProject();
    const result = await project.run(...words(line));
    expect([result.status, result.stdout]).toEqual([status, ""]);
    expect(result.stderr).toContain(message);
  });

  test("a run's id has no history", async () => {
    const project = await walkProject();
    const { run } = (await project.ok(...words("show main --json"))).json;
    const result = await project.run("reflog", run.slice(0, 12));
    expect([result.status, result.stderr]).toEqual([
      2,
      expect.stringContaining("expected a branch, a tag or HEAD, got"),
    ]);
  });

  test("a deleted name is remembered: its entries, and their runs", async () => {
    const project = await walkProject();
    await project.ok("branch", "fix", "main@500", "--steps", "600");
    const { run } = (await project.ok("show", "fix", "--json")).json;
    await project.ok("branch", "-d", "fix");
    const { entries } = (await project.ok("reflog", "fix", "--json")).json;
    expect(entries).toMatchObject([{ revision: "fix@{0}", run, steps: 600 }]);
    expect((await project.ok("get", "fix@{0}@550", "--json")).json).toMatchObject({
      run,
      step: 550,
    });
    const gone = await project.run("get", "fix@{1}");
    expect(gone.stderr).toContain("fix has named 1 run, fix@{0}");
    while ((await project.run("undo")).status === 0);
    expect((await project.ok("show", "HEAD@{0}@7", "--json")).json.step).toBe(7);
    expect((await project.run("reflog", "nothing")).stderr).toContain('got "nothing"');
  });
});

/** Replaces words in the log's operations, with valid seals and checksums. */
function relogged(text: string, from: string, to: string): string {
  const seal = machineSeal();
  return text
    .split("\n")
    .map((line) => {
      if (line === "") return line;
      const json = line.slice(line.indexOf("{")).replaceAll(from, to);
      const sealed = `${seal.make(json)} ${json}`;
      const sum = crc32(new TextEncoder().encode(sealed)).toString(16).padStart(8, "0");
      return `${sum} ${sealed}`;
    })
    .join("\n");
}
