import { isRewindError } from "../../base/errors.ts";
import { type Id, objectId } from "../../object/id.ts";
import { decodeRun, encodeRun, type RunManifest } from "../../object/run.ts";
import type { Replayer } from "../replayer.ts";

/** Whether one of two runs comes from the other, or both come from a third. */
export async function haveCommonAncestor(
  a: Replayer,
  b: Replayer,
  breathe: () => Promise<void>,
): Promise<boolean> {
  const behindA = await ancestry(a, breathe);
  for (const id of await ancestry(b, breathe)) if (behindA.has(id)) return true;
  return false;
}

/** The ids of a run and of all its ancestors in the store. */
async function ancestry(
  { manifest, env, readObject }: Replayer,
  breathe: () => Promise<void>,
): Promise<ReadonlySet<Id<"run">>> {
  const ids = new Set([objectId(env.store.hash, "run", encodeRun(manifest))]);
  const waiting = [manifest];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const { run: parent } of at.parents) {
      if (ids.has(parent)) continue;
      ids.add(parent);
      await breathe();
      const ancestor = await runIfReadable(readObject, parent);
      if (ancestor !== undefined) waiting.push(ancestor);
    }
  }
  return ids;
}

/** Undefined if the ancestor is damaged: a comparison does not need it. */
export async function runIfReadable(
  get: Replayer["readObject"],
  id: Id<"run">,
): Promise<RunManifest | undefined> {
  try {
    return decodeRun(await get("run", id));
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  }
}
