import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { programOnPath } from "./program-on-path.ts";
import { repositoryPlace } from "./repository-place.ts";

/** The current commit of a folder's Git repository, and whether files differ from it. */
export interface GitState {
  readonly commit: string;
  /** Left out if finding out would mean running a program that the repository names. */
  readonly dirty?: boolean;
  /** The host and the path of `origin`, or of the only remote; left out if neither is clear. */
  readonly remote?: string;
}

type Git = (...values: string[]) => Promise<string | undefined>;

/**
 * The Git state of the folder `root`, ignoring `.rewind/`; undefined without a repository, a
 * commit, Git, or an answer within two seconds. Runs nothing that the repository's own settings
 * name. Never throws.
 *
 * @example
 * ```ts
 * await gitState("."); // { commit: "8f1c…", dirty: false, remote: "github.com/team/model" }
 * ```
 */
export async function gitState(root: string): Promise<GitState | undefined> {
  // Without a repository, there is no need to start Git.
  const program = gitRoot(root) === undefined ? undefined : programOnPath("git");
  if (program === undefined) return undefined;
  const git: Git = (...values) => runGit(program, root, values);
  const commit = (await git("rev-parse", "--verify", "--quiet", "HEAD"))?.trim();
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const [dirty, remote] = [await hasChanges(git), await remotePlace(git)];
  return { commit, ...(dirty !== undefined && { dirty }), ...(remote !== undefined && { remote }) };
}

/** Whether files differ from the commit; undefined if Git does not say. */
async function hasChanges(git: Git): Promise<boolean | undefined> {
  if (!(await filtersAreTheUsers(git))) return undefined;
  const changes = await git(
    "status",
    "--porcelain=v2",
    "--untracked-files=normal",
    // Looking into a submodule would start a Git that obeys the submodule's settings.
    "--ignore-submodules=all",
    "--",
    ":(top)",
    ":(top,exclude,glob)**/.rewind/**",
  );
  return changes === undefined ? undefined : changes !== "";
}

/** Where the repository's `origin` is, or its only remote. */
async function remotePlace(git: Git): Promise<string | undefined> {
  const names = (await git("remote"))?.split("\n").filter((name) => name !== "") ?? [];
  const name = names.includes("origin") || names.length !== 1 ? "origin" : (names[0] as string);
  const url = names.includes(name) ? await git("remote", "get-url", "--", name) : undefined;
  return url === undefined ? undefined : repositoryPlace(url.replace(/\r?\n$/, ""));
}

/**
 * Whether comparing files runs no program that the repository's own settings name: no filter, and
 * nothing that the user's filter for large files would run. The repository may choose among the
 * filters that the user has set up: that is their purpose.
 */
async function filtersAreTheUsers(git: Git): Promise<boolean> {
  const settings = await git("config", "--show-scope", "--name-only", "--null", "--list");
  if (settings === undefined) return false;
  const fields = settings.split("\0"); // scope and name alternate
  return !fields.some((name, i) => i % 2 === 1 && isOfRepository(fields[i - 1]) && RUNS.test(name));
}

/** The settings that name the filters of files. */
const RUNS = /^(filter|lfs\.extension)\./i;

/** A scope that this version does not know counts as the repository's. */
function isOfRepository(scope: string | undefined): boolean {
  return !/^(system|global|command)$/.test(String(scope));
}

/**
 * The folder of the Git repository that a folder belongs to: the nearest with a `.git`. Git itself
 * is not asked, because the settings of a stranger's repository may name any folder.
 */
export function gitRoot(folder: string): string | undefined {
  if (existsSync(path.join(folder, ".git"))) return folder;
  const above = path.dirname(folder);
  return above === folder ? undefined : gitRoot(above);
}

/** Settings that override those of the repository. */
const SETTINGS = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  // A folder of the project may look like a repository, with settings.
  "safe.bareRepository=explicit",
].flatMap((setting) => ["-c", setting]);

/** What `git` prints in a folder, or undefined if it fails. Runs nothing that the repository names. */
export async function runGit(
  program: string,
  root: string,
  values: readonly string[],
): Promise<string | undefined> {
  // Imported here because it takes 7 ms to load, and only recordings need Git.
  const { execFile } = await import("node:child_process");
  // In a Git hook these name the hook's repository, which may not be that of `root`.
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...environment } = process.env;
  const env = {
    ...environment,
    // No lock on the index, so that Git does not rewrite it and run a hook.
    GIT_OPTIONAL_LOCKS: "0",
    // Missing objects are not fetched: that would run programs that the remote's settings name.
    ...{ GIT_NO_LAZY_FETCH: "1", GIT_ALLOW_PROTOCOL: "", GIT_TERMINAL_PROMPT: "0" },
  };
  const limits = { timeout: 2000, killSignal: "SIGKILL", maxBuffer: 16 * 1024 * 1024 } as const;
  return new Promise((resolve) => {
    try {
      execFile(
        program,
        ["-C", root, ...SETTINGS, ...values],
        { env, ...limits, windowsHide: true },
        (error, output) => resolve(error === null ? output : undefined),
      );
    } catch {
      resolve(undefined);
    }
  });
}
