import { isRewindError, type RewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";
import type { RunManifest } from "../object/run.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { HEADS } from "../store/ref-name.ts";
import { listedOnce, type RefStore } from "../store/ref-store.ts";
import type { Live } from "./live.ts";
import { type Origin, type Origins, originsIn } from "./origin.ts";
import { type Damage, soundRefs } from "./sound-refs.ts";

/** A branch, its run, and where that run came from. */
export interface BranchDescription {
  readonly name: string;
  /** The id of its run. */
  readonly run: Id<"run">;
  readonly steps: number;
  /** The steps that the recording was to have; more than `steps` if it is unfinished. */
  readonly goal: number;
  readonly parents: RunManifest["parents"];
  /** The run that it was forked or reset from, and at which step. */
  readonly from: Origin | undefined;
  /** When its run was recorded, in ISO 8601, as the recording says. */
  readonly time: string | undefined;
  readonly message: string | undefined;
  /** Whether HEAD is on it. */
  readonly current: boolean;
  /** Whether it is being recorded now. */
  readonly recording: boolean;
}

/** Every branch, sorted by name, and the damaged refs among them, which have no description. */
export async function describeBranches(
  objects: ObjectStore,
  refs: RefStore,
  live: Live,
  findCurrent: () => Promise<string | undefined>,
): Promise<{
  readonly branches: readonly BranchDescription[];
  readonly damaged: readonly Damage[];
}> {
  const listed = listedOnce(refs);
  const { sound, damaged } = await soundRefs(objects, listed, HEADS);
  const current = await findCurrent().catch((error: unknown) => {
    damaged.push({ ref: "HEAD", error: damageIn(error) });
    return undefined;
  });
  const known = new Map(sound.map(({ id, run }) => [id, run]));
  const origins = await originsIn(objects, listed, known);
  const recorded = await live.ids();
  const branches: BranchDescription[] = [];
  for (const { name: ref, id, run } of sound) {
    const name = ref.slice(HEADS.length);
    const { steps, goal, parents } = run;
    const { message, time } = run.meta;
    branches.push({
      ...{ name, run: id, steps, goal, parents, message },
      from: await forkedFrom(origins, id, run),
      time: time !== undefined && !Number.isNaN(Date.parse(time)) ? time : undefined,
      current: name === current,
      recording: recorded.has(id),
    });
  }
  return { branches, damaged };
}

function damageIn(error: unknown): RewindError {
  if (isRewindError(error)) return error;
  throw error;
}

/** The place where a run left another's past. Runs that it extends or resumes are its own past. */
async function forkedFrom(
  origins: Origins,
  id: Id<"run">,
  run: RunManifest,
): Promise<Origin | undefined> {
  const chain = await origins.chain(id, run);
  return chain.find(({ kind }) => kind === "forked" || kind === "reset");
}
