import type { OptionKinds } from "../base/options.ts";
import type { SeenStore } from "../history/live.ts";
import { originsIn } from "../history/origin.ts";
import type { Id } from "../object/id.ts";
import {
  BLAME_OPTIONS,
  type Blame,
  type BlamedLeaf,
  type BlameOptions,
} from "../replay/compare/blame.ts";
import type { Run } from "../replay/run/run.ts";
import { REVISION_OPTIONS, type RevisionOptions } from "./options.ts";

/** Which part of a state to explain, and which code replays the run. */
export interface NamedBlameOptions extends BlameOptions, RevisionOptions {}

/** What those may be. */
export const NAMED_BLAME_OPTIONS: OptionKinds<NamedBlameOptions> = {
  ...BLAME_OPTIONS,
  ...REVISION_OPTIONS,
};

/** Where a value of a state comes from, with the name of the run that recorded it. */
export interface NamedLeaf extends BlamedLeaf {
  /** A name with which `NAME@STEP` gives the states of `run`; undefined if it has no such name. */
  readonly name: string | undefined;
}

/** Where the values of the state of a revision come from. */
export interface NamedBlame extends Blame {
  readonly run: Id<"run">;
  readonly step: number;
  readonly leaves: readonly NamedLeaf[];
}

/** The same with names. */
export async function namedBlame(
  run: Run,
  step: number,
  { leaves, more }: Blame,
  { objects, seen }: Pick<SeenStore, "objects" | "seen">,
): Promise<NamedBlame> {
  const origins = await originsIn(objects, seen, new Map([[run.id, run.manifest]]));
  const names = new Map<Id<"run">, string | undefined>();
  for (const { run: id } of leaves) {
    if (!names.has(id)) names.set(id, await origins.nameOf(id));
  }
  const named = leaves.map((leaf) => ({ ...leaf, name: names.get(leaf.run) }));
  return { run: run.id, step, leaves: named, more };
}
