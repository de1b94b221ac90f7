import { isRewindError } from "../../base/errors.ts";
import { type Id, objectId } from "../../object/id.ts";
import { decodeRun, encodeRun, type RunManifest } from "../../object/run.ts";
import type { Replayer } from "../replayer.ts";

/** Whether one of two runs comes from the other, or both from a third. */
export async function haveCommonAncestor(
  a: Replayer,
  b: Replayer,
  breathe: () => Promise<void>,
): Promise<boolean> {
  const behindA = await ancestry(a, breathe);
  for (const id of await ancestry(b, breathe)) if (behindA.has(id)) return true;
  return false;
}

/** The ids of a run and of all that it came from, as far as those are in its store. */
async function ancestry(
  { run, env, get }: Replayer,
  breathe: () => Promise<void>,
): Promise<ReadonlySet<Id<"run">>> {
  const ids = new Set([objectId(env.store.hash, "run", encodeRun(run))]);
  const waiting = [run];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const { run: parent } of at.parents) {
      if (ids.has(parent)) continue;
      ids.add(parent);
      await breathe();
      const manifest = await runIfReadable(get, parent);
      if (manifest !== undefined) waiting.push(manifest);
    }
  }
  return ids;
}

/** An ancestor is not needed for a comparison: its damage is no reason to refuse one. */
async function runIfReadable(
  get: Replayer["get"],
  id: Id<"run">,
): Promise<RunManifest | undefined> {
  try {
    return decodeRun(await get("run", id));
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  }
}
