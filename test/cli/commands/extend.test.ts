import { describe, expect, test } from "vitest";
import { emptyProject, unfinished, walkProject } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

describe("extend", () => {
  test("gives the root of one uninterrupted recording", async () => {
    const project = await walkProject();
    const { stdout } = await project.ok(...words("extend main --steps 1500"));
    expect(stdout).toMatch(/^extended main to step 1,500 in /);
    const { json } = await project.ok(...words("extend --by 500 --json"));
    expect(json).toMatchObject({ branch: "main", steps: 2000, blockSize: 32, checkpoints: 63 });
    const whole = "record walk.ts --steps 2000 --seed 42 --block-size 32 -b whole --json";
    expect((await project.ok(...words(whole))).json.root).toBe(json.root);
    const { runs } = (await project.ok(...words("log main --json"))).json;
    expect(runs.map(({ steps }: { steps: number }) => steps)).toEqual([2000, 1500, 1000]);
  });

  test("with a param begins a new segment", async () => {
    const project = await walkProject();
    await project.ok(...words("extend main --by 100 --param p=1 -m biased"));
    const at = async (step: number) =>
      (await project.ok("get", `main@${step}`, "--json")).json.state;
    expect(await at(1100)).toBe((await at(1000)) + 100);
    expect((await project.ok("show", "main")).stdout).toContain("from step 1,000");
  });

  test("continues an unfinished run like any other", async () => {
    const project = await emptyProject();
    await unfinished(project);
    const longer = await project.ok(...words("extend unfinished --by 15 --json"));
    expect(longer.json).toMatchObject({ steps: 85 });
    const { json, stderr } = await project.ok(...words("extend unfinished --steps 140 --json"));
    expect(stderr).toBe("");
    const whole = "record fragile.ts --steps 140 --seed 5 --block-size 10 -b whole --json";
    expect((await project.ok(...words(whole))).json.root).toBe(json.root);
  });

  test("says how to get to the goal that an unfinished run has lost", async () => {
    for (const [line, end] of [
      ["extend unfinished --by 15", 85],
      ["extend unfinished --steps 99 -m almost", 99],
    ] as const) {
      const project = await emptyProject();
      await unfinished(project);
      const { stderr } = await project.ok(...words(line));
      const command = "extend unfinished --steps 100";
      expect(stderr).toBe(
        `note: unfinished was an unfinished recording of 100 steps, and is finished at ${end} now: ` +
          `\`rewind ${command}\` continues to its old goal\n`,
      );
      const { json } = await project.ok(...words(`${command} --json`));
      expect(json.steps).toBe(100);
    }
  });

  test("says nothing of a goal that it reaches", async () => {
    const project = await emptyProject();
    await unfinished(project);
    expect((await project.ok(...words("extend unfinished --steps 100"))).stderr).toBe("");
    expect((await project.ok(...words("extend unfinished --by 1"))).stderr).toBe("");
  });

  test("refuses a length that is not longer, and changes nothing", async () => {
    const project = await walkProject();
    const before = await project.storeDigest();
    const refused: [line: string, status: number, message: string][] = [
      [
        "extend main --steps 1000",
        2,
        "expected more than the 1,000 steps that main has, got 1,000",
      ],
      ["extend main --by 0", 2, "expected more than the 1,000 steps"],
      ["extend main", 2, "expected either --steps TOTAL or --by N"],
      ["extend main --steps 5 --by 5", 2, "expected either --steps TOTAL or --by N"],
      ["extend mian --by 5", 1, "there is no branch mian\nhint: did you mean main?"],
      ["extend main@500 --by 5", 2, "it has an @, which separates a branch from a step"],
      ["extend main --by 5 --param p=0.1 --param p=0.2", 2, "--param p was given more than once"],
      ["extend main --by 5 --param q=1", 2, 'the simulation declares no param "q"'],
    ];
    for (const [line, status, message] of refused) {
      const result = await project.run(...words(line));
      expect([line, result.status, result.stderr]).toEqual([
        line,
        status,
        expect.stringContaining(message),
      ]);
    }
    expect(await project.storeDigest()).toBe(before);
  });
});
