import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");
const runOf = async (project: Project, revision: string): Promise<string> =>
  (await project.ok("show", revision, "--json")).json.run;

describe("tag", () => {
  test("names a run for good, whatever happens to its branch", async () => {
    const project = await walkProject();
    const first = await runOf(project, "main");
    const { json } = await project.ok("tag", "v1", "main", "-m", "as in\nthe paper", "--json");
    expect(json).toEqual({ tag: "v1", run: first, was: null });
    await project.ok(...words("extend main --by 10"));
    await project.ok(...words("reset main@5"));
    expect(await runOf(project, "v1")).toBe(first);
    expect((await project.ok(...words("get v1@1000 --json"))).json).toMatchObject({ run: first });
    expect((await project.ok(...words("log --all"))).stdout).toContain("v1");
  });

  test("lists names, runs, times and messages", async () => {
    const project = await walkProject();
    expect((await project.ok("tag")).stdout).toBe("no tags yet\n");
    await project.ok("tag", "v1", "-m", "as in\nthe paper");
    await project.ok(...words("branch fork main@500"));
    await project.ok(...words("tag a/b fork"));
    const [main, fork] = [await runOf(project, "main"), await runOf(project, "fork")];
    const { tags } = (await project.ok(...words("tag --json"))).json;
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(tags).toEqual([
      { name: "a/b", run: fork, message: "", time },
      { name: "v1", run: main, message: "as in\nthe paper", time },
    ]);
    expect((await project.ok("tag")).stdout).toBe(
      `a/b  ${fork.slice(0, 12)}  ${tags[0].time}\n` +
        `v1   ${main.slice(0, 12)}  ${tags[1].time}  as in the paper\n`,
    );
  });

  test("is moved only by --force, and deleted by -d; undo takes both back", async () => {
    const project = await walkProject();
    await project.ok(...words("tag v1"));
    const first = await runOf(project, "v1");
    await project.ok(...words("extend main --by 10"));
    const second = await runOf(project, "main");
    const refused = await project.run(...words("tag v1 main"));
    expect([refused.status, refused.stderr]).toEqual([
      1,
      "error: the tag v1 exists already\nhint: move it with --force, or look at it with `rewind show v1`\n",
    ]);
    expect((await project.ok(...words("tag -f v1 main"))).stdout).toBe(
      `v1 now names ${second.slice(0, 12)}, no longer ${first.slice(0, 12)}\n`,
    );
    expect(await runOf(project, "v1")).toBe(second);
    expect((await project.ok(...words("tag -d v1"))).stdout).toBe(
      `deleted the tag v1; its run stays in the store, ${second.slice(0, 12)}\n`,
    );
    expect((await project.run(...words("show v1"))).status).toBe(1);
    expect((await project.ok("undo")).stdout).toMatch(
      new RegExp(`^undone: tag -d v1 \\(\\S+\\)\n {2}tags/v1 {2}none → ${second.slice(0, 12)}\n`),
    );
    expect(await runOf(project, "v1")).toBe(second);
    await project.ok("undo");
    expect(await runOf(project, "v1")).toBe(first);
  });

  test("beside a branch of the same name, says how to distinguish the two", async () => {
    const project = await walkProject();
    await project.ok(...words("branch fork main@500"));
    const { stderr } = await project.ok(...words("tag fork main"));
    expect(stderr).toBe(
      "note: there is a branch fork too: fork names the branch, tags/fork the tag\n",
    );
    expect(await runOf(project, "tags/fork")).toBe(await runOf(project, "main"));
    expect(await runOf(project, "fork")).not.toBe(await runOf(project, "main"));
  });

  test.each([
    [
      "tag v2 main@500",
      2,
      "error: expected a run, got one of its steps, main@500: a tag names a run; write v2@STEP for one of its steps\n",
    ],
    ["tag v2 mian", 1, 'error: expected the name of a run, got "mian"\nhint: did you mean main?'],
    [
      "tag V1",
      1,
      "cannot exist beside refs/tags/v1: they differ only in case\nhint: choose another",
    ],
    ["tag v1/x", 1, "cannot exist beside refs/tags/v1: one would be a folder of the other"],
    ["tag a..b", 2, "it has two dots in a row"],
    ["tag -d", 2, "error: expected the name of a tag with --delete\nhint: "],
    ["tag --force", 2, "error: expected the name of a tag with --force\n"],
    ["tag -m text", 2, "error: expected the name of a tag with --message\n"],
    ["tag -d v1 main", 2, "error: expected one name: rewind tag -d NAME\n"],
    ["tag -d v2", 1, "error: there is no tag v2\nhint: did you mean v1?\n"],
    [
      "tag -d nothing-like-it",
      1,
      "error: there is no tag nothing-like-it\nhint: `rewind tag` lists",
    ],
  ])("%s is refused, and nothing changes", async (line, status, message) => {
    const project = await walkProject();
    await project.ok(...words("tag v1"));
    const before = await project.storeDigest();
    const result = await project.run(...words(line));
    expect([result.status, result.stdout]).toEqual([status, ""]);
    expect(result.stderr).toContain(message);
    expect(await project.storeDigest()).toBe(before);
  });

  test("without a run is refused", async () => {
    const result = await (await emptyProject()).run("tag", "v1");
    expect([result.status, result.stderr]).toEqual([
      1,
      "error: HEAD names the branch main, which has no run yet\n" +
        "hint: nothing is recorded yet: `rewind record <module> --steps N`\n",
    ]);
  });
});
