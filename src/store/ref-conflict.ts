import { RewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";

/** What two sides of a merge by Git have made of one ref. */
export interface RefConflict {
  readonly ours: Id;
  readonly theirs: Id;
}

/**
 * A ref's file as Git leaves it when both sides have changed it: an id each between its markers, and
 * with the setting merge.conflictStyle the former one between them.
 */
const CONFLICT =
  /^<{7}(?: [^\n]*)?\n([0-9a-f]{64})\n(?:\|{7}(?: [^\n]*)?\n(?:[0-9a-f]{64}\n)?)?={7}\n([0-9a-f]{64})\n>{7}(?: [^\n]*)?\n?$/;

/** The two ids in the text of a ref that Git could not merge; undefined for any other text. */
export function conflictIn(text: string): RefConflict | undefined {
  const [, ours, theirs] = CONFLICT.exec(text) ?? [];
  if (ours === undefined || theirs === undefined) return undefined;
  return { ours: ours as Id, theirs: theirs as Id };
}

/** Throws REF_IN_CONFLICT if the text of a ref is what Git leaves of two. */
export function checkMerged(ref: string, text: string): void {
  const conflict = conflictIn(text);
  if (conflict === undefined) return;
  const [ours, theirs] = [conflict.ours, conflict.theirs].map((id) => id.slice(0, 12));
  throw new RewindError(
    "REF_IN_CONFLICT",
    `${ref}: Git could not merge it, because both sides have changed it: ours is ${ours}, theirs ${theirs}`,
    { ref, ...conflict },
  );
}
