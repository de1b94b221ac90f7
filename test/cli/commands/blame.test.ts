import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../../support/run-cli.ts";

const MODEL = `export default {
  name: "model", params: { jump: 1 },
  init: () => ({ fixed: "a", n: 0, slow: 0, list: [] }),
  step: (s, _rng, ctx) => {
    s.n += ctx.params.jump;
    if (ctx.step % 10 === 9) s.slow++;
    if (ctx.step === 24) s.list.push(7);
  },
};`;

async function model(): Promise<Project> {
  const project = await emptyProject();
  await project.write("model.ts", MODEL);
  await project.ok("record", "model.ts", "--steps", "47", "--block-size", "7");
  return project;
}

describe("blame", () => {
  test("names the step, the run and the value before, in columns", async () => {
    const project = await model();
    expect((await project.ok("blame", "main@40")).stdout).toBe(
      `               step  run   before
state.fixed       0  main              "a", since the first state
state.n          40  main  39       →  40
state.slow       40  main  3        →  4
state.list[0]    25  main  nothing  →  7
`,
    );
  });

  test("a step of the past is its run's, a change by hand the fork's", async () => {
    const project = await model();
    await project.ok("branch", "fork", "main@30", "--set", "slow=90", "--param", "jump=2");
    await project.ok("extend", "fork", "--by", "5");
    const { json } = await project.ok("blame", "fork@35", "--json");
    const main = (await project.ok("show", "main", "--json")).json.run;
    const byPath = Object.fromEntries(
      json.leaves.map(({ path, ...leaf }: { path: string }) => [path, leaf]),
    );
    expect(byPath["state.fixed"]).toMatchObject({ step: 0, run: main, name: "main", by: "start" });
    expect(byPath["state.n"]).toMatchObject({ step: 35, name: "fork", before: 38, value: 40 });
    expect(byPath["state.slow"]).toMatchObject({ step: 30, name: "fork", by: "fork", before: 3 });
    expect(byPath["state.list[0]"]).toMatchObject({ step: 25, name: "main", isNew: true });
    expect(json.more).toBe(0);
    expect((await project.ok("blame", "fork@30", "--path", "slow")).stdout).toMatch(
      /^state\.slow +30 +fork +3 +→ +90, by hand$/m,
    );
    // The step that made the state which was changed by hand is the parent's.
    expect(
      (await project.ok("blame", "fork@30", "--path", "n", "--json")).json.leaves,
    ).toMatchObject([{ step: 30, name: "main", by: "step" }]);
  });

  test("says how many values it left out", async () => {
    const project = await model();
    const { stdout } = await project.ok("blame", "main@40", "-n", "2");
    expect(stdout).toMatch(/^… and 2 more values: -n lists them, --path a part$/m);
    expect(stdout).not.toContain("slow");
    expect((await project.ok("blame", "main@40", "-n", "1", "--json")).json.more).toBe(3);
  });

  test("a state that is one value, and step 0", async () => {
    const project = await walkProject();
    expect((await project.ok("blame", "main@3")).stdout).toMatch(
      /^state +3 +main +-?\d +→ +-?\d$/m,
    );
    expect((await project.ok("blame", "main@0", "--json")).json.leaves).toMatchObject([
      { path: "state", step: 0, by: "start", value: 0 },
    ]);
  });

  test.each([
    [["main@40", "--path", "slwo"], 1, "there is no state.slwo"],
    [["main@99"], 2, "99"],
    [["main", "-n", "x"], 2, "-n"],
  ])("refuses %j", async (words, status, message) => {
    const project = await model();
    const result = await project.run("blame", ...words);
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain("    at ");
    expect(result.status).not.toBe(0);
    expect([status, 1, 2]).toContain(result.status);
  });

  test("Ctrl-C says how far back it looked", async () => {
    const project = await model();
    const { status, stderr } = await project.runWith({ interrupt: true }, "blame", "main");
    expect(status).toBe(130);
    expect(stderr).toMatch(/^error: interrupted/);
  });
});
