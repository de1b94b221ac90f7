import { isRewindError, type RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { Environment, LongOptions } from "../../replay/environment.ts";
import type { RecordingOutputs } from "../../replay/output/recording-outputs.ts";
import type { RecorderOptions, Recording } from "../../replay/record/record-run.ts";
import type { RecordingPlan } from "../../replay/record/recorder.ts";
import { writeRuns } from "../../replay/record/write-runs.ts";
import type { Replayer } from "../../replay/replayer.ts";
import type { ObjectStore, ObjectWriter } from "../../store/object-store.ts";
import { nextArchiveName } from "../../store/ref-name.ts";
import type { RefChange, RefStore } from "../../store/ref-store.ts";
import { branchRef, type Release } from "../branches.ts";

/** A recording to make on a branch. */
export interface BranchRecording {
  readonly branch: string;
  readonly options: RecorderOptions & OutputsOption;
  /** Makes the plan, given the writer and the ref that the run will have. */
  plan(env: Environment, writer: ObjectWriter, ref: string): Promise<RecordingPlan>;
  /** The run that it continues or forks, once it is planned; undefined for a recording from step 0. */
  parent?(): Replayer | undefined;
  /** Whether it makes its branch. */
  readonly isNew: boolean;
}

/** Options of recordings whose outputs are written to files. */
export interface OutputsOption {
  /**
   * The folder to write the simulation's outputs to; false for none. Unless given: where the branch's
   * outputs were written before.
   */
  readonly outputs?: string | false | undefined;
}

/** A recording onto a branch, as far as its outputs are concerned. */
export interface OutputsRequest extends LongOptions {
  readonly env: Environment;
  readonly branch: string;
  /** The folder that was asked for; false for none, undefined for the branch's own. */
  readonly asked: string | false | undefined;
  readonly isNew: boolean;
  readonly plan: RecordingPlan;
  /** The run that is continued or forked; undefined if it begins at step 0. */
  readonly parent: Replayer | undefined;
}

/** Recordings that get their names together. */
export interface BranchWork {
  readonly recordings: readonly BranchRecording[];
  /** Whether the runs record code of the working files; their Git commit is then noted. */
  readonly withGit: boolean;
  /**
   * Refuses runs that could not be named. Called under the branches' locks, before anything is
   * recorded.
   */
  check(): Promise<void>;
  /** Gives the runs their names, once they have survived a power cut. */
  name(recordings: readonly Recording[]): Promise<void>;
}

/** What recording on branches needs. */
export interface BranchStore {
  readonly objects: ObjectStore;
  readonly refs: RefStore;
  /** Takes the locks of branches, all or none. Throws LOCKED. */
  lock(names: readonly string[]): Promise<Release>;
  /** The Git commit of the project, to note with a run; undefined outside Git. */
  gitState(): Promise<object | undefined>;
  /** Begins to write the outputs of a recording, if it has any and is to. */
  outputs?(request: OutputsRequest): Promise<RecordingOutputs | undefined>;
}

/**
 * Records onto branches of a store while holding their locks. Throws LOCKED; REF_MOVED, with the
 * archived runs, if a branch was changed all the same, perhaps by undo; and the failure of a
 * recording, with the part of it that is kept.
 */
export async function recordOnBranches(
  store: BranchStore,
  environment: Environment,
  work: BranchWork,
): Promise<readonly Recording[]> {
  const { recordings: wanted, withGit } = work;
  const names = wanted.map(({ branch }) => branch);
  const release = await store.lock(names);
  try {
    await work.check();
    const env = withGit ? await notingGit(environment, store) : environment;
    let moved: RewindError | undefined;
    const { recordings, failure } = await writeRuns(
      env,
      wanted.map(({ branch, options, plan, parent, isNew }) => ({
        options,
        plan: (writer) => plan(env, writer, branchRef(branch)),
        outputs: async (planned) =>
          store.outputs?.({
            ...{ env, branch, isNew, plan: planned, parent: parent?.(), asked: options.outputs },
            ...{ signal: options.signal, onProgress: options.onProgress },
          }),
      })),
      async (done) => {
        try {
          await work.name(done);
        } catch (error) {
          if (!isRewindError(error, "REF_MOVED")) throw error;
          moved = await keptApart(error, store.refs, names, done);
        }
      },
    );
    if (moved !== undefined) throw moved;
    if (failure !== undefined) throw kept(failure, names, recordings);
    return recordings;
  } finally {
    release();
  }
}

/** The environment, extended to note the project's commit with each run. */
async function notingGit(env: Environment, store: BranchStore): Promise<Environment> {
  const git = await store.gitState();
  if (git === undefined) return env;
  return { ...env, describeRun: () => ({ ...env.describeRun(), git: { ...git } }) };
}

/** Names runs in the archive, because their branch changed while they were recorded. */
async function keptApart(
  error: RewindError<"REF_MOVED">,
  refs: RefStore,
  branches: readonly string[],
  recordings: readonly Recording[],
): Promise<RewindError> {
  const changes: RefChange[] = [];
  for (const [i, { id, manifest }] of recordings.entries()) {
    // A run that was only cut is contained in its parent.
    if (manifest.steps === (manifest.parents[0]?.step ?? 0)) continue;
    const name = await nextArchiveName(refs, branchRef(branches[i] as string));
    changes.push({ name, from: undefined, to: id });
  }
  if (changes.length === 0) return error;
  await refs.update(changes, "archive");
  const names = changes.map(({ name }) => name.replace("refs/", ""));
  const message = `${branches.join(" or ")} was changed while it was recorded: the new steps are kept as ${names.join(", ")}`;
  return withData(error, { archived: names }, message);
}

/**
 * The failure of the last recording, with the name of its kept part and of the recordings before
 * it.
 */
function kept(
  error: RewindError,
  branches: readonly string[],
  recordings: readonly Recording[],
): RewindError {
  const last = recordings.at(-1) as Recording;
  const isPart = last.failure !== undefined;
  const at = isPart ? recordings.length - 1 : recordings.length;
  const [branch, made] = [branches[at] as string, branches.slice(0, at)];
  const message =
    branches.length === 1
      ? error.message
      : `${branch}: ${error.message}; made before it: ${made.join(", ") || "none"}`;
  const progress = isPart
    ? { branch, run: last.id, kept: last.manifest.steps, goal: last.manifest.goal }
    : {};
  const several = branches.length > 1 ? { made } : {};
  return withData(error, { ...progress, ...several }, message);
}
