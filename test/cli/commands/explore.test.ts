import { describe, expect, test } from "vitest";
import { emptyProject, type Project } from "../../support/run-cli.ts";

const RUIN = `export default {
  name: "ruin", params: { p: 0.3 }, init: () => 1,
  step: (x, rng, ctx) => (x === 0 ? 0 : rng.random() < ctx.params.p ? x + 1 : x - 1),
};`;

async function ruin(): Promise<Project> {
  const project = await emptyProject();
  await project.write("ruin.ts", RUIN);
  await project.ok("record", "ruin.ts", "--steps", "2000", "--seed", "1");
  return project;
}

const line = (goal: number): string[] => [
  ...["explore", "main@0", "--level", "state", "--goal", `state >= ${goal}`],
  ...["--stop", "state <= 0", "--budget", "1e7", "--seed", "3"],
];

describe("explore", () => {
  test("leaves the way to the goal on a branch, and says what it may cost first", async () => {
    const project = await ruin();
    const { stdout, stderr } = await project.ok(...line(12));
    expect(stderr).toBe(
      "note: trials may take 10,000,000 steps together; Ctrl-C keeps the best so far\n",
    );
    expect(stdout).toMatch(
      /^reached the goal at step \d+, by \d+ forks: [\d,]+ steps in .*, seed 3\n/,
    );
    expect(stdout).toMatch(/\nexplored has it: run [0-9a-f]{12}\n$/);
    expect((await project.ok("get", "explored")).stdout).toBe("12\n");
    expect((await project.ok("verify", "explored", "--full")).stdout).toMatch(/^ok: /);
    const { segments } = (await project.ok("show", "explored", "--json")).json;
    expect(segments.length).toBeGreaterThan(1);
    // Again gives the same.
    const again = await project.ok(...line(12), "-b", "again", "--json");
    const { json } = await project.ok("show", "explored", "--json");
    expect((await project.ok("show", "again", "--json")).json.root).toBe(json.root);
    expect(again.json).toMatchObject({ branch: "again", reached: true, ended: null, seed: 3 });
    const taken = await project.run(...line(12));
    expect(taken.status).toBe(1);
    expect(taken.stderr).toContain("explored");
  });

  test("estimates the probability", async () => {
    const project = await ruin();
    const words = ["--levels", "2,3,4,5,6,7", "--effort", "500", "--json"];
    const { json } = await project.ok(...line(8), ...words);
    const r = 7 / 3;
    const truth = (r - 1) / (r ** 8 - 1);
    expect(Math.abs(json.probability - truth)).toBeLessThan(3 * json.standardError);
    expect(json.levels).toHaveLength(7);
    expect(json.levels.at(-1)).toMatchObject({ level: null, trials: 500 });
    const text = await project.ok(...line(8), ...words.slice(0, -1), "-b", "text");
    expect(text.stdout).toMatch(/\nprobability 0\.00\d+ ± 0\.000\d+\n/);
  });

  test("a budget that is too small, and Ctrl-C, keep the best so far", async () => {
    const project = await ruin();
    const small = await project.run(...line(40), "--budget", "2000", "--levels", "2,3,4,5,6,7");
    // A repeated option is an error of usage.
    expect(small.status).toBe(2);
    const words = line(40).map((word) => (word === "1e7" ? "2000" : word));
    const { status, stdout } = await project.run(...words, "--levels", "2,3,4,5,6,7");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^the budget is used up: reached level \d at step \d+, not the goal: /);
    expect((await project.ok("get", "explored")).stdout).toMatch(/^\d\n$/);
    const pressed = await project.runWith({ interrupt: true }, ...line(40), "-b", "other");
    expect(pressed.status).toBe(130);
    expect(pressed.stdout).toMatch(/^interrupted: /);
  });
});
