import { isRewindError } from "../../base/errors.ts";
import { type Needed, objectsOf } from "../../object/closure.ts";
import type { Id } from "../../object/id.ts";
import { decodeRun } from "../../object/run.ts";
import type { ReadObject } from "../../object/state.ts";
import { missing } from "../../store/object-store.ts";
import type { Replayer } from "../replayer.ts";

/** An amount of objects. */
export interface Amount {
  /** The number of objects. */
  readonly count: number;
  /** The bytes of their bodies, uncompressed. */
  readonly bytes: number;
}

/** The size of a run, with its own manifest. */
export interface RunSize extends Amount {
  /** Whether all objects were counted: in very large runs only the first ones are. */
  readonly counted: boolean;
  /** The objects that the runs from which it came do not have; null if that is not known. */
  readonly own: Amount | null;
  /** The objects that they have too. */
  readonly shared: Amount | null;
}

/** The most objects that are counted. */
const MOST_OBJECTS = 20_000;

/** Counts the objects of a run, and those that its parents have too. Replays nothing. */
export async function sizeOf(id: Id<"run">, replayer: Replayer): Promise<RunSize> {
  const { readObject, env, manifest } = replayer;
  const before = await objectsOfParents(replayer);
  // Most objects are read anyway, to find the objects that they need.
  const sizes = new Map<Id, number>();
  const measure: ReadObject = async (kind, id) => {
    const body = await readObject(kind, id);
    sizes.set(id, body.length);
    return body;
  };
  await measure("run", id);
  const needed: Needed[] = [];
  for await (const object of objectsOf(manifest, measure)) {
    needed.push(object);
    if (needed.length > MOST_OBJECTS) break;
  }
  const counted = needed.length <= MOST_OBJECTS;
  const own = { count: 1, bytes: sizes.get(id) as number };
  const shared = { count: 0, bytes: 0 };
  for (const object of needed.slice(0, MOST_OBJECTS)) {
    const bytes = sizes.get(object.id) ?? (await env.store.size(object.id));
    if (bytes === undefined) {
      if (object.optional || object.derivable) continue;
      throw missing(object.kind, object.id);
    }
    const amount = before?.has(object.id) ? shared : own;
    amount.count++;
    amount.bytes += bytes;
  }
  const known = counted && before !== undefined;
  return {
    count: own.count + shared.count,
    bytes: own.bytes + shared.bytes,
    counted,
    own: known ? own : null,
    shared: known ? shared : null,
  };
}

/** The objects of the runs from which it came; undefined if one is missing, or if there are too many. */
async function objectsOfParents({
  manifest,
  readObject,
}: Replayer): Promise<ReadonlySet<Id> | undefined> {
  const ids = new Set<Id>();
  try {
    for (const parent of manifest.parents) {
      for await (const { id } of objectsOf(
        decodeRun(await readObject("run", parent.run)),
        readObject,
      )) {
        if (ids.size >= MOST_OBJECTS) return undefined;
        ids.add(id);
      }
    }
    return ids;
  } catch (error) {
    // A fork can be described even if its parent is missing or damaged.
    if (isRewindError(error)) return undefined;
    throw error;
  }
}
