import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Project, projectAt, temporaryFolder } from "../support/run-cli.ts";
import { git, gitProjects, twoProjects, words } from "../support/shared-projects.ts";

/** Every command that speaks to a remote. */
const LINES = [
  ...["remote", "remote show origin", "fetch", "fetch --dry-run", "pull origin main"],
  ...["push", "push --dry-run", "push --check", "hydrate --from-remote origin"],
];

/** A clone of a project with runs, in whose store a stranger has put files. */
async function cloneWith(
  plant: (remotes: string, mark: string) => void,
): Promise<{ readonly clone: Project; readonly bare: string; readonly mark: string }> {
  const { bare, project } = await gitProjects();
  const mark = path.join(await temporaryFolder(), "ran");
  await project.ok("push");
  writeFileSync(path.join(project.root, ".gitignore"), "");
  const remotes = path.join(project.root, ".rewind/local/remotes");
  mkdirSync(remotes, { recursive: true });
  plant(remotes, mark);
  git(project.root, "add", "--force", "--all");
  git(project.root, "commit", "--quiet", "-m", "the store");
  git(project.root, "push", "--quiet", "origin", "HEAD:main");
  const root = await temporaryFolder();
  git(root, "clone", "--quiet", bare, "clone");
  return { clone: projectAt(path.join(root, "clone")), bare, mark };
}

/** Files of a bare repository whose settings run a program. */
function hostileRepository(folder: string, mark: string): void {
  for (const name of ["objects", "refs"]) {
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, "keep"), "");
  }
  writeFileSync(path.join(folder, "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(
    path.join(folder, "config"),
    `[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tsshCommand = touch ${mark};\n` +
      `[url "ssh://nobody.invalid/"]\n\tinsteadOf = file://\n\tinsteadOf = /\n`,
  );
}

describe("what a clone has in .rewind/local/remotes", () => {
  test.each([
    ["a repository for Git", (to: string, mark: string) => hostileRepository(to, mark)],
    [
      "a repository that is elsewhere",
      (to: string, mark: string) => {
        hostileRepository(path.join(to, "../common"), mark);
        mkdirSync(to, { recursive: true });
        writeFileSync(path.join(to, "HEAD"), "ref: refs/heads/main\n");
        writeFileSync(path.join(to, "commondir"), "../common\n");
      },
    ],
  ])("%s runs nothing", async (_, plant) => {
    const { clone, mark } = await cloneWith((remotes, mark) =>
      plant(path.join(remotes, "origin/git"), mark),
    );
    for (const line of LINES) {
      await clone.run(...words(line));
      expect(existsSync(mark), line).toBe(false);
    }
  });

  test.each(["origin", "origin/git"])("a link at %s leads nowhere", async (name) => {
    const outside = await temporaryFolder();
    const { clone } = await cloneWith((remotes) => {
      const link = path.join(remotes, name);
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(outside, link);
    });
    for (const line of LINES) await clone.run(...words(line));
    expect(readdirSync(outside)).toEqual([]);
  });

  test("refs that name runs which are not there make a fetch skip nothing", async () => {
    const { a, b } = await twoProjects();
    const target = readFileSync(path.join(a.root, ".rewind/refs/heads/main"), "utf8");
    const tracking = path.join(b.root, ".rewind/refs/remotes/origin");
    mkdirSync(tracking, { recursive: true });
    writeFileSync(path.join(tracking, "main"), target);
    await b.run("fetch");
    expect((await b.ok(...words("log origin/main"))).stdout).toContain("1,000 steps");
    expect((await b.ok(...words("fetch --json"))).json.objects).toBe(0);
  });

  test("the file of one remote under the name of another is not that remote", async () => {
    const { a } = await twoProjects();
    const elsewhere = await temporaryFolder();
    await a.ok("remote", "add", "public", elsewhere);
    const remotes = path.join(a.root, ".rewind/local/remotes");
    const text = readFileSync(path.join(remotes, "public.json"));
    writeFileSync(path.join(remotes, "origin.json"), text);
    writeFileSync(path.join(remotes, "other.json"), text);
    expect((await a.ok(...words("remote --json"))).json.remotes).toEqual([
      { name: "public", url: elsewhere, git: false },
    ]);
    expect((await a.run("push")).status).toBe(1);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test("a name that no remote has is left out", async () => {
    const { a } = await twoProjects();
    writeFileSync(path.join(a.root, ".rewind/local/remotes/a b.json"), "{}");
    expect((await a.ok(...words("remote --json"))).json.remotes).toHaveLength(1);
  });
});

test("settings of a stranger's repository do not say where a store is made", async () => {
  const { bare } = await gitProjects();
  const [root, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  git(root, "clone", "--quiet", bare, "clone");
  const clone = projectAt(path.join(root, "clone"));
  git(clone.root, "config", "core.worktree", elsewhere);
  await clone.run("fetch");
  expect(readdirSync(elsewhere)).toEqual([]);
});

test("tags of a remote do not take the names of branches or of runs", async () => {
  const { a, b, url } = await twoProjects();
  await b.ok("fetch");
  const { json } = await b.ok(...words("show origin/main --json"));
  const evil = path.join(await temporaryFolder(), "evil");
  await a.ok(...words("record crowd.ts --steps 10 --seed 9 -b evil"));
  for (const name of [json.run.slice(0, 12), "lab/main", "main"]) await a.ok("tag", name, "evil");
  await a.ok("remote", "add", "evil", evil);
  await a.ok(...words("push evil evil --tags"));
  await b.ok("remote", "add", "evil", evil);
  await b.run(...words("fetch evil"));
  await b.ok("remote", "add", "lab", url);
  await b.ok(...words("fetch lab"));
  await b.ok(...words("pull lab main"));
  for (const name of [json.run.slice(0, 12), "lab/main", "main"]) {
    expect((await b.ok("show", name, "--json")).json.run, name).toBe(json.run);
  }
});

test("a branch of a remote names a run", async () => {
  const { a, b, url } = await twoProjects();
  await a.ok(...words("tag v1 main"));
  await a.ok(...words("push origin --tags"));
  const refs = path.join(url, "refs");
  writeFileSync(path.join(refs, "heads/dev~1"), readFileSync(path.join(refs, "tags/v1~1")));
  const { status, stderr } = await b.run("fetch");
  expect([status, stderr]).toEqual([1, expect.stringContaining("names a tag, expected a run")]);
});

test("a program in the current folder is not ssh", async () => {
  const { a } = await twoProjects();
  const mark = path.join(a.root, "ran");
  writeFileSync(path.join(a.root, "ssh"), `#!/bin/sh\ntouch '${mark}'\n`);
  chmodSync(path.join(a.root, "ssh"), 0o755);
  const before = process.env.PATH;
  process.env.PATH = `.:${before}`;
  try {
    await a.ok("remote", "add", "lab", "ssh://host.invalid/runs");
    expect((await a.run("fetch", "lab")).status).toBe(1);
  } finally {
    process.env.PATH = before;
  }
  expect(existsSync(mark)).toBe(false);
});

test("show --source prints all code that trust lets run", async () => {
  const { a, b } = await twoProjects();
  await a.write(
    "crowd.ts",
    `export default { name: "crowd", params: { p: 0.5 }, init: () => [],
      step: (xs) => xs.map((x) => x + 77) };`,
  );
  await a.ok(...words("branch nice main@500 --program working"));
  await a.ok(...words("push origin nice"));
  await b.ok("fetch");
  const { programs } = (await b.ok(...words("show origin/nice --source --all --json"))).json;
  const { stdout } = await b.ok(...words("show origin/nice --source --all"));
  for (const text of ["rng.random() : -1", "x + 77"]) expect(stdout).toContain(text);
  const trusted = (await b.ok(...words("trust origin/nice --json"))).json.programs;
  const ids = (list: readonly { program: string }[]): string[] => list.map((each) => each.program);
  expect(ids(programs)).toEqual(ids(trusted));
  expect(ids(trusted)).toHaveLength(2);
});
