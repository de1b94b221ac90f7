import { unexpectedArgument } from "../base/invalid-argument.ts";
import { checkKind, type OptionKinds } from "../base/options.ts";
import type { Resolved } from "../history/resolve.ts";
import { parseRevision } from "../history/revision.ts";
import type { Id } from "../object/id.ts";
import type { Environment } from "../replay/environment.ts";
import { SAVE_OPTIONS, type SaveOptions, saveRuns } from "../replay/run/save-runs.ts";
import type { SavedRun } from "../store/artifact-contents.ts";

/** What goes into a `.replay` file of a repository. */
export interface SaveRunsOptions extends SaveOptions {
  /**
   * Revisions of runs that whoever loads the file has: what they have is left out. The file names
   * them, and only a store that has them loads it.
   */
  readonly since?: string | readonly string[] | undefined;
}

/** What those may be. */
export const SAVE_RUNS_OPTIONS: OptionKinds<SaveRunsOptions> = {
  ...SAVE_OPTIONS,
  since: ["text", "texts"],
};

/** A `.replay` file that was made. */
export interface SavedFile {
  /** Each run with the names that the revisions gave it. */
  readonly runs: readonly SavedRun[];
  /** The runs that a store must have to load the file. */
  readonly requires: readonly SavedRun[];
  /** The file's length in bytes. */
  readonly bytes: number;
}

/** The bytes of a `.replay` file with the runs that revisions name, and what they hold. */
export async function savedFile(
  resolve: (revision: string) => Promise<Resolved>,
  env: Environment,
  revisions: string | readonly string[],
  { since = [], ...options }: SaveRunsOptions,
): Promise<SavedFile & { readonly content: Uint8Array }> {
  checkKind(revisions, "revisions", ["text", "texts"]);
  const named = [revisions].flat();
  if (named.length === 0) throw unexpectedArgument("revisions", "at least one revision", revisions);
  const runs = await runsNamed(resolve, named);
  const requires = await runsNamed(resolve, [since].flat());
  const content = await saveRuns(env, { runs, requires }, options);
  return { runs, requires, bytes: content.length, content };
}

/** The runs that revisions name, each once, with the names that they give it. */
async function runsNamed(
  resolve: (revision: string) => Promise<Resolved>,
  revisions: readonly string[],
): Promise<SavedRun[]> {
  const runs = new Map<Id<"run">, Set<string>>();
  for (const revision of revisions) {
    if (parseRevision(revision).step !== undefined) {
      throw unexpectedArgument("a revision", "a run without a step", revision);
    }
    const { id, ref = "" } = await resolve(revision);
    const names = runs.get(id) ?? new Set();
    const name = /^refs\/(?:heads|tags|remotes\/[^/]+)\/(.*)$/s.exec(ref)?.[1];
    if (name !== undefined) names.add(name);
    runs.set(id, names);
  }
  return [...runs].map(([run, names]) => ({ run, names: [...names] }));
}
