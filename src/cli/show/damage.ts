import type { Damage } from "../../history/sound-refs.ts";
import type { Repository } from "../../repository.ts";
import { STATUS } from "../command.ts";
import { withPlace } from "../errors/absent.ts";
import { hintFor } from "../errors/hints.ts";
import type { Output } from "../terminal/output.ts";

/** Reports damage after listing everything else; returns the exit status. */
export async function reportDamage(
  out: Output,
  repo: Repository,
  damaged: readonly Damage[],
): Promise<number> {
  for (const [i, { ref, error }] of damaged.entries()) {
    const isLast = i === damaged.length - 1;
    // One hint for all of them: a copy helps with each.
    const hint = isLast ? hintFor(await withPlace(error, repo), []) : undefined;
    out.error(damageText({ ref, error }), hint);
  }
  return damaged.length === 0 ? STATUS.ok : STATUS.damaged;
}

function damageText({ ref, error }: Damage): string {
  const { message } = error;
  if (ref === undefined) return message;
  // The message may begin with the file's name, which is also the ref's.
  const problem = message.startsWith(`${ref}: `) ? message.slice(ref.length + 2) : message;
  return `${whatIs(ref)} is damaged: ${problem}`;
}

/** The damage as a key of JSON; no key if nothing is damaged. */
export function damagedData(damaged: readonly Damage[]): {
  readonly damaged?: readonly { readonly ref: string | null; readonly problem: string }[];
} {
  if (damaged.length === 0) return {};
  return {
    damaged: damaged.map(({ ref, error }) => ({ ref: ref ?? null, problem: error.message })),
  };
}

/** A ref in words: `the branch main`. */
function whatIs(ref: string): string {
  return ref
    .replace(/^refs\/heads\//, "the branch ")
    .replace(/^refs\/tags\//, "the tag ")
    .replace(/^refs\//, "");
}
