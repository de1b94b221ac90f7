import { execFileSync, spawnSync } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { conflictIn } from "../../src/store/ref-conflict.ts";
import { emptyProject, type Project, projectAt, temporaryFolder } from "../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

const IDENTITY = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"];

function git(project: Project, ...argv: string[]): string {
  return execFileSync("git", [...IDENTITY, ...argv], {
    ...{ cwd: project.root, encoding: "utf8", stdio: "pipe" },
  });
}

/** Two clones of a project whose store is committed, with a run of 960 steps on main. */
async function twoClones(): Promise<{ readonly ours: Project; readonly theirs: Project }> {
  const ours = await emptyProject("walk.ts");
  git(ours, "init", "--quiet", "-b", "work");
  await ours.ok(...words("record walk.ts --steps 960 --seed 1 --block-size 32 -b main"));
  commit(ours);
  const root = path.join(await temporaryFolder(), "theirs");
  execFileSync("git", ["clone", "--quiet", ours.root, root]);
  const theirs = projectAt(root);
  git(ours, "remote", "add", "theirs", root);
  return { ours, theirs };
}

function commit(project: Project): void {
  git(project, "add", "--all");
  git(project, "commit", "--quiet", "-m", "runs");
}

/** Merges theirs into ours; returns the files in conflict. */
function merge({ ours }: { readonly ours: Project }, ...options: string[]): string[] {
  git(ours, "fetch", "--quiet", "theirs");
  const line = [...IDENTITY, ...options, "merge", "--quiet", "theirs/work", "-m", "both"];
  const { status } = spawnSync("git", line, { cwd: ours.root });
  const files = git(ours, "diff", "--name-only", "--diff-filter=U").split("\n").filter(Boolean);
  expect(status).toBe(files.length === 0 ? 0 : 1);
  return files;
}

async function runOf(project: Project, name: string): Promise<string> {
  return (await project.ok("show", name, "--json")).json.run;
}

describe("a store that is committed with the code", () => {
  test("merges when two people each add runs, and every command works", async () => {
    const clones = await twoClones();
    const { ours, theirs } = clones;
    for (const [project, name] of [
      [ours, "a"],
      [theirs, "b"],
    ] as const) {
      await project.ok(...words(`record walk.ts --steps 500 --seed 7 -b ${name}`));
      await project.ok(...words(`branch fork-${name} main@500 --param p=0.6`));
      await project.ok(...words(`tag v-${name} main -m of-${name}`));
      commit(project);
    }
    expect(merge(clones)).toEqual([]);
    const names = ["a", "b", "fork-a", "fork-b", "main"];
    const { branches } = (await ours.ok("branch", "--json")).json;
    expect(branches.map(({ name }: { name: string }) => name)).toEqual(names);
    for (const name of [...names, "v-a", "v-b"]) {
      await ours.ok("show", name);
      await ours.ok(...words(`verify ${name} --full --trust`));
    }
    for (const line of ["log", "tag", "diff fork-a fork-b --stat", "doctor", "get b@400"]) {
      expect([0, 3]).toContain((await ours.run(...words(line))).status);
    }
    await ours.ok(...words("save a b -o runs.replay"));
    await ours.ok(...words("extend b --by 100"));
  });

  test("holds what others need, and nothing of this machine", async () => {
    const { ours, theirs } = await twoClones();
    const files = git(ours, "ls-files", ".rewind").split("\n").filter(Boolean);
    expect(files.filter((file) => !/^\.rewind\/objects\/pack-\w+\.(pack|idx)$/.test(file))).toEqual(
      [".rewind/.gitattributes", ".rewind/.gitignore", ".rewind/config", ".rewind/refs/heads/main"],
    );
    expect(git(ours, "status", "--porcelain", "--ignored")).toBe(
      "!! .rewind/HEAD\n!! .rewind/logs/\n",
    );
    const attributes = git(ours, "check-attr", "delta", "text", "diff", "merge", "--", ...files);
    for (const file of files) {
      const isRef = file.startsWith(".rewind/refs/");
      const wanted = {
        ...{ text: "unset", delta: file.includes("/objects/") ? "unset" : "unspecified" },
        ...{ diff: isRef ? "set" : "unset", merge: isRef ? "set" : "unset" },
      };
      for (const [name, value] of Object.entries(wanted)) {
        expect(attributes).toContain(`${file}: ${name}: ${value}\n`);
      }
    }
    // No absolute path is in any file or object.
    for (const file of files) {
      const bytes = await readFile(path.join(theirs.root, file));
      expect(bytes.includes(ours.root)).toBe(false);
    }
    const repo = await openRepository(theirs.root);
    for (const id of await repo.store.objects.withPrefix("", 10_000)) {
      const body = (await repo.store.objects.get(id))?.body ?? new Uint8Array();
      expect(Buffer.from(body).includes(ours.root)).toBe(false);
    }
    await repo.close();
  });

  test.each(["copied", "cloned"])(
    "a %s store never writes into the one it came from",
    async (how) => {
      const { ours, theirs } = await twoClones();
      let copy = theirs;
      if (how === "copied") {
        copy = projectAt(path.join(await temporaryFolder(), "copy"));
        await cp(ours.root, copy.root, { recursive: true });
      }
      const before = await ours.storeDigest();
      await copy.ok(...words("record walk.ts --steps 100 --seed 3 -b new"));
      await copy.ok(...words("extend main --by 100 --trust"));
      await copy.ok(...words("branch fix main@10 --trust"));
      await copy.ok(...words("tag v1 main"));
      await copy.ok("undo");
      expect(await ours.storeDigest()).toBe(before);
    },
  );
});

describe("a branch that both sides of a merge have moved", () => {
  /** Both extend main, theirs with another param. */
  async function diverged(): Promise<{ readonly ours: Project; readonly theirs: Project }> {
    const clones = await twoClones();
    await clones.ours.ok(...words("extend main --by 320"));
    await clones.theirs.ok(...words("extend main --by 640 --param p=0.9 --trust"));
    for (const project of Object.values(clones)) commit(project);
    return clones;
  }

  test.each(["merge", "diff3", "zdiff3"])(
    "is settled by doctor, and both stay: %s",
    async (style) => {
      const clones = await diverged();
      const { ours, theirs } = clones;
      const [mine, other] = [await runOf(ours, "main"), await runOf(theirs, "main")];
      const files = merge(clones, "-c", `merge.conflictStyle=${style}`);
      expect(files).toEqual([".rewind/refs/heads/main"]);
      const text = await readFile(path.join(ours.root, ".rewind/refs/heads/main"), "utf8");
      expect(conflictIn(text)).toEqual({ ours: mine, theirs: other });

      for (const line of [
        "get main@5",
        "show main",
        "log main",
        "extend main --by 1",
        "diff main HEAD",
        "undo",
      ]) {
        const { status, stderr } = await ours.run(...words(line));
        expect([line, status]).toEqual([line, 4]);
        expect(stderr).toMatch(
          /^error: refs\/heads\/main: Git could not merge it, because both sides have changed it: ours is [0-9a-f]{12}, theirs [0-9a-f]{12}\nhint: `rewind doctor --settle` keeps both/,
        );
      }
      expect((await ours.run("branch")).stderr).toContain("Git could not merge it");
      const { status, stdout: told } = await ours.run("doctor");
      expect([status, told]).toEqual([
        1,
        expect.stringMatching(/main is in conflict after a merge by Git.*`rewind doctor --settle`/),
      ]);
      const { stdout } = await ours.ok("doctor", "--settle");
      expect(stdout).toContain(
        "as ours; theirs is main-theirs\nnow let Git know: `git add .rewind`",
      );
      expect([await runOf(ours, "main"), await runOf(ours, "main-theirs")]).toEqual([mine, other]);
      for (const name of ["main", "main-theirs"]) {
        await ours.ok(...words(`verify ${name} --full --trust`));
      }
      expect((await ours.ok("doctor", "--settle")).stdout).toContain("nothing is in conflict");
      commit(ours);
      expect(git(ours, "status", "--porcelain")).toBe("");
    },
  );

  test("with -X ours Git itself decides", async () => {
    const clones = await diverged();
    const mine = await runOf(clones.ours, "main");
    git(clones.ours, "fetch", "--quiet", "theirs");
    git(clones.ours, "merge", "--quiet", "-X", "ours", "theirs/work", "-m", "ours");
    expect(await runOf(clones.ours, "main")).toBe(mine);
    await clones.ours.ok(...words("verify main --full"));
  });

  test("keeps ours of two recordings of the same steps", async () => {
    const clones = await twoClones();
    const { ours, theirs } = clones;
    for (const project of [ours, theirs]) {
      await project.ok(...words("extend main --by 13 --trust"));
      commit(project);
    }
    const mine = await runOf(ours, "main");
    expect(mine).not.toBe(await runOf(theirs, "main"));
    expect(merge(clones)).toEqual([".rewind/refs/heads/main"]);
    const { json } = await ours.ok("doctor", "--settle", "--json");
    expect(json.settled).toEqual([{ ref: "refs/heads/main", target: mine, other: null }]);
  });

  test("moves forward if one has all of the other's steps", async () => {
    const clones = await twoClones();
    const { ours, theirs } = clones;
    await ours.ok(...words("extend main --by 320"));
    await theirs.ok(...words("extend main --by 640 --trust"));
    for (const project of [ours, theirs]) commit(project);
    const longer = await runOf(theirs, "main");
    expect(merge(clones)).toEqual([".rewind/refs/heads/main"]);
    const { json } = await ours.ok("doctor", "--settle", "--json");
    expect(json.settled).toEqual([{ ref: "refs/heads/main", target: longer, other: null }]);
    expect(await runOf(ours, "main")).toBe(longer);
    expect((await ours.ok("branch", "--json")).json.branches).toHaveLength(1);
  });

  test("theirs gets a free name, and a lost run is an error that changes nothing", async () => {
    const { ours } = await twoClones();
    await ours.ok(...words("branch main-theirs main@5"));
    await ours.ok(...words("branch other main@9 --param p=0.9"));
    const [mine, other] = [await runOf(ours, "main"), await runOf(ours, "other")];
    const file = path.join(ours.root, ".rewind/refs/heads/main");
    const conflict = (a: string, b: string) =>
      `<<<<<<< HEAD\n${a}\n=======\n${b}\n>>>>>>> theirs/work\n`;
    await writeFile(file, conflict(mine, "5".repeat(64)));
    const lost = await ours.run("doctor", "--settle");
    expect([lost.status, lost.stderr]).toEqual([4, expect.stringContaining("is not in the store")]);
    expect(await readFile(file, "utf8")).toBe(conflict(mine, "5".repeat(64)));
    await writeFile(file, conflict(mine, other));
    const { json } = await ours.ok("doctor", "--settle", "--json");
    expect(json.settled[0]).toMatchObject({ target: mine, other: "refs/heads/main-theirs-2" });
    expect(await runOf(ours, "main-theirs-2")).toBe(other);
  });
});

describe("the text of a conflict", () => {
  const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(64));
  const text = `<<<<<<< HEAD\n${a}\n||||||| base\n${c}\n=======\n${b}\n>>>>>>> x`;

  test("is exactly two ids between Git's markers", () => {
    expect(conflictIn(text)).toEqual({ ours: a, theirs: b });
    expect(conflictIn(text.replace(`||||||| base\n${c}\n`, ""))).toEqual({ ours: a, theirs: b });
  });

  test.each([
    ["an id alone", a],
    ["a third id", text.replace("=======", `${c}\n=======`)],
    ["a short id", text.replace(`${b}`, "b".repeat(63))],
    ["capitals", text.replace(`${b}`, "B".repeat(64))],
    ["no id", text.replace(`${b}\n`, "")],
    ["something after it", `${text}\nmore`],
    ["something before it", `more\n${text}`],
    ["other markers", text.replaceAll("=======", "======")],
    ["other line ends", text.replaceAll("\n", "\r\n")],
    ["two of them", `${text}\n${text}`],
  ])("is not %s", (_, other) => {
    expect(conflictIn(String(other))).toBeUndefined();
  });
});
