import type { Id } from "../../object/id.ts";
import { decodeRun } from "../../object/run.ts";
import { openArtifact } from "../../store/artifact.ts";
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

/** Objects are written once they take more bytes than this: an artifact may unpack to far more. */
const MOST_PENDING = 1 << 24;

/**
 * Verifies an artifact, puts its objects into the environment's store, and opens the run. The run
 * is put last, so that nobody sees it before everything is verified.
 */
export async function loadInto<S, P extends object>(
  env: Environment,
  bytes: Uint8Array,
): Promise<Run<S, P>> {
  return openRun<S, P>(await unpackInto(env, bytes), env);
}

async function unpackInto(env: Environment, bytes: Uint8Array): Promise<Id<"run">> {
  const artifact = openArtifact(bytes, env.compression, env.store.hash);
  const writer = await env.store.writer();
  try {
    let body: Uint8Array | undefined;
    const id = await artifact.read(async (object) => {
      // A copy does not keep its frame in memory.
      if (object.kind === "run") body = object.body.slice();
      else writer.put(object.kind, object.body);
      if (writer.pendingBytes > MOST_PENDING) await writer.commit();
    });
    writer.put("run", body as Uint8Array);
    await writer.close();
    return id;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
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
