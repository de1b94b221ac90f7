import { isRewindError } from "../base/errors.ts";
import { peel } from "../history/resolve.ts";
import { objectsOf } from "../object/closure.ts";
import type { Id } from "../object/id.ts";
import { decodeRun } from "../object/run.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import type { RefValue } from "./remote.ts";

/** What a run can lack and still be read. */
export interface Holdings {
  /** Whether all sources of its programs are there. */
  readonly code: boolean;
  /** Whether all its checkpoints are there. */
  readonly checkpoints: boolean;
}

/** What a store has of a target; only what is asked for is looked for, the rest counts as there. */
export async function holdings(store: ObjectStore, target: Id, asked: Holdings): Promise<Holdings> {
  const read = objectReader(store);
  const manifest = decodeRun(await read("run", await peel(store, target)));
  const has = { code: true, checkpoints: true };
  for await (const needed of objectsOf(manifest, read, { checkpoints: asked.checkpoints })) {
    const { id, optional, derivable } = needed;
    if ((optional || derivable) && !(await store.has(id))) {
      if (optional) has.code = false;
      else has.checkpoints = false;
    }
  }
  return has;
}

/** Whether a store has everything that a ref offers, except checkpoints. */
export async function isWhole(
  store: ObjectStore,
  { target, code }: Pick<RefValue, "target" | "code">,
): Promise<boolean> {
  const read = objectReader(store);
  try {
    const manifest = decodeRun(await read("run", await peel(store, target)));
    for await (const { id, optional } of objectsOf(manifest, read, { checkpoints: false })) {
      if ((code || !optional) && !(await store.has(id))) return false;
    }
    return true;
  } catch (error) {
    if (isRewindError(error, "OBJECT_MISSING")) return false;
    throw error;
  }
}
