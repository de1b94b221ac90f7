import { parseRange } from "../../history/revision.ts";
import type { Repository } from "../../repository.ts";
import { optionalCount } from "./parse.ts";
import { endsIn, type RangeArguments, readEnds } from "./range.ts";
import { usageError } from "./usage-error.ts";

/** Options of the commands that make tables. */
export const TABLE_OPTIONS = {
  every: {
    describe: "in steps, a row for every N-th step, and for the last; 1 by default",
    type: "string",
    value: "N",
  },
  from: { describe: "the first step: 500, 50%, -1", type: "string", value: "STEP" },
  to: { describe: "the last step", type: "string", value: "STEP" },
} as const;

/** Reads --every. Throws USAGE for 0. */
export function readEvery(text: string | undefined): number | undefined {
  const every = optionalCount(text, "--every");
  if (every === 0) throw usageError("expected --every to be at least 1, got 0");
  return every;
}

/**
 * The revisions as ranges, if --from or --to are given: each run has its own 50%. Throws USAGE for a
 * revision that is a range already.
 */
export async function withEnds(
  repo: Repository,
  revisions: readonly string[],
  args: RangeArguments,
): Promise<readonly string[]> {
  const ends = readEnds(args);
  if (ends.from === undefined && ends.to === undefined) return revisions;
  const ranges: string[] = [];
  for (const text of revisions) {
    if (parseRange(text) !== undefined) {
      throw usageError(`expected either the range ${text} or --from and --to, got both`);
    }
    const { run } = await repo.resolve(text);
    const { from = 0, to = run.steps } = endsIn(ends, run.steps);
    ranges.push(`${text}@${from}..@${to}`);
  }
  return ranges;
}
