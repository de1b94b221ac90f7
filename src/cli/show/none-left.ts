import type { Repository } from "../../repository.ts";
import { quoted } from "../input/quoted.ts";

/**
 * Says that a list is empty: `no branches yet`, or how to get back the one that was removed last. A
 * list of runs is empty without branches and tags.
 */
export async function noneText(
  repo: Repository,
  what: "branches" | "tags" | "runs",
): Promise<string> {
  const kinds = { branches: "branch", tags: "tag", runs: undefined } as const;
  const removed = await repo.lastRemoved(kinds[what]);
  if (removed === undefined) return `no ${what} yet`;
  const { name, back } = removed;
  const none = what === "runs" ? "no branch and no tag leads to a run" : `no ${what} now`;
  return `${none}; the last was ${name}: ${waysBack(name, back)}`;
}

/** What brings a removed name back, and what lists its runs; HEAD stands for all that is gone. */
export function waysBack(name: string, back: "undo" | "redo" | undefined): string {
  const isHead = name === "HEAD";
  const list = `\`rewind reflog ${quoted(name)}\` lists the runs that ${isHead ? name : "it"} has named`;
  const what = isHead ? "what is gone" : "it";
  return back === undefined ? list : `\`rewind ${back}\` brings ${what} back; ${list}`;
}
