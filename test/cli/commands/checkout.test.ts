import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../run-cli.ts";

const words = (line: string): string[] => line.split(" ");
const stateAt = async (project: Project, revision: string): Promise<unknown> =>
  (await project.ok("get", revision, "--json")).json.state;

describe("checkout and step", () => {
  test("the cursor moves both ways, and what changed is what get says", async () => {
    const project = await walkProject();
    expect((await project.ok(...words("checkout main@500"))).stdout).toBe(
      "HEAD is main at step 500\n",
    );
    for (const [line, from, to] of [
      ["step", 500, 501],
      ["step 9", 501, 510],
      ["step --back", 510, 509],
      ["step 100 --back", 509, 409],
    ] as const) {
      const { json } = await project.ok(...words(line), "--json");
      const [a, b] = [await stateAt(project, `main@${from}`), await stateAt(project, `main@${to}`)];
      expect(json).toMatchObject({
        from,
        step: to,
        changes: a === b ? [] : [{ path: "state", a, b }],
      });
      expect((await project.ok("get", "HEAD", "--json")).json.step).toBe(to);
    }
    expect(await stateAt(project, "HEAD~9")).toBe(await stateAt(project, "main@400"));
  });

  test("it stops at the ends of the run", async () => {
    const project = await walkProject();
    expect((await project.ok(...words("checkout main"))).stdout).toBe(
      "HEAD is main at step 1,000\n",
    );
    expect((await project.ok("step")).stdout).toBe("step 1,000, the last\nnothing changed\n");
    expect((await project.ok(...words("step 5000 --back"))).stdout).toMatch(/^step 0, the first\n/);
  });

  test("fields of a state, and the state as a file", async () => {
    const project = await emptyProject("shock.ts");
    await project.ok(...words("record shock.ts --steps 100 --seed 1"));
    await project.ok(...words("checkout main@50 -o half.json"));
    const written = JSON.parse(await readFile(path.join(project.root, "half.json"), "utf8"));
    expect(written).toEqual(await stateAt(project, "main@50"));
    expect((await project.ok("step")).stdout).toMatch(/^step 51\nstate\.x +\S+ {2}→ {2}\S+$/m);
    const refused = await project.run(...words("checkout main@50 -o half.txt"));
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining("FILE.json or FILE.cbor"),
    ]);
  });

  test("checkout is an operation, a step is none", async () => {
    const project = await walkProject();
    await project.ok(...words("branch fork main@100"));
    await project.ok(...words("checkout fork@7"));
    await project.ok("step");
    expect((await project.ok("undo")).stdout).toMatch(/^undone: checkout of /);
    expect((await project.ok("branch")).stdout).toMatch(/^\* {2}main/m);
  });

  test("a run without a branch", async () => {
    const project = await walkProject();
    const { run } = (await project.ok(...words("show main --json"))).json;
    const { json } = await project.ok("checkout", `${run.slice(0, 10)}@3`, "--json");
    expect(json).toEqual({ branch: null, run, step: 3, file: null });
  });
});

describe("tag", () => {
  test("names a run for good", async () => {
    const project = await walkProject();
    expect((await project.ok("tag")).stdout).toBe("no tags yet\n");
    const { json } = await project.ok("tag", "v1", "main", "-m", "as in the paper", "--json");
    await project.ok(...words("extend main --by 10"));
    expect((await project.ok(...words("show v1 --json"))).json).toMatchObject({
      run: json.run,
      steps: 1000,
    });
    expect((await project.ok("tag", "--json")).json).toEqual({
      tags: [{ name: "v1", run: json.run }],
    });
    expect((await project.ok(...words("log --all"))).stdout).toContain("v1");
    const again = await project.run(...words("tag v1 main"));
    expect([again.status, again.stderr]).toEqual([
      1,
      expect.stringContaining("the tag v1 exists already"),
    ]);
    await project.ok(...words("tag v1 main --force"));
    expect((await project.ok(...words("show v1 --json"))).json.steps).toBe(1010);
    await project.ok(...words("tag -d v1"));
    const gone = await project.run(...words("tag -d v1"));
    expect([gone.status, gone.stderr]).toEqual([
      1,
      "error: there is no tag v1\nhint: `rewind tag` lists the tags\n",
    ]);
  });
});

describe("reflog", () => {
  test("says what BRANCH@{n} means", async () => {
    const project = await walkProject();
    await project.ok(...words("extend main --by 10"));
    const { json } = await project.ok(...words("reflog main --json"));
    expect(json.entries.map(({ command }: { command: string }) => command)).toEqual([
      "extend main",
      "record",
    ]);
    for (const [n, { run }] of json.entries.entries()) {
      expect((await project.ok("show", `main@{${n}}`, "--json")).json.run).toBe(run);
    }
    expect((await project.ok("reflog")).stdout).toMatch(
      /^HEAD@\{0\} {2}\S{12} {2}\S+ {2}extend main\nHEAD@\{1\} /,
    );
  });
});
