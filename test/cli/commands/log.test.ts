import { describe, expect, test } from "vitest";
import { emptyProject, walkProject } from "../run-cli.ts";

describe("log", () => {
  test("a run and those it was forked from", async () => {
    const project = await walkProject();
    await project.ok(
      "branch",
      "a",
      "main@500",
      "--param",
      "p=0.6",
      "--message",
      "up\nand \u001b[31mup",
    );
    await project.ok("branch", "b", "a@700");
    const { stdout } = await project.ok("log", "b");
    const blocks = stdout.trimEnd().split("\n\n");
    expect(blocks.map((block) => /\((.*)\)/.exec(block)?.[1])).toEqual(["b", "a", "main"]);
    expect(blocks[0]).toMatch(
      /\n {2}forked from [0-9a-f]{12} at step 700\n {2}params \{"p":0.6\}\n {2}recorded /,
    );
    // What commands a terminal is shown, not obeyed.
    expect(stdout).toContain("\n  up and \\u001b[31mup\n");
  });

  test("--json has the keys of the contract", async () => {
    const project = await walkProject();
    await project.ok("branch", "a", "main@500", "--param", "p=NaN");
    const { runs } = (await project.ok("log", "a", "--json")).json;
    expect(Object.keys(runs[0])).toEqual(
      expect.arrayContaining(["run", "branches", "steps", "parents", "message", "params"]),
    );
    expect(runs).toMatchObject([
      {
        branches: ["a"],
        steps: 1000,
        parents: [{ step: 500 }],
        message: null,
        params: { p: { $number: "NaN" } },
      },
      { branches: ["main"], parents: [], message: "a walk", params: { p: 0.5 } },
    ]);
    expect(runs[0].parents[0].run).toBe(runs[1].run);
  });

  test("--all, -n and --graph", async () => {
    const project = await walkProject();
    await project.ok("branch", "a", "main@500");
    await project.ok("record", "walk.ts", "--steps", "10", "-b", "other");
    expect((await project.ok("log", "--json")).json.runs).toHaveLength(1);
    expect((await project.ok("log", "--all", "--json")).json.runs).toHaveLength(3);
    expect((await project.ok("log", "--all", "-n", "2", "--json")).json.runs).toHaveLength(2);
    const { stdout } = await project.ok("log", "a", "--graph");
    const lines = stdout.split("\n");
    expect(lines.filter((line) => line.startsWith("●"))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith("│"))).not.toHaveLength(0);
  });

  test("before anything is recorded", async () => {
    const project = await emptyProject("walk.ts");
    const { status, stderr } = await project.run("log");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: HEAD names the branch main, which has no run yet\nhint: nothing is recorded yet/,
    );
    expect((await project.ok("log", "--all")).stdout).toBe("no runs yet\n");
    expect((await project.ok("log", "--all", "--json")).json).toEqual({ runs: [] });
    expect((await project.run("log", "-n", "-1")).status).toBe(2);
  });
});
