import { isRewindError } from "../base/errors.ts";
import type { OptionKinds } from "../base/options.ts";
import type { Branch, Branches } from "../history/branches.ts";
import type { Environment } from "../replay/environment.ts";
import { onlyRun, openArtifactIn, openRun, unpackInto } from "../replay/run/open-run.ts";
import type { Run } from "../replay/run/run.ts";
import type { SavedRun } from "../store/artifact-contents.ts";

/** How a `.replay` file is loaded. */
export interface LoadOptions {
  /** The new branch of the run, if the file has one. */
  readonly branch?: string | undefined;
  /** Whether each run gets branches with the names under which it was saved, as far as they are free. */
  readonly branches?: boolean | undefined;
}

/** What those may be. */
export const LOAD_OPTIONS: OptionKinds<LoadOptions> = { branch: "text", branches: "flag" };

/** A run that was loaded. */
export interface LoadedRun<S = unknown, P extends object = Record<string, unknown>> {
  readonly run: Run<S, P>;
  /** The names under which it was saved. */
  readonly names: readonly string[];
  /** The new branches that name it. */
  readonly branches: readonly string[];
  /** The names that were to become branches and are taken here by other runs. */
  readonly taken: readonly string[];
}

/** Loads the bytes of a `.replay` file. All branches are made in one operation. */
export async function loadFile(
  env: Environment,
  branches: Branches,
  bytes: Uint8Array,
  options: LoadOptions,
): Promise<readonly LoadedRun[]> {
  const { branch } = options;
  const artifact = openArtifactIn(env, bytes);
  if (branch !== undefined) {
    onlyRun(artifact.contents);
    await branches.checkFree(branch);
  }
  const { runs } = artifact.contents;
  await unpackInto(env, artifact);
  const wanted = runs.flatMap(({ run, names }) => names.map((name) => ({ name, run })));
  const made =
    branch !== undefined
      ? runs.map(({ run }) => ({ name: branch, run }))
      : options.branches
        ? await freeOnes(branches, wanted)
        : [];
  if (made.length > 0) await branches.createAll(made, { command: "load", checkout: false });
  const loaded: LoadedRun[] = [];
  for (const saved of runs) {
    const own = made.flatMap(({ name, run }) => (run === saved.run ? name : []));
    const taken = options.branches ? await takenFrom(branches, saved, own) : [];
    loaded.push({ run: await openRun(saved.run, env), names: saved.names, branches: own, taken });
  }
  return loaded;
}

/** The branches that can be made beside those that exist and those before them. */
async function freeOnes(branches: Branches, wanted: readonly Branch[]): Promise<Branch[]> {
  const free: Branch[] = [];
  for (const branch of wanted) {
    try {
      await branches.checkFree([...free.map(({ name }) => name), branch.name]);
      free.push(branch);
    } catch (error) {
      if (!isRewindError(error, "REF_EXISTS", "REF_CONFLICT")) throw error;
    }
  }
  return free;
}

/** The names of a run that name another run here, or cannot exist beside a branch. */
async function takenFrom(
  branches: Branches,
  { run, names }: SavedRun,
  made: readonly string[],
): Promise<string[]> {
  const taken: string[] = [];
  for (const name of names) {
    if (!made.includes(name) && (await branches.find(name)) !== run) taken.push(name);
  }
  return taken;
}
