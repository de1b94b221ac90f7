import { RewindError } from "../../base/errors.ts";
import type { Id } from "../../object/id.ts";
import { decodeRun } from "../../object/run.ts";
import { type Artifact, openArtifact } from "../../store/artifact.ts";
import type { ArtifactContents, SavedRun } from "../../store/artifact-contents.ts";
import { objectReader } from "../../store/object-store.ts";
import type { Environment } from "../environment.ts";
import type { Code } from "../programs.ts";
import { type PlannedOptions, planRecording } from "../record/record.ts";
import { finished, writeRun } from "../record/write-runs.ts";
import { type Run, runOf } from "./run.ts";

/** Opens the run with this id. Throws OBJECT_MISSING, OBJECT_INVALID and the like. */
export async function openRun<S, P extends object>(
  id: Id<"run">,
  env: Environment,
): Promise<Run<S, P>> {
  const body = await objectReader(env.store)("run", id);
  return runOf<S, P>(id, decodeRun(body), env);
}

/** Objects are written once they take more bytes than this: an artifact may unpack to far more. */
const MOST_PENDING = 1 << 24;

/**
 * Opens an artifact to be loaded, and checks its hash: `unpackInto` verifies the rest. Throws
 * INVALID_ARTIFACT.
 */
export function openArtifactIn(env: Environment, bytes: Uint8Array): Artifact {
  return openArtifact(bytes, env.compression, env.store.hash);
}

/**
 * Verifies an artifact, then puts its objects into the environment's store, the runs last. Nothing
 * is written before everything is verified. Throws INVALID_ARTIFACT, and PREREQUISITES_MISSING if the
 * store lacks what the artifact requires.
 */
export async function unpackInto({ store }: Environment, artifact: Artifact): Promise<void> {
  const { requires } = artifact.contents;
  const lacking: SavedRun[] = [];
  for (const saved of requires) if (!(await store.has(saved.run))) lacking.push(saved);
  if (lacking.length > 0) throw prerequisitesMissing(lacking);
  const has = (id: Id): Promise<boolean> => store.has(id);
  await artifact.read(() => undefined, has);
  const writer = await store.writer();
  try {
    const runs: Uint8Array[] = [];
    await artifact.read(async ({ kind, body }) => {
      // A copy does not keep its frame in memory.
      if (kind === "run") runs.push(body.slice());
      else writer.put(kind, body);
      if (writer.pendingBytes > MOST_PENDING) await writer.commit();
    }, has);
    for (const run of runs) writer.put("run", run);
    await writer.close();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

function prerequisitesMissing(missing: readonly SavedRun[]): RewindError {
  const runs = missing.map(({ run, names: [name] }) =>
    name === undefined ? run.slice(0, 12) : `${name} (${run.slice(0, 12)})`,
  );
  const message = `the file holds only what ${runs.join(", ")} ${runs.length === 1 ? "lacks" : "lack"}, and the store does not have ${runs.length === 1 ? "it" : "them"}`;
  return new RewindError("PREREQUISITES_MISSING", message, { missing });
}

/** Loads an artifact of one run into the environment's store. Throws SEVERAL_RUNS too. */
export async function loadInto<S, P extends object>(
  env: Environment,
  bytes: Uint8Array,
): Promise<Run<S, P>> {
  const artifact = openArtifactIn(env, bytes);
  const { run } = onlyRun(artifact.contents);
  await unpackInto(env, artifact);
  return openRun<S, P>(run, env);
}

/** The run of an artifact that has one. Throws SEVERAL_RUNS. */
export function onlyRun({ runs }: ArtifactContents): SavedRun {
  const [first, ...others] = runs;
  if (first !== undefined && others.length === 0) return first;
  const names = runs.map(({ run, names: [name] }) => name ?? run.slice(0, 12));
  const message = `expected a file with one run, got one with ${runs.length}`;
  throw new RewindError("SEVERAL_RUNS", message, { runs: names });
}

/** Records a simulation into the environment's store. */
export async function recordInto<S, P extends object>(
  env: Environment,
  code: Code,
  options: PlannedOptions,
): Promise<Run<S, P>> {
  const recording = await writeRun(env, options, async (writer) =>
    planRecording(env, writer, code, options),
  );
  return runOf<S, P>(recording.id, finished(recording).manifest, env);
}
