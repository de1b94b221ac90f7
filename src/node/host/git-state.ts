import { existsSync, statSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/** The commit that a folder's Git repository stands at, and whether files differ from it. */
export interface GitState {
  readonly commit: string;
  /** Left out where that cannot be told without running a program that the repository names. */
  readonly dirty?: boolean;
}

/**
 * The Git state of the folder `root`, `.rewind/` left out; undefined where there is no repository,
 * no commit, no Git, or no answer within two seconds. Runs nothing that the repository's own settings
 * name. Never throws.
 *
 * @example
 * ```ts
 * await gitState("."); // { commit: "8f1c…", dirty: false }
 * ```
 */
export async function gitState(root: string): Promise<GitState | undefined> {
  const program = isInRepository(root) ? gitProgram() : undefined;
  if (program === undefined) return undefined;
  const git = (...values: string[]): Promise<string | undefined> => runGit(program, root, values);
  const commit = (await git("rev-parse", "--verify", "--quiet", "HEAD"))?.trim();
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  if (!(await filtersAreTheUsers(git))) return { commit };
  const changes = await git(
    "status",
    "--porcelain=v2",
    "--untracked-files=normal",
    // To look into a submodule is to start a Git that obeys the submodule's settings.
    "--ignore-submodules=all",
    "--",
    ":(top)",
    ":(top,exclude,glob)**/.rewind/**",
  );
  return { commit, ...(changes !== undefined && { dirty: changes !== "" }) };
}

/**
 * Whether the repository's own settings name no program that a file passes through before it is
 * compared: no filter, and nothing that the user's filter for large files would run. Which filter a file
 * passes through the repository chooses; of those that the user has set up that is what they are for.
 */
async function filtersAreTheUsers(
  git: (...values: string[]) => Promise<string | undefined>,
): Promise<boolean> {
  const settings = await git("config", "--show-scope", "--name-only", "--null", "--list");
  if (settings === undefined) return false;
  const fields = settings.split("\0"); // scope and name take turns
  return !fields.some((name, i) => i % 2 === 1 && isOfRepository(fields[i - 1]) && RUNS.test(name));
}

/** The settings that name what a file passes through. */
const RUNS = /^(filter|lfs\.extension)\./i;

/** A scope that this version does not know counts as the repository's. */
function isOfRepository(scope: string | undefined): boolean {
  return !/^(system|global|command)$/.test(String(scope));
}

/** Whether there is a `.git` here or above: asking saves starting Git where there is none. */
function isInRepository(folder: string): boolean {
  if (existsSync(path.join(folder, ".git"))) return true;
  const above = path.dirname(folder);
  return above !== folder && isInRepository(above);
}

/** Git, in an absolute folder of PATH: a system may look in the current folder first, or PATH may name it. */
function gitProgram(): string | undefined {
  const name = process.platform === "win32" ? "git.exe" : "git";
  return (process.env.PATH ?? process.env.Path ?? "")
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** What no setting of the repository may change: these win over it. */
const SETTINGS = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  // A folder of the project can look like a repository, settings and all.
  "safe.bareRepository=explicit",
].flatMap((setting) => ["-c", setting]);

/** What `git` prints, or undefined where it fails for whatever reason. */
async function runGit(
  program: string,
  root: string,
  values: readonly string[],
): Promise<string | undefined> {
  // Only here: it takes 7 ms to load, and only recordings look at Git.
  const { execFile } = await import("node:child_process");
  // Within a Git hook these name the hook's repository, which need not be the one of `root`.
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...environment } = process.env;
  const env = {
    ...environment,
    // No lock on the index, and so no hook that is told of a new one.
    GIT_OPTIONAL_LOCKS: "0",
    // An object that is missing stays so: to fetch it is to run what the remote's settings name.
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
