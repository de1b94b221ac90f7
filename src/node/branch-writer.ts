import os from "node:os";
import path from "node:path";
import { toHex, utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { branchRef } from "../history/branches.ts";
import type { Id } from "../object/id.ts";
import type { Environment } from "../replay/environment.ts";
import type { RecorderOptions, Recording, RecordingPlan } from "../replay/recorder.ts";
import { writeRun } from "../replay/run.ts";
import type { ObjectWriter } from "../store/object-store.ts";
import type { FileStore } from "./file-store.ts";
import { onStore } from "./files.ts";
import { gitState } from "./host.ts";
import { tryLock } from "./lock.ts";
import { nodeHash } from "./platform.ts";

/** What a recording on a branch is made of. */
export interface BranchRecording {
  readonly branch: string;
  readonly options: RecorderOptions;
  /** Whether code of the working files goes into the run, so that their Git commit is worth a note. */
  readonly withGit: boolean;
  /** Makes the plan, with what it is to write to and the ref that the run will have. */
  plan(env: Environment, writer: ObjectWriter, ref: string): Promise<RecordingPlan>;
  /** Gives the run its name, once it has survived a power cut. */
  name(run: Id<"run">): Promise<void>;
}

/**
 * Records onto a branch of a store. The branch's lock is held meanwhile, so that two recordings
 * cannot work for hours and one of them find the name taken. Throws LOCKED, and the failure of the
 * recording with where its steps are kept.
 */
export async function recordOnBranch(
  store: FileStore,
  project: string,
  environment: Environment,
  recording: BranchRecording,
): Promise<Recording> {
  const { branch, options } = recording;
  const release = lockBranch(store, branch);
  try {
    const env = await withMeta(environment, recording.withGit ? project : undefined);
    const written = await writeRun(
      env,
      options,
      (writer) => recording.plan(env, writer, branchRef(branch)),
      ({ id }) => recording.name(id),
    );
    if (written.failure !== undefined) throw kept(written, branch);
    return written;
  } finally {
    release();
  }
}

/** The environment, which notes beside a run who made it and at which commit. */
async function withMeta(env: Environment, project: string | undefined): Promise<Environment> {
  const git = project === undefined ? undefined : await gitState(project);
  const author = userName();
  const meta = { ...(author && { author }), ...(git && { git: { ...git } }) };
  return { ...env, describeRun: () => ({ ...env.describeRun(), ...meta }) };
}

function userName(): string | undefined {
  try {
    return os.userInfo().username;
  } catch {
    // In a container the user may have a number and no name.
    return undefined;
  }
}

function lockBranch({ tools, folders }: FileStore, branch: string): () => void {
  // A hash, for a name may be longer than a file's can be; of two that differ in case, one can be.
  const name = toHex(nodeHash(utf8(branch.toLowerCase()))).slice(0, 16);
  const file = path.join(folders.local, `branch-${name}.lock`);
  const release = onStore(folders.root, file, () => tryLock(tools.files, file));
  if (release !== undefined) return release;
  throw new RewindError("LOCKED", `another process is recording on the branch ${branch}`, {
    branch,
  });
}

/** The failure of a recording, with where its steps are kept. */
function kept({ failure, run, id }: Recording, branch: string): RewindError {
  const error = failure as RewindError;
  return new RewindError(
    error.code,
    error.message,
    { ...error.data, branch, run: id, kept: run.steps, goal: run.goal },
    { cause: error.cause },
  );
}
