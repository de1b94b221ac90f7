import { isRewindError, RewindError } from "../base/errors.ts";
import { type Id, isId } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import { decodeTag, type Tag } from "../object/tag.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import { checkMerged } from "../store/ref-conflict.ts";
import { ENSEMBLES } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";

/** A ref, and the run that it leads to. */
export interface SoundRef {
  readonly name: string;
  readonly id: Id<"run">;
  readonly run: RunManifest;
  /** The tag between the two, if there is one. */
  readonly tag: Tag | undefined;
}

/** Something that cannot be read, and why. */
export interface Damage {
  /** The full name of the ref that leads to it; undefined for a run behind another run. */
  readonly ref: string | undefined;
  readonly error: RewindError;
}

/**
 * The refs whose names begin with `prefix`, sorted by name: those that lead to a run, and damaged
 * ones.
 */
export async function soundRefs(
  store: ObjectStore,
  refs: RefStore,
  prefix: string,
): Promise<{ readonly sound: readonly SoundRef[]; readonly damaged: Damage[] }> {
  const sound: SoundRef[] = [];
  const damaged: Damage[] = [];
  // Many refs may name one run.
  const known = new Map<string, Led>();
  for (const { name, target } of await refs.list(prefix)) {
    // An ensemble names many runs, none of them alone.
    if (name.startsWith(ENSEMBLES)) continue;
    try {
      const led = known.get(target) ?? (await ledTo(store, idIn(name, target)));
      known.set(target, led);
      sound.push({ name, ...led });
    } catch (error) {
      if (!isRewindError(error)) throw error;
      damaged.push({ ref: name, error });
    }
  }
  return { sound, damaged };
}

/**
 * The id that a ref holds. Throws REF_IN_CONFLICT if Git could not merge it, and STORE_DAMAGED if it holds something else.
 */
export function idIn(ref: string, target: string): Id {
  if (isId(target)) return target;
  checkMerged(ref, target);
  throw new RewindError(
    "STORE_DAMAGED",
    `${ref}: expected the id of a run, got ${JSON.stringify(target.slice(0, 80))}`,
    { file: ref },
  );
}

type Led = Omit<SoundRef, "name">;

async function ledTo(store: ObjectStore, id: Id): Promise<Led> {
  const object = await store.get(id);
  const tag = object?.kind === "tag" ? decodeTag(object.body) : undefined;
  const run = tag?.target ?? (id as Id<"run">);
  const body = object?.kind === "run" ? object.body : await objectReader(store)("run", run);
  return { id: run, run: decodeRun(body), tag };
}
