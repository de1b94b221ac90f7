import type { OptionKinds } from "../base/options.ts";
import type { KnownRemote } from "../node/remote/remote-state.ts";
import type { Id } from "../object/id.ts";
import { PUSH_OPTIONS, type PushOptions, type ToPush } from "../remote/push.ts";
import { checkBranchName } from "../store/ref-name.ts";
import type { Here } from "./standing.ts";
import { fetchedTargets } from "./tracking.ts";

/** What a push is to do. */
export interface PushRequest extends PushOptions {
  /** The branches, or single tags. Every branch unless given. */
  readonly branches?: readonly string[] | undefined;
  /** Whether all tags are pushed as well. */
  readonly tags?: boolean | undefined;
  /** Whether branches may be replaced whose runs were seen by the last fetch. */
  readonly forceWithLease?: boolean | undefined;
}

/** What that may be. */
export const PUSH_REQUEST: OptionKinds<PushRequest> = {
  ...PUSH_OPTIONS,
  branches: "texts",
  tags: "flag",
  forceWithLease: "flag",
};

/** The refs that a push sends: a branch, or else the tag of that name. Throws REF_NOT_FOUND. */
export async function refsToPush(
  { refs, branches }: Here,
  remote: string,
  request: PushRequest,
  known: KnownRemote,
): Promise<readonly ToPush[]> {
  const names = request.branches ?? (await branches.list()).map(({ name }) => name);
  const wanted: ToPush[] = [];
  for (const name of new Set(names)) {
    const tag = (await refs.read(`refs/tags/${checkBranchName(name)}`)) as Id | undefined;
    const isTag = tag !== undefined && (await branches.find(name)) === undefined;
    if (isTag) wanted.push({ name: `tags/${name}`, target: tag });
    else wanted.push({ name: `heads/${name}`, target: await branches.get(name) });
  }
  if (request.tags) {
    for (const { name, target } of await refs.list("refs/tags/")) {
      wanted.push({ name: name.slice("refs/".length), target: target as Id });
    }
  }
  if (!request.forceWithLease) return wanted;
  // A refused push has seen the branches there as well, but nobody has looked at them.
  const fetched = await fetchedTargets(refs, remote);
  return wanted.map((ref) => {
    const isTag = ref.name.startsWith("tags/");
    const target = isTag ? known.refs.get(ref.name)?.value.target : fetched.get(ref.name);
    return { ...ref, lease: { target } };
  });
}
