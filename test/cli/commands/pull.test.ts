import { describe, expect, test } from "vitest";
import type { Project } from "../../support/run-cli.ts";
import { twoProjects, words } from "../../support/shared-projects.ts";

const runOf = async (project: Project, revision: string): Promise<string> =>
  (await project.ok("show", revision, "--json")).json.run;

const pulled = async (project: Project) =>
  (await project.run(...words("pull origin main --json"))).json;

describe("pull", () => {
  test("makes the branch, and moves it on when the run there continues it", async () => {
    const { a, b } = await twoProjects();
    expect((await b.ok(...words("pull origin main"))).stdout).toMatch(
      /^made main, [0-9a-f]{12}\n$/,
    );
    expect(await pulled(b)).toMatchObject({ standing: "same" });
    await a.ok(...words("extend main --by 10"));
    await a.ok("push");
    await b.ok(...words("checkout main"));
    expect((await b.ok("pull")).stdout).toMatch(/^moved main from [0-9a-f]{12} to [0-9a-f]{12}\n$/);
    expect(await runOf(b, "main")).toBe(await runOf(a, "main"));
    await b.ok("undo");
    expect(await pulled(b)).toMatchObject({ standing: "behind" });
  });

  test("says that the branch is ahead", async () => {
    const { b } = await twoProjects();
    await b.ok(...words("pull origin main"));
    await b.ok(...words("extend main --by 10"));
    const { status, stdout } = await b.run(...words("pull origin main"));
    expect([status, stdout]).toEqual([0, "main is ahead of origin: rewind push origin main\n"]);
  });

  test("of two who have gone on in the same way, one goes forward to the other", async () => {
    const { a, b } = await twoProjects();
    await b.ok(...words("pull origin main"));
    // Neither ends with a block, and neither run comes from the other.
    await a.ok(...words("extend main --by 13"));
    await b.ok(...words("extend main --by 45"));
    await a.ok("push");
    expect(await pulled(b)).toMatchObject({ standing: "ahead" });
    expect((await b.ok(...words("push origin main"))).stdout).toContain("pushed main to origin");
    await a.ok("fetch");
    await a.ok(...words("checkout main"));
    expect((await a.ok(...words("pull origin main --json"))).json).toMatchObject({
      standing: "behind",
    });
    expect(await runOf(a, "main")).toBe(await runOf(b, "main"));

    await a.ok(...words("extend main --by 20 --param p=0.3"));
    await b.ok(...words("extend main --by 40"));
    await b.ok("push");
    expect(await pulled(a)).toMatchObject({ standing: "diverged" });
    const { status, stderr } = await a.run(...words("push origin main"));
    expect([status, stderr]).toEqual([1, expect.stringContaining("would be lost")]);
  });

  test("of two who have recorded the same steps, everybody takes the run of the remote", async () => {
    const { a, b } = await twoProjects();
    await b.ok(...words("pull origin main"));
    // The second ends with a block, the first does not.
    for (const more of ["13", "1000"]) {
      for (const project of [a, b]) await project.ok("extend", "main", "--by", more);
      const [ours, theirs] = [await runOf(a, "main"), await runOf(b, "main")];
      expect(ours).not.toBe(theirs);
      await a.ok("push");
      await b.ok("fetch");
      const { stdout, stderr } = await b.ok(...words("push origin main"));
      expect(stdout).toBe("origin has everything\n");
      expect(stderr).toContain("note: origin has another recording of the steps of main");
      expect((await b.ok(...words("push origin main --json"))).json.refs).toMatchObject([
        { target: theirs, before: ours, outcome: "equal" },
      ]);
      expect(await runOf(b, "origin/main")).toBe(ours);
      expect((await b.ok(...words("pull origin main"))).stdout).toMatch(
        /^moved main from .* to [0-9a-f]{12}, a recording of the same steps\n$/,
      );
      expect(await runOf(b, "main")).toBe(ours);
      expect((await b.ok(...words("push origin main --json"))).json.refs).toMatchObject([
        { outcome: "same" },
      ]);
    }
    for (const [project, p] of [
      [a, "0.3"],
      [b, "0.4"],
    ] as const) {
      await project.ok(...words(`extend main --by 10 --param p=${p}`));
    }
    await a.ok("push");
    expect(await pulled(b)).toMatchObject({ standing: "diverged" });
    expect((await b.run(...words("push origin main"))).stderr).toContain("would be lost");
  });

  test("leaves both when each has steps that the other lacks", async () => {
    const { a, b } = await twoProjects();
    await b.ok(...words("pull origin main"));
    await b.ok(...words("branch -d main"));
    await b.ok(...words("branch main origin/main@500 --param p=0.2"));
    await a.ok(...words("extend main --by 10"));
    await a.ok("push");
    const own = await runOf(b, "main");
    const { status, stdout } = await b.run(...words("pull origin main"));
    expect(status).toBe(1);
    expect(stdout).toContain("`rewind diff main origin/main` says where");
    expect(await runOf(b, "main")).toBe(own);
    expect(await runOf(b, "origin/main")).toBe(await runOf(a, "main"));
  });

  test("a branch that the remote lacks", async () => {
    const { b } = await twoProjects();
    const { status, stderr } = await b.run(...words("pull origin nothing"));
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("origin has no branch and no tag nothing"),
    ]);
  });
});
