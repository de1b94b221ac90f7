import { describe, expect, test } from "vitest";
import { emptyProject, walkProject } from "../run-cli.ts";

const AGENTS = `
class Agent { constructor(x) { this.x = x; } }
export default {
  name: "agents",
  types: { Agent: { is: (v) => v instanceof Agent, encode: (a) => a.x, decode: (x) => new Agent(x) } },
  init: () => ({ best: new Agent(1) }),
  step: (s, rng) => ({ best: new Agent(s.best.x + rng.random()) }),
};`;

describe("diff", () => {
  test("identical runs: status 0", async () => {
    const project = await walkProject();
    await project.ok("branch", "same", "main@500");
    const { stdout } = await project.ok("diff", "main", "same");
    expect(stdout).toBe("the runs are identical\n");
    expect((await project.ok("diff", "main", "same", "--json")).json).toMatchObject({
      identical: true,
      firstDifferentStep: null,
      changes: [],
    });
  });

  test("the first step and the fields that differ: status 3", async () => {
    const project = await emptyProject("sir.ts");
    await project.ok(..."record sir.ts --steps 40 --seed 1 --param agents=60".split(" "));
    await project.ok("branch", "fork", "main@20", "--set", "counts.R=1000");
    const { status, stdout } = await project.run("diff", "main", "fork");
    expect(status).toBe(3);
    expect(stdout).toMatch(/forked at step 20\n.*first different step: 20\n/s);
    expect(stdout).toMatch(/counts\.R +\d+ +1000 +\d+/);
    const { status: again, json } = await project.run("diff", "main", "fork", "--json");
    expect(again).toBe(3);
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(["identical", "forkStep", "firstDifferentStep", "changes"]),
    );
    expect(json).toMatchObject({ identical: false, forkStep: 20, firstDifferentStep: 20 });
    expect(json.changes).toEqual([{ path: "state.counts.R", a: expect.any(Number), b: 1000 }]);
  });

  test("--at compares the states at one step", async () => {
    const project = await walkProject();
    await project.ok("branch", "up", "main@500", "--param", "p=1");
    expect((await project.run("diff", "main", "up", "--at", "500")).status).toBe(0);
    const { status, json } = await project.run("diff", "main", "up", "--at", "1000", "--json");
    expect(status).toBe(3);
    expect(json.changes).toHaveLength(1);
    expect(json.firstDifferentStep).toBe(1000);
  });

  test("one run that goes on longer", async () => {
    const project = await walkProject();
    await project.ok("branch", "longer", "main", "--steps", "2000");
    const { status, stdout } = await project.run("diff", "main", "longer");
    expect(status).toBe(3);
    expect(stdout).toContain("the shorter run is the beginning of the longer one");
  });

  test("states with class instances", async () => {
    const project = await emptyProject();
    await project.write("agents.ts", AGENTS);
    await project.ok("record", "agents.ts", "--steps", "50", "--seed", "1");
    await project.ok("branch", "fork", "main@20", "--seed", "2");
    const text = await project.run("diff", "main", "fork");
    expect(text.status).toBe(3);
    expect(text.stdout).not.toContain("[object Object]");
    const { status, json } = await project.run("diff", "main", "fork", "--json");
    expect(status).toBe(3);
    expect(json.changes).toHaveLength(1);
    const { stdout } = await project.ok("get", "main@1");
    expect(stdout).toContain('"$type": "Agent"');
  });

  test.each([
    [["main"], 2, "no b was given"],
    [["main", "main@5"], 2, "use --at STEP"],
    [["main", "nope"], 1, 'expected the name of a run, got "nope"'],
    [["main", "main", "--at", "1001"], 1, "expected a step in 0..1000"],
    [["main", "main", "--at", "1.5"], 2, "expected --at to be a whole number"],
  ])("%j is refused", async (argv, expected, text) => {
    const project = await walkProject();
    const { status, stderr } = await project.run("diff", ...argv);
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(stderr).toContain(text);
    expect(status).toBe(expected);
  });
});
