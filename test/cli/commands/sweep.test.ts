import { describe, expect, test } from "vitest";
import { copies, type Project } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

/** A sweep of four runs, of which the two with a of 2 fail at step 15. */
const swept: () => Promise<Project> = copies(async (project) => {
  await project.ok("init");
  await project.write(
    "sharp.ts",
    `export default {
      name: "sharp", params: { a: 0 }, init: () => 0,
      step: (x, rng, { params }) => {
        if (params.a === 2 && x === 15) throw new Error("no more");
        return x + params.a;
      },
    };`,
  );
  await project.ok(...words("sweep sharp.ts --param a=1,3 --seeds 1..2 --steps 20 -b grid"));
});

describe("sweep", () => {
  test("records every combination, and names each run", async () => {
    const project = await swept();
    const { json } = await project.ok(...words("table grid --json"));
    expect(json).toMatchObject({
      ...{ ensemble: "grid", runs: 4, done: 4, failed: 0, columns: ["a"] },
      rows: [
        { run: 0, params: { a: 1 }, seed: 1, status: "done", steps: 20 },
        { run: 1, params: { a: 1 }, seed: 2 },
        { run: 2, params: { a: 3 }, seed: 1 },
        { run: 3, params: { a: 3 }, seed: 2 },
      ],
    });
    expect((await project.ok("get", "grid:3")).stdout.trim()).toBe("60");
  });

  test("--dry-run prints the runs and records nothing", async () => {
    const project = await swept();
    const { stdout } = await project.ok(
      ...words("sweep sharp.ts --param a=1:3 --seeds 5 --steps 20 -b dry --dry-run"),
    );
    expect(stdout).toContain("would record 3 runs of 20 steps each");
    expect((await project.run("table", "dry")).status).toBe(1);
  });

  test("--continue adds seeds to each point", async () => {
    const project = await swept();
    const { json } = await project.ok(...words("sweep --continue grid --add-seeds 3..4 --json"));
    expect(json).toMatchObject({ ensemble: "grid", runs: 8, done: 8, failed: 0 });
  });
});

describe("refs of ensembles", () => {
  test("log, doctor, branch and tag leave them alone", async () => {
    const project = await swept();
    await project.ok(...words("record sharp.ts --steps 20 --seed 1 -b main"));
    expect((await project.ok("log", "--all")).stdout).not.toContain("grid");
    expect((await project.ok("branch")).stdout).not.toContain("grid");
    await project.ok("tag");
    await project.ok("doctor");
  });

  test("push sends branches, and no ensemble", async () => {
    const project = await swept();
    await project.ok(...words("record sharp.ts --steps 20 --seed 1 -b main"));
    await project.ok(...words("remote add origin theirs"));
    expect((await project.ok(...words("push origin --all"))).stdout).not.toContain("grid");
    expect((await project.run(...words("push origin grid"))).status).toBe(1);
  });

  test("undo takes a sweep back", async () => {
    const project = await swept();
    await project.ok("undo");
    expect((await project.run("table", "grid")).status).toBe(1);
    await project.ok("redo");
    await project.ok("table", "grid");
  });
});
