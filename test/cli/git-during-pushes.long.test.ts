import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/run-cli.ts";
import { git, gitProjects, words } from "../support/shared-projects.ts";

const ROUNDS = 50;

test("100 git fetch and git clone during pushes succeed, and bring nothing of the runs", async () => {
  const { bare, project } = await gitProjects();
  const root = await temporaryFolder();
  git(root, "clone", "--quiet", bare, "fetching");
  const run = (cwd: string, ...values: string[]) => promisify(execFile)("git", values, { cwd });
  let isOver = false;
  const pushes = (async () => {
    let count = 0;
    for (; !isOver; count++) {
      await project.ok(...words(`branch fork-${count} main@${count + 1} --param p=0.${count + 1}`));
      await project.ok(...words(`push origin fork-${count}`));
    }
    return count;
  })();
  for (let i = 0; i < ROUNDS; i++) {
    await run(path.join(root, "fetching"), "fetch", "--quiet");
    await run(root, "clone", "--quiet", `file://${bare}`, `clone-${i}`);
  }
  isOver = true;
  expect(await pushes).toBeGreaterThan(2);
  const [plain] = [git(path.join(root, "fetching"), "rev-parse", "origin/main")];
  for (const name of ["fetching", ...Array.from({ length: ROUNDS }, (_, i) => `clone-${i}`)]) {
    const folder = path.join(root, name);
    expect(git(folder, "for-each-ref", "--format=%(refname)")).not.toContain("rewind");
    expect(git(folder, "rev-parse", "origin/main")).toBe(plain);
    git(folder, "fsck", "--strict");
  }
});
