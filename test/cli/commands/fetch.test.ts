import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Project, projectAt, temporaryFolder } from "../../support/run-cli.ts";
import { git, gitProjects, gitView, twoProjects, words } from "../../support/shared-projects.ts";

const fetched = async (project: Project, ...more: string[]) =>
  (await project.ok("fetch", ...more, "--json")).json;

describe("fetch", () => {
  test("brings what is new, and nothing twice; branches are origin/NAME", async () => {
    const { a, b } = await twoProjects();
    const first = await b.ok("fetch");
    expect(first.stdout).toMatch(/^fetched origin\/main \(new\): \d+ objects, .* kB\n$/);
    expect((await b.ok("fetch")).stdout).toBe("nothing new from origin\n");
    expect((await b.ok(...words("branch --json"))).json.branches).toEqual([]);
    await a.ok(...words("branch fix main@900 --param p=0.4"));
    await a.ok(...words("extend main --by 10"));
    await a.ok("push");
    const { refs } = await fetched(b);
    expect(refs).toMatchObject([
      { name: "heads/fix", before: null, outcome: "new" },
      { name: "heads/main", before: expect.stringMatching(/^[0-9a-f]{64}$/), outcome: "moved" },
    ]);
    expect(await fetched(b, "origin", "fix")).toMatchObject({ objects: 0, bytes: 0 });
    expect((await b.run(...words("fetch origin nothing"))).stderr).toContain(
      "origin has no branch and no tag nothing",
    );
  });

  test("settings say from which size on checkpoints stay there, and how much is too much", async () => {
    const { b } = await twoProjects();
    const { bytes } = await fetched(b, "--dry-run");
    await b.ok(...words("config fetch.limit 1kB"));
    const { status, stderr } = await b.run("fetch");
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: expected at most 1000 bytes from .*, it has \d+\nhint: .*`rewind config fetch\.limit \d+`\n$/,
      ),
    ]);
    await b.ok(...words("config --unset fetch.limit"));
    await b.ok(...words("config fetch.checkpoints 0"));
    const thin = await fetched(b);
    expect(thin.leftOutBytes).toBeGreaterThan(0);
    expect(thin.bytes + thin.leftOutBytes).toBe(bytes);
  });

  test("origin/main is a revision everywhere", async () => {
    const { a, b } = await twoProjects();
    await b.ok("fetch");
    const state = (await a.ok(...words("get main@50%"))).stdout;
    expect((await b.ok(...words("get origin/main@50%"))).stdout).toBe(state);
    await b.ok(...words("branch mine origin/main@50% --param p=0.1"));
    expect((await b.run(...words("diff origin/main mine"))).status).toBe(3);
    expect((await b.ok(...words("log origin/main"))).stdout).toContain("origin/main");
    expect((await b.ok(...words("show origin/main"))).stdout).toContain("1,000");
    expect((await b.ok(...words("verify origin/main --full"))).status).toBe(0);
    expect((await b.ok(...words("find origin/main step===3"))).stdout).toContain("step 3");
  });

  test("thin leaves checkpoints out, --full brings them later", async () => {
    const { b } = await twoProjects();
    const thin = await b.ok("fetch", "--thin");
    expect(thin.stdout).toMatch(/; [\d.]+ kB of checkpoints stay there\n$/);
    expect((await b.ok(...words("get origin/main@777"))).stdout).not.toBe("");
    const full = await fetched(b, "--full");
    expect(full.objects).toBeGreaterThan(10);
    expect(full.leftOutBytes).toBe(0);
    expect((await fetched(b, "--full")).objects).toBe(0);
  });

  test("--full and --thin are not both", async () => {
    const { a, b } = await twoProjects();
    const url = (await a.ok(...words("remote --json"))).json.remotes[0].url;
    for (const line of ["fetch --full --thin", `clone ${url} new --full --thin`]) {
      const { status, stderr } = await b.run(...words(line));
      expect([status, stderr]).toEqual([
        ...[2, expect.stringContaining("expected --full or --thin, got both")],
      ]);
    }
  });

  test("receives a tag by its name, which cannot be pulled", async () => {
    const { a, b } = await twoProjects();
    await a.ok(...words("branch fix main@900 --param p=0.4"));
    await a.ok(...words("tag v1 fix"));
    await a.ok(...words("push origin v1"));
    const { refs } = await fetched(b, "origin", "v1");
    expect(refs).toMatchObject([{ name: "tags/v1", outcome: "new" }]);
    expect((await b.ok(...words("get v1@5"))).stdout).not.toBe("");
    const { status, stderr } = await b.run(...words("pull origin v1"));
    expect([status, stderr]).toEqual([
      ...[1, expect.stringContaining("origin has no branch v1: that is a tag")],
    ]);
  });

  test("a folder that is gone is not taken for an empty one: it may be on a mount", async () => {
    const { a } = await twoProjects();
    const lab = path.join(await temporaryFolder(), "lab");
    await a.ok("remote", "add", "lab", lab);
    await a.ok(...words("push lab"));
    for (const make of [() => undefined, () => void mkdirSync(lab)]) {
      rmSync(lab, { recursive: true, force: true });
      make();
      for (const line of ["push lab", "fetch lab", "push lab --check", "log --remote lab"]) {
        const { status, stderr } = await a.run(...words(line));
        expect([line, status, stderr]).toEqual([
          ...[
            line,
            1,
            expect.stringMatching(
              / is gone or empty, and had runs when .*\nhint: if it is on a mount/,
            ),
          ],
        ]);
      }
    }
    await a.ok(...words("remote remove lab"));
    await a.ok("remote", "add", "lab", lab);
    expect((await a.ok(...words("push lab"))).stdout).toContain("pushed main (new) to lab");
  });

  test("--dry-run says the same, and receives nothing", async () => {
    const { b } = await twoProjects();
    const before = await b.storeDigest();
    expect((await b.ok("fetch", "--dry-run")).stdout).toContain("would fetch origin/main (new)");
    const planned = await fetched(b, "--dry-run");
    expect(await b.storeDigest()).toBe(before);
    expect(await fetched(b)).toEqual(planned);
  });

  test("tags come too, and one of another run here stays", async () => {
    const { a, b } = await twoProjects();
    await a.ok(...words("tag v1 main -m first"));
    await a.ok(...words("tag v2 main"));
    await a.ok(...words("push --tags"));
    await b.ok("fetch", "origin", "main");
    await b.ok(...words("branch own origin/main@10 --param p=0.1"));
    await b.ok(...words("tag v2 own"));
    const own = (await b.ok(...words("show v2 --json"))).json.run;
    const { stderr } = await b.ok("fetch");
    expect(stderr).toContain("v2 names another run here, and stays as it is");
    expect((await b.ok(...words("show v2 --json"))).json.run).toBe(own);
    expect((await b.ok(...words("tag --json"))).json.tags).toMatchObject([
      { name: "v1", message: "first" },
      { name: "v2" },
    ]);
  });

  test("in a Git clone without a store it makes one at the top, and Git notices nothing", async () => {
    const { bare, project } = await gitProjects();
    await project.ok("push");
    const root = await temporaryFolder();
    git(root, "clone", "--quiet", bare, "model");
    const clone = path.join(root, "model");
    const before = gitView(clone);
    const other = projectAt(clone);
    await other.write("deep/er/x", "");
    const { stdout, stderr } = await projectAt(path.join(clone, "deep/er")).ok("fetch");
    expect(stdout).toContain("fetched origin/main (new)");
    expect(stderr).toContain("created a store, .rewind/, at the top of this Git repository");
    expect((await other.ok(...words("get origin/main@3"))).stdout).not.toBe("");
    rmSync(path.join(clone, "deep"), { recursive: true });
    expect(gitView(clone)).toBe(before);
  });

  test("outside of Git and of a store it says so", async () => {
    const { status, stderr } = await projectAt(await temporaryFolder()).run("fetch");
    expect([status, stderr]).toEqual([1, expect.stringContaining("error: ")]);
  });

  test("branches that somebody removed there stay here, with a hint", async () => {
    const { bare, project } = await gitProjects();
    await project.ok("push");
    await project.ok("fetch");
    git(bare, "update-ref", "-d", "refs/rewind/heads/main");
    const { stderr } = await project.ok("fetch");
    expect(stderr).toContain("origin no longer has origin/main; what it named stays here");
    expect((await project.ok(...words("get origin/main@3"))).stdout).not.toBe("");
    expect((await project.ok("push")).stdout).toContain("pushed main (new) to origin");
  });
});
