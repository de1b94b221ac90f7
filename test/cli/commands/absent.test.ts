import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Project } from "../../support/run-cli.ts";
import { twoProjects, words } from "../../support/shared-projects.ts";

const objectsOf = (project: Project): string => path.join(project.root, ".rewind", "objects");

/** Removes packs of a store, all of them unless told which. */
function lose(project: Project, isLost: (name: string) => boolean = () => true): void {
  const folder = objectsOf(project);
  for (const name of readdirSync(folder).filter(isLost)) rmSync(path.join(folder, name));
}

const FETCH = "hint: origin had the run when it was last seen: `rewind fetch origin main` brings";

describe("a store that has lost objects", () => {
  const READERS = [
    ...["get main@5", "diff main@3 main@5", "verify main", "stats main state", "hydrate main"],
    ...["show main", "find main state>1", "log main", "save main -o x.replay", "tag v1 main"],
  ];

  test("names the fetch that brings them, if a remote has them", async () => {
    const { a } = await twoProjects();
    lose(a);
    for (const line of READERS) {
      const { status, stderr } = await a.run(...words(line));
      expect([line, status, stderr]).toEqual([line, 4, expect.stringContaining(FETCH)]);
    }
    expect((await a.run("branch")).stderr).toContain(FETCH);
    expect((await a.ok(...words("fetch origin main"))).stdout).toMatch(/^fetched what was missing/);
    expect((await a.ok(...words("verify main --full"))).status).toBe(0);
  });

  test("says what is lost if no remote is known to have it", async () => {
    const { a } = await twoProjects();
    await a.ok(...words("remote remove origin"));
    lose(a);
    const { stderr } = await a.run(...words("get main@5"));
    expect(stderr).toContain("no remote is known to have it: the run is lost, unless another copy");
  });

  test("a fetch of a branch brings what is gone below a run that is still there", async () => {
    const { a } = await twoProjects();
    const old = new Set(readdirSync(objectsOf(a)));
    await a.ok(...words("extend main --by 1000 -q"));
    await a.ok("push");
    lose(a, (name) => old.has(name));
    const { stderr } = await a.run(...words("verify main --full"));
    expect(stderr).toMatch(/is not in the store\n/);
    expect(stderr).toContain(FETCH);
    expect((await a.ok(...words("fetch origin main"))).stdout).toMatch(/^fetched what was missing/);
    expect((await a.ok(...words("verify main --full"))).status).toBe(0);
    expect((await a.ok(...words("fetch origin main"))).stdout).toBe("nothing new from origin\n");
  });
});

describe("a run that was pushed without its code", () => {
  test("says so, and where the code may be had", async () => {
    const { a, b } = await twoProjects();
    await a.write(
      "other.mjs",
      "export default { name: 'other', init: () => 0, step: (x) => x + 1 };",
    );
    await a.ok(...words("record other.mjs --steps 100 -b secret -q"));
    await a.ok(...words("push origin secret --no-code"));
    const fetched = await b.ok("fetch");
    expect(fetched.stderr).toContain("origin/secret was pushed without its code");
    const from = "origin has the run without it: whoever recorded it can send it, by `rewind push`";
    for (const line of [
      "show origin/secret --source",
      "get origin/secret@5",
      "verify origin/secret",
    ]) {
      const { status, stderr } = await b.run(...words(line));
      expect([line, status, stderr]).toEqual([
        ...[line, 1],
        expect.stringMatching(
          /^error: the code of "other" \(other\.mjs\) was left out when the run was saved or pushed\n/,
        ),
      ]);
      expect(stderr).toContain(from);
    }
    await a.ok(...words("push origin secret"));
    // It is known once the remote was asked: what is here is then no longer all that is there.
    await b.ok(...words("fetch origin main"));
    expect((await b.run(...words("show origin/secret --source"))).stderr).toContain(from);
    await b.ok(...words("fetch origin secret"));
    expect((await b.ok(...words("show origin/secret --source"))).stdout).toContain("x + 1");
  });
});
