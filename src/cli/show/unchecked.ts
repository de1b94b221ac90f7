import { count } from "../../base/count.ts";
import { parseRange, parseRevision } from "../../history/revision.ts";
import { type Id, shortId } from "../../object/id.ts";
import type { Repository, RepositoryOptions } from "../../repository.ts";
import { quoted } from "../input/quoted.ts";

/** Steps of a run that a command has shown, and has not compared with the recording. */
export type UncheckedSteps = Parameters<NonNullable<RepositoryOptions["onUnchecked"]>>[0];

/**
 * Says which steps a command did not check, and how to check them: a text for each run. `words` are
 * what the user typed for revisions.
 */
export async function uncheckedNotes(
  repo: Repository,
  left: readonly UncheckedSteps[],
  words: readonly string[],
): Promise<string[]> {
  const notes: string[] = [];
  for (const run of new Set(left.map((steps) => steps.run))) {
    const name = await nameOf(repo, run, words);
    notes.push(
      noteOf(
        name,
        left.filter((steps) => steps.run === run),
      ),
    );
  }
  return notes;
}

/** The name of a run as the user typed it, if it still names that run; else the run's short id. */
async function nameOf(repo: Repository, run: Id<"run">, words: readonly string[]): Promise<string> {
  for (const word of [...words, "HEAD"]) {
    try {
      const { from, to } = parseRange(word) ?? { from: word, to: undefined };
      for (const side of [from, to]) {
        if (side === undefined) continue;
        const { base, ago } = parseRevision(side);
        const name = ago === undefined ? base : `${base}@{${ago}}`;
        if ((await repo.revision(name)).run.id === run) return name;
      }
    } catch {
      // A word that names no run, such as a file.
    }
  }
  return shortId(run);
}

function noteOf(name: string, left: readonly UncheckedSteps[]): string {
  const ranges = merged(left);
  const [first, last] = [ranges[0]?.from ?? 0, ranges.at(-1)?.to ?? 0];
  const isOne = first === last;
  const steps =
    ranges.length > MOST_RANGES
      ? `some steps from ${count(first)} to ${count(last)}`
      : `${isOne ? "step" : "steps"} ${ranges.map(rangeText).join(" and ")}`;
  // A step names the block that leads to it: each range of `left` is inside one block.
  const blocks = new Set(left.map(({ to }) => to)).size;
  const verify = blocks === 1 ? quoted(`${name}@${last}`) : `${quoted(name)} --full`;
  return (
    `${steps} of ${quoted(name)} ${isOne ? "was" : "were"} not checked, to save time: ` +
    `\`rewind verify ${verify}\` checks ${isOne ? "it" : "them"}`
  );
}

/** The most ranges that a note lists. */
const MOST_RANGES = 2;

type Steps = Pick<UncheckedSteps, "from" | "to">;

/** The ranges in order; those that meet are one. */
function merged(left: readonly Steps[]): Steps[] {
  const ranges: Steps[] = [];
  for (const next of left.toSorted((a, b) => a.from - b.from)) {
    const last = ranges.at(-1);
    if (last === undefined || next.from > last.to + 1) ranges.push(next);
    else ranges[ranges.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
  }
  return ranges;
}

function rangeText({ from, to }: Steps): string {
  return from === to ? count(from) : `${count(from)} to ${count(to)}`;
}
