import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../../support/run-cli.ts";

async function counter(state = "{ x: 0, name: 'a' }"): Promise<Project> {
  const project = await emptyProject();
  await project.write(
    "counter.ts",
    `export default { name: "c", init: () => (${state}), step: (s) => ({ ...s, x: s.x + 1 }) };`,
  );
  await project.ok("record", "counter.ts", "--steps", "4");
  return project;
}

describe("stats", () => {
  test("of the state if it is a number", async () => {
    const project = await walkProject();
    const { stdout } = await project.ok("stats", "main");
    expect(stdout).toMatch(
      /^1,001 states\n +mean +variance +min +max\nstate +\S+ +\S+ +\S+ +\S+\n$/,
    );
  });

  test("--json has the keys of the contract; the variance is the population's", async () => {
    const project = await counter();
    const { json } = await project.ok("stats", "main", "state.x", "step * 2", "--json");
    expect(json).toEqual({
      count: 5,
      series: {
        "state.x": { mean: 2, variance: 2, min: 0, max: 4 },
        "step * 2": { mean: 4, variance: 8, min: 0, max: 8 },
      },
    });
  });

  test("a truth counts as 1 or 0", async () => {
    const project = await counter();
    const { json } = await project.ok("stats", "main", "state.x > 2", "--json");
    expect(json.series["state.x > 2"]).toMatchObject({ mean: 0.4, min: 0, max: 1 });
  });

  test("NaN shows as NaN", async () => {
    const project = await counter("{ x: NaN }");
    const { json } = await project.ok("stats", "main", "state.x", "--json");
    const nan = { $number: "NaN" };
    expect(json.series["state.x"]).toEqual({ mean: nan, variance: nan, min: nan, max: nan });
  });

  test("of a part of the steps", async () => {
    const project = await counter();
    const { json } = await project.ok(..."stats main state.x --from 1 --to 2 --json".split(" "));
    expect(json).toMatchObject({ count: 2, series: { "state.x": { mean: 1.5 } } });
  });

  test("of a range", async () => {
    const project = await counter();
    const { json } = await project.ok(..."stats main@1..@2 state.x --json".split(" "));
    expect(json).toMatchObject({ count: 2, series: { "state.x": { mean: 1.5 } } });
    expect((await project.ok(..."stats main@3.. state.x --json".split(" "))).json.count).toBe(2);
  });

  test("of the change in a step, with the previous state", async () => {
    const project = await counter();
    const names = ["state.x - previous.x", "state.x"];
    const { json } = await project.ok("stats", "main@1..", ...names, "--json");
    expect(json).toEqual({
      count: 4,
      series: {
        "state.x - previous.x": { mean: 1, variance: 0, min: 1, max: 1 },
        "state.x": { mean: 2.5, variance: 1.25, min: 1, max: 4 },
      },
    });
  });

  test.each([
    [["main"], 1, "expected state to be a number, got an object"],
    [["main", "state.name"], 1, 'expected state.name to be a number, got "a"'],
    [["main", "state.x", "state.y"], 1, "expected state.y to be a number, got undefined"],
    [["main", "state.x +"], 2, "cannot read the expression"],
    [["main@3"], 2, "use --from and --to"],
    [["main@1..@2", "state.x", "--to", "2"], 2, "or --from and --to, got both"],
    [["main@3..@2", "state.x"], 2, "expected the earlier step first, got 3 and 2"],
    [["main", "state.x - previous.x"], 1, "the function failed at step 0: TypeError"],
    [["main", "state.x = 5", "--to", "2"], 1, "the function changed the state"],
    [["main", "state.x", "--to", "5"], 1, "expected a step in 0..4, got 5"],
    [["main", "state.x", "--from", "x"], 2, "expected --from to be a step"],
    [[], 2, "no revision was given"],
  ])("%j is refused", async (argv, expected, text) => {
    const project = await counter();
    const { status, stderr } = await project.run("stats", ...argv);
    expect(stderr).toContain(text);
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(status).toBe(expected);
  });
});
