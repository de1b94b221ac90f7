import type { Branches } from "../history/branches.ts";
import type { Id } from "../object/id.ts";
import { Lineage } from "../remote/lineage.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";
import { trackingRef } from "./tracking.ts";

/**
 * How a branch here stands to the one of the same name on a remote; `equal` if they are two recordings
 * of the same steps.
 */
export type Standing = "absent" | "new" | "same" | "equal" | "behind" | "ahead" | "diverged";

/** What a store has, with its branches. */
export interface Here {
  readonly objects: ObjectStore;
  readonly refs: RefStore;
  readonly branches: Branches;
}

/** How a branch stands to the one of a remote, as the last fetch has seen it. */
export async function standingOf(
  { objects, refs, branches }: Here,
  branch: string,
  remote: string,
): Promise<Standing> {
  const theirs = (await refs.read(trackingRef(remote, branch))) as Id<"run"> | undefined;
  const ours = await branches.find(branch);
  if (theirs === undefined) return "absent";
  if (ours === undefined) return "new";
  if (ours === theirs) return "same";
  const lineage = new Lineage(objects);
  if (await lineage.continues(theirs, ours)) return "behind";
  if (await lineage.continues(ours, theirs)) return "ahead";
  return (await lineage.sameSteps(ours, theirs)) ? "equal" : "diverged";
}
