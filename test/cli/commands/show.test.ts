import { describe, expect, test } from "vitest";
import { walkProject } from "../run-cli.ts";

describe("show", () => {
  test("describes a run", async () => {
    const project = await walkProject();
    await project.ok("branch", "fork", "main@500", "--param", "p=0.6");
    const { stdout } = await project.ok("show", "fork");
    expect(stdout).toMatch(/^run {6}[0-9a-f]{64}\nroot {5}[0-9a-f]{64}\nsteps {4}1,000\n/);
    expect(stdout).toMatch(/\nforked {3}from [0-9a-f]{12} at step 500\n/);
    expect(stdout).toMatch(
      /\nfrom step 0\n {2}program {4}random-walk \(walk\.ts#default, [0-9a-f]{12}\)\n/,
    );
    expect(stdout).toMatch(
      /\n {2}generator {2}xoshiro128\+\+, seed 42\n {2}params {5}\{"p":0.6\}\n$/,
    );
  });

  test("--json", async () => {
    const project = await walkProject();
    const { json } = await project.ok("show", "--json");
    expect(json).toMatchObject({
      steps: 1000,
      goal: 1000,
      blockSize: 32,
      checkpoints: 32,
      parents: [],
      segments: [{ start: 0, simulation: "random-walk", seed: 42, params: { p: 0.5 } }],
      meta: { message: "a walk" },
    });
  });

  test("--seeds, -n and --source", async () => {
    const project = await walkProject();
    const { seeds } = (await project.ok("show", "--seeds", "--json")).json;
    expect(seeds).toHaveLength(32);
    expect(new Set(seeds.map(({ seed }: { seed: string }) => seed)).size).toBe(32);
    const { stdout } = await project.ok("show", "main", "--seeds", "-n", "2");
    expect(stdout).toMatch(
      /^block 0 {2}step 0 {2}[0-9a-f]{64}\nblock 1 {2}step 32 {2}[0-9a-f]{64}\n$/,
    );
    expect((await project.ok("show", "--source")).stdout).toContain("rng.random() < ctx.params.p");
  });
});
