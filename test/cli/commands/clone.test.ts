import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { projectAt, temporaryFolder } from "../../support/run-cli.ts";
import { git, gitProjects, twoProjects, words } from "../../support/shared-projects.ts";

describe("clone", () => {
  test("makes a store with the runs of a remote, which is its origin", async () => {
    const { a, url } = await twoProjects();
    const root = await temporaryFolder();
    const outside = projectAt(root);
    const { stdout } = await outside.ok("clone", url, "model");
    expect(stdout).toContain("created a store in model/.rewind/\nfetched origin/main (new)");
    expect(stdout).toContain("on branch main");
    const clone = projectAt(path.join(root, "model"));
    expect((await clone.ok(...words("get main@50%"))).stdout).toBe(
      (await a.ok(...words("get main@50%"))).stdout,
    );
    expect((await clone.ok(...words("verify main --full"))).status).toBe(0);
    await clone.ok(...words("branch fix main@900 --param p=0.4"));
    expect((await clone.ok("push")).stdout).toContain("pushed fix (new) to origin");
  });

  test("of a Git repository, into an empty folder; the name is that of the repository", async () => {
    const { bare, project } = await gitProjects();
    await project.ok("push");
    const root = await temporaryFolder();
    mkdirSync(path.join(root, "bare"));
    const { json } = await projectAt(root).ok("clone", `git+file://${bare}`, "--thin", "--json");
    expect(json).toEqual({ path: "bare", branch: "main" });
    expect((await projectAt(path.join(root, "bare")).ok(...words("get main@3"))).stdout).not.toBe(
      "",
    );
  });

  test("not into a folder that has something", async () => {
    const { url } = await twoProjects();
    const root = await temporaryFolder();
    mkdirSync(path.join(root, "full"));
    writeFileSync(path.join(root, "full/x"), "");
    const { status, stderr } = await projectAt(root).run("clone", url, "full");
    expect([status, stderr]).toEqual([1, expect.stringContaining("full is not empty")]);
    expect(existsSync(path.join(root, "full/.rewind"))).toBe(false);
  });

  test("nothing that is not a remote; no folder is left", async () => {
    const root = await temporaryFolder();
    mkdirSync(path.join(root, "other"));
    writeFileSync(path.join(root, "other/x"), "");
    git(root, "init", "--quiet", "--bare", "empty.git");
    for (const url of ["nowhere", "other", `git+file://${root}/empty.git`, "git+file:///nowhere"]) {
      const { status, stderr } = await projectAt(root).run("clone", url, "model");
      expect([url, status, stderr]).toEqual([url, 1, expect.stringContaining("error: ")]);
      expect(existsSync(path.join(root, "model"))).toBe(false);
    }
    expect(existsSync(path.join(root, "nowhere"))).toBe(false);
  });
});
