import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, rmSync, utimesSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { gitState } from "../../../src/node/host/git-state.ts";
import { project, put } from "../../support/project-folder.ts";

test("the Git state: commit, clean or dirty, .rewind/ left out", async () => {
  const root = await project({ "a.txt": "1", "sub/b.txt": "2" });
  const git = gitIn(root);
  expect(await gitState(root)).toBeUndefined();
  git("init");
  expect(await gitState(root)).toBeUndefined();
  git("add", ".");
  git("commit", "-m", "first");
  const commit = git("rev-parse", "HEAD").trim();
  expect(await gitState(root)).toEqual({ commit, dirty: false });
  expect(await gitState(join(root, "sub"))).toEqual({ commit, dirty: false });
  await put(root, ".rewind/HEAD", "x");
  await put(root, "sub/.rewind/HEAD", "x");
  expect(await gitState(root)).toEqual({ commit, dirty: false });
  await put(root, "new.txt", "3");
  expect(await gitState(join(root, "sub"))).toEqual({ commit, dirty: true });
  execFileSync("rm", [join(root, "new.txt")]);
  await put(root, "a.txt", "4");
  expect(await gitState(root)).toEqual({ commit, dirty: true });
});

test("the remote's host and path: those of origin, or of the only remote", async () => {
  const { root, git } = await repository();
  const remote = async (): Promise<string | undefined> => (await gitState(root))?.remote;
  expect(await remote()).toBeUndefined();
  git("remote", "add", "lab", "https://me:secret@lab.org:8443/team/model.git");
  expect(await remote()).toBe("lab.org/team/model");
  git("remote", "add", "other", "git@other.org:team/model");
  expect(await remote()).toBeUndefined();
  git("remote", "add", "origin", "git@github.com:team/model.git");
  expect(await remote()).toBe("github.com/team/model");
  git("remote", "set-url", "origin", root);
  expect(await remote()).toBeUndefined();
  git("config", "remote.origin.url", "gh:model");
  git("config", "url.https://token@github.com/team/.insteadOf", "gh:");
  expect(await remote()).toBe("github.com/team/model");
});

test("without a folder, or without Git, there is no Git state", async () => {
  expect(await gitState(join(await project({}), "gone"))).toBeUndefined();
  vi.stubEnv("PATH", "");
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(await gitState(await project({}))).toBeUndefined();
});

/** Runs Git in a folder, and obeys the repository's settings. */
function gitIn(cwd: string): (...values: string[]) => string {
  const who = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always"];
  return (...values) =>
    execFileSync("git", [...who, ...values], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
}

/** A repository with one commit, and the marker file that its settings would make. */
interface Repository {
  readonly root: string;
  readonly mark: string;
  git(...values: string[]): string;
  /** Gives a file another time, so that Git must compare it. */
  touch(): void;
}

async function repository(): Promise<Repository> {
  const top = await project({ "repo/a.txt": "1", "repo/sub/b.txt": "2" });
  const root = join(top, "repo");
  const git = gitIn(root);
  git("init");
  git("add", ".");
  git("commit", "-m", "first");
  let seconds = 1_000_000_000;
  const touch = (): void => utimesSync(join(root, "a.txt"), ++seconds, seconds);
  return { root, mark: join(top, "mark"), git, touch };
}

/** Ways in which a repository makes a plain `git status` run something. */
const HOSTILE: Readonly<Record<string, (it: Repository) => Promise<void> | void>> = {
  "a file system monitor": ({ git, mark }) =>
    void git("config", "core.fsmonitor", `touch ${mark}; false`),
  "one that an included file names": async ({ root, git, mark }) => {
    await put(root, ".git/more", `[core]\n\tfsmonitor = "touch ${mark}; false"\n`);
    git("config", "include.path", "more");
  },
  "a hook": ({ root, mark }) => hook(root, ".git/hooks", mark),
  "a hook in a folder of the project": async ({ root, git, mark }) => {
    await hook(root, "hooks", mark);
    git("config", "core.hooksPath", "hooks");
  },
  "a clean filter": async ({ root, git, mark }) => {
    await put(root, ".gitattributes", "* filter=x\n");
    git("config", "filter.x.clean", `touch ${mark}; cat`);
  },
  "a filter process": async ({ root, git, mark }) => {
    await put(root, ".git/info/attributes", "* filter=x\n");
    git("config", "filter.x.process", `touch ${mark}`);
  },
  "a filter that an included file names": async ({ root, git, mark }) => {
    await put(root, ".gitattributes", "* filter=x\n");
    await put(root, ".git/more", `[filter "x"]\n\tclean = "touch ${mark}; cat"\n`);
    git("config", "includeIf.gitdir:**.path", "more");
  },
  "a filter of the work tree's settings": async ({ root, git, mark }) => {
    await put(root, ".gitattributes", "* filter=x\n");
    git("config", "extensions.worktreeConfig", "true");
    git("config", "--worktree", "filter.x.clean", `touch ${mark}; cat`);
  },
  "the settings of a submodule": async ({ root, git, mark }) => {
    const other = await repository();
    git("submodule", "add", other.root, "inner");
    git("commit", "-m", "with a submodule");
    gitIn(join(root, "inner"))("config", "core.fsmonitor", `touch ${mark}; false`);
  },
  "a remote that has what is missing": ({ root, git, mark }) => {
    git("config", "core.repositoryFormatVersion", "1");
    git("config", "extensions.partialClone", "origin");
    git("config", "remote.origin.promisor", "true");
    git("config", "remote.origin.url", root);
    git("config", "remote.origin.uploadpack", `touch ${mark}; false`);
    loseTree(root, git);
  },
  "a remote that is a program": ({ root, git, mark }) => {
    git("config", "core.repositoryFormatVersion", "1");
    git("config", "extensions.partialClone", "origin");
    git("config", "remote.origin.promisor", "true");
    git("config", "remote.origin.url", `ext::touch ${mark}`);
    git("config", "protocol.ext.allow", "always");
    loseTree(root, git);
  },
};

async function hook(root: string, folder: string, mark: string): Promise<void> {
  const name = join(folder, "post-index-change");
  await put(root, name, `#!/bin/sh\ntouch ${mark}\n`);
  chmodSync(join(root, name), 0o755);
}

function loseTree(root: string, git: Repository["git"]): void {
  const tree = git("rev-parse", "HEAD^{tree}").trim();
  rmSync(join(root, ".git/objects", tree.slice(0, 2), tree.slice(2)));
}

describe.skipIf(process.platform === "win32")("a repository that has Git run", () => {
  test.each(Object.keys(HOSTILE))("%s: nothing is run, and the commit is noted", async (name) => {
    const it = await repository();
    await HOSTILE[name]?.(it);
    const commit = it.git("rev-parse", "HEAD").trim();
    rmSync(it.mark, { force: true });
    it.touch();
    expect(await gitState(it.root)).toMatchObject({ commit });
    expect(existsSync(it.mark)).toBe(false);
    // The test can fail: plain Git runs it.
    it.touch();
    try {
      it.git("status");
    } catch {
      // The program may have failed; it only has to have run.
    }
    expect(existsSync(it.mark)).toBe(true);
  });

  test("what the user's own filter for large files would run", async () => {
    const { root, git } = await repository();
    const commit = git("rev-parse", "HEAD").trim();
    git("config", "lfs.repositoryFormatVersion", "0");
    expect(await gitState(root)).toEqual({ commit, dirty: false });
    git("config", "lfs.extension.x.clean", "touch P");
    expect(await gitState(root)).toEqual({ commit });
  });

  test("a Git of its own: in the current folder, or in a folder that PATH names by a relative path", async () => {
    const { root, mark, git } = await repository();
    const commit = git("rev-parse", "HEAD").trim();
    await put(root, "git", `#!/bin/sh\ntouch ${mark}\n`);
    chmodSync(join(root, "git"), 0o755);
    const before = process.cwd();
    process.chdir(root);
    vi.stubEnv("PATH", [".", "", process.env.PATH].join(delimiter));
    onTestFinished(() => {
      vi.unstubAllEnvs();
      process.chdir(before);
    });
    expect(await gitState(".")).toEqual({ commit, dirty: true });
    expect(existsSync(mark)).toBe(false);
  });

  test("a folder of the project that looks like a repository is ignored", async () => {
    const { root, git } = await repository();
    const bare = join(root, "sub");
    cpSync(join(root, ".git"), bare, { recursive: true });
    gitIn(bare)("config", "core.bare", "true");
    expect(git("-C", "sub", "rev-parse", "--is-bare-repository").trim()).toBe("true");
    expect(await gitState(bare)).toBeUndefined();
  });
});
