import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../run-cli.ts";

async function model(): Promise<Project> {
  const project = await emptyProject();
  await project.write(
    "model.ts",
    'export default { name: "m", params: { k: 2 }, init: () => ({ x: 0 }), step: (s, _rng, ctx) => { s.x += ctx.params.k; } };',
  );
  await project.ok("record", "model.ts", "--steps", "100");
  return project;
}

describe("find", () => {
  test("prints the first step at which an expression holds, and the state", async () => {
    const project = await model();
    const { stdout } = await project.ok("find", "main", "state.x >= 20");
    expect(stdout).toBe('step 10\n{ "x": 20 }\n');
    const { json } = await project.ok(
      "find",
      "main",
      "state.x / params.k === step && step > 41",
      "--json",
    );
    expect(json).toEqual({ step: 42, state: { x: 84 } });
  });

  test("a fork's changed params are seen from its step on", async () => {
    const project = await model();
    await project.ok("branch", "fork", "main@50", "--param", "k=3");
    expect((await project.ok("find", "fork", "params.k === 3", "--json")).json.step).toBe(50);
  });

  test("none found: status 1, nulls", async () => {
    const project = await model();
    const text = await project.run("find", "main", "state.x < 0");
    expect([text.status, text.stdout]).toEqual([1, "it holds at no step\n"]);
    const { status, json } = await project.run("find", "main", "state.x < 0", "--json");
    expect([status, json]).toEqual([1, { step: null, state: null }]);
  });

  test("--from and --to bound the steps, both included", async () => {
    const project = await model();
    const { json } = await project.ok("find", "main", "true", "--from", "7", "--json");
    expect(json.step).toBe(7);
    expect((await project.run("find", "main", "step === 8", "--to", "7")).status).toBe(1);
    expect((await project.run("find", "main", "step === 7", "--to", "7")).status).toBe(0);
    const { status, stderr } = await project.run(..."find main true --from 9 --to 8".split(" "));
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("from to be at most to, got 9 and 8"),
    ]);
  });

  test("an expression that begins with a dash goes behind --", async () => {
    const project = await model();
    const { status, stderr } = await project.run("find", "main", "-state.x < -3");
    expect([status, stderr]).toEqual([2, expect.stringContaining("put it behind --")]);
    expect((await project.ok("find", "main", "--json", "--", "-state.x < -3")).json.step).toBe(2);
  });

  test.each([
    ["state.x >", 2, "cannot read the expression"],
    ["", 2, "cannot read the expression"],
    ["state.x; 1", 2, "cannot read the expression"],
    ["step === 30 && state.y.z", 1, "the function failed at step 30: TypeError: "],
    ["nothing", 1, "the function failed at step 0: ReferenceError: nothing is not defined"],
    ["Math.random() > 0.5", 1, "Math.random() was called in a step"],
    // What is meant is state.x == 8: it finds what is not in the run.
    ["state.x = 8", 1, "the function changed the state that it was shown, at step 0 or before"],
  ])("%j is refused", async (expression, expected, text) => {
    const project = await model();
    const { status, stderr, stdout } = await project.run("find", "main", expression);
    expect(stdout).toBe("");
    expect(stderr).toContain(text);
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/s);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(expected);
  });

  test("an expression that changes the state and does not hold is found out at the checkpoint", async () => {
    const project = await model();
    const { status, stderr } = await project.run("find", "main", "(state.x++, false)");
    expect(status).toBe(3);
    expect(stderr).toContain("a function that changes the state it is shown");
    expect((await project.ok("verify", "--full")).status).toBe(0);
  });

  test("looks at runs, not at a step of one", async () => {
    const project = await walkProject();
    const { status, stderr } = await project.run("find", "main@5", "state > 1");
    expect([status, stderr]).toEqual([2, expect.stringContaining("use --from and --to")]);
  });
});
