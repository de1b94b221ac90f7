import type { Id } from "../../object/id.ts";
import type { RunManifest } from "../../object/run.ts";
import type { Replayer } from "../replayer.ts";
import { runIfReadable } from "./ancestry.ts";
import { sameSegment } from "./shared-history.ts";

/** A run of a lineage; the manifest is undefined if the store lacks it. */
interface Link {
  readonly id: Id<"run">;
  readonly manifest: RunManifest | undefined;
}

/** Tells which run of a lineage recorded a step first. */
export async function recorderOf(run: {
  readonly id: Id<"run">;
  readonly replayer: Replayer;
}): Promise<(step: number, by: "step" | "fork" | "start") => Id<"run">> {
  const { manifest, readObject } = run.replayer;
  const chain: Link[] = [{ id: run.id, manifest }];
  let parent = manifest.parents[0];
  while (parent !== undefined) {
    const ancestor = await runIfReadable(readObject, parent.run);
    chain.push({ id: parent.run, manifest: ancestor });
    parent = ancestor?.parents[0];
  }
  return (step, by) => {
    const own = chain.find((link, i) => isOwn(link, chain[i + 1], step, by)) ?? chain.at(-1);
    return (own as Link).id;
  };
}

/** Whether a run recorded a step itself: its parent has the steps before the fork, and that one too. */
function isOwn(
  { manifest }: Link,
  parent: Link | undefined,
  step: number,
  by: "step" | "fork" | "start",
): boolean {
  const fork = manifest?.parents[0];
  if (manifest === undefined || fork === undefined || step > fork.step) return true;
  // What a fork changed by hand in the state at its step is its own, and so is another first state.
  if (step < fork.step || by === "step") return false;
  const [own, others] = [manifest, parent?.manifest].map((each) =>
    each?.segments.find(({ start, begin }) => start === step && begin !== undefined),
  );
  return own !== undefined && (others === undefined || !sameSegment(own, others));
}
