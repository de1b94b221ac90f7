import { describe, expect, test } from "vitest";
import { copies, type Project } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

/** Three runs, of which the one with a of 2 fails at step 15. */
const swept: () => Promise<Project> = copies(async (project) => {
  await project.ok("init");
  await project.write(
    "sharp.ts",
    `export default {
      name: "sharp", params: { a: 0 }, init: () => 0,
      step: (x, rng, { params }) => {
        if (params.a === 2 && x === 15) throw new Error("no more");
        return x + 1;
      },
    };`,
  );
  await project.ok(...words("sweep sharp.ts --param a=1:3 --seeds 1 --steps 20 -b grid"));
});

describe("table", () => {
  test("without a name lists the ensembles", async () => {
    const project = await swept();
    const { stdout } = await project.ok("table");
    expect(stdout).toMatch(/^grid +3 runs +20 steps +2 done, 1 failed/);
  });

  test("shows why a run failed", async () => {
    const project = await swept();
    const { stdout } = await project.ok("table", "grid");
    expect(stdout).toMatch(/^ +1 +2 +1 +15 +failed .*step 15 failed: Error: no more/m);
  });

  test("--sort orders the runs, and -n cuts the list", async () => {
    const project = await swept();
    const sorted = async (order: string): Promise<readonly number[]> => {
      const { json } = await project.ok(..."table grid --json --sort".split(" "), order);
      return (json as { rows: { run: number }[] }).rows.map(({ run }) => run);
    };
    expect(await sorted("a:desc")).toEqual([2, 1, 0]);
    expect(await sorted("status")).toEqual([1, 0, 2]);
    const { stdout } = await project.ok(...words("table grid -n 1"));
    expect(stdout).toContain("… and 2 more: -n 3 lists all");
  });
});
