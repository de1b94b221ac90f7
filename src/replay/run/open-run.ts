import type { Id } from "../../object/id.ts";
import { decodeRun } from "../../object/run.ts";
import { decodeArtifact } from "../../store/artifact.ts";
import { objectReader } from "../../store/object-store.ts";
import type { Environment } from "../environment.ts";
import type { Code } from "../programs.ts";
import { planRecording, type RecordOptions } from "../record/record.ts";
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

/** Verifies an artifact, puts its objects into the environment's store, and opens the run. */
export async function loadInto<S, P extends object>(
  env: Environment,
  bytes: Uint8Array,
): Promise<Run<S, P>> {
  return openRun<S, P>(await unpackInto(env, bytes), env);
}

/** The same without opening the run. Returns its id. */
export async function unpackInto(env: Environment, bytes: Uint8Array): Promise<Id<"run">> {
  const content = await decodeArtifact(bytes, env.compression, env.store.hash);
  const writer = await env.store.writer();
  try {
    for (const { kind, body } of content.objects.values()) writer.put(kind, body);
    await writer.close();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return content.run;
}

/** Records a simulation into the environment's store. */
export async function recordInto<S, P extends object>(
  env: Environment,
  code: Code,
  options: RecordOptions<P>,
): Promise<Run<S, P>> {
  const recording = await writeRun(env, options, async (writer) =>
    planRecording(env, writer, code, options as RecordOptions),
  );
  return runOf<S, P>(recording.id, finished(recording).manifest, env);
}
