import type { Id } from "../object/id.ts";
import { Lineage } from "../remote/lineage.ts";
import { type Here, type Standing, standingOf } from "./standing.ts";
import { trackingRef } from "./tracking.ts";

/** What a pull did with a branch. */
export interface Moved {
  readonly branch: string;
  /** What the branch named here before; undefined if there was no such branch. */
  readonly from: Id<"run"> | undefined;
  /** What it names on the remote. */
  readonly to: Id<"run">;
  /** How it stood before: it has moved if it was `behind`, `equal` or `new`. */
  readonly standing: Standing;
}

/**
 * Moves a branch to what was fetched, if that has all its steps or if there is no such branch yet. Of
 * two recordings of the same steps everybody takes the one of the remote.
 */
export async function moveToFetched(here: Here, branch: string, remote: string): Promise<Moved> {
  const { objects, refs, branches } = here;
  const standing = await standingOf(here, branch, remote);
  const to = (await refs.read(trackingRef(remote, branch))) as Id<"run">;
  const from = await branches.find(branch);
  const command = `pull ${remote} ${branch}`;
  if (from === undefined) {
    await branches.create(branch, to, { command, checkout: false });
  } else if (standing === "behind" || standing === "equal") {
    const steps = (await new Lineage(objects).manifest(to))?.steps ?? 0;
    await branches.move(branch, { command, from, to, steps });
  }
  return { branch, from, to, standing };
}
