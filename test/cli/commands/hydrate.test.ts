import { describe, expect, test } from "vitest";
import { strangersProject } from "../../support/run-cli.ts";
import { twoProjects, words } from "../../support/shared-projects.ts";

describe("hydrate", () => {
  test("fills in the checkpoints that are missing, all or those of a range", async () => {
    const { b } = await twoProjects();
    await b.ok("fetch", "--thin");
    const { json } = await b.ok(...words("hydrate origin/main@0..@300 --json"));
    expect(json.derived).toBeGreaterThan(0);
    expect((await b.ok(...words("hydrate origin/main@0..@300"))).stdout).toContain(
      "lacks no checkpoint there",
    );
    const rest = (await b.ok(...words("hydrate origin/main --json"))).json;
    expect(rest.derived).toBeGreaterThan(0);
    // The first state and the last came with the run.
    expect(rest.checkpoints - (json.derived + rest.derived)).toBeLessThanOrEqual(2);
    expect((await b.ok(...words("hydrate origin/main --json"))).json.derived).toBe(0);
    expect((await b.ok(...words("hydrate --from-remote origin"))).status).toBe(0);
    expect((await b.ok(...words("verify origin/main --full"))).status).toBe(0);
  });

  test("--from-remote receives them", async () => {
    const { b } = await twoProjects();
    await b.ok("fetch", "--thin");
    const { stdout } = await b.ok(...words("hydrate --from-remote origin"));
    expect(stdout).toMatch(/^received \d+ objects, .* kB, from origin\n$/);
    expect((await b.ok(...words("hydrate origin/main --json"))).json.derived).toBe(0);
    expect((await b.ok(...words("hydrate --from-remote origin"))).stdout).toBe(
      "nothing is missing\n",
    );
  });

  test("runs no code without trust", async () => {
    const { url } = await twoProjects();
    const stranger = await strangersProject();
    await stranger.ok("remote", "add", "origin", url);
    await stranger.ok("fetch", "--thin");
    const { status, stderr } = await stranger.run(...words("hydrate origin/main"));
    expect(status).not.toBe(0);
    expect(stderr).toContain("rewind trust");
    expect((await stranger.ok(...words("hydrate origin/main --trust"))).stdout).toContain(
      "filled in",
    );
  });
});
