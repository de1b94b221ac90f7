import { count } from "../../base/count.ts";
import type { AddedData } from "../../base/error-data.ts";
import { quoted } from "../input/quoted.ts";
import { commandIn } from "./hint.ts";

/** How to continue a recording that stopped early; undefined if nothing of it is kept. */
export function keptHint(data: AddedData): string | undefined {
  if (data.branch === undefined) {
    return data.made?.length ? "`rewind branch` lists those made" : undefined;
  }
  return `${kept(data)}: \`rewind resume ${quoted(data.branch)}\` continues it`;
}

/** For recorded code that failed: continuing with the same code would fail again. */
export function fixHint(data: AddedData, argv: readonly string[]): string | undefined {
  const again = (name: string): string =>
    `fix the code, then \`rewind branch NAME ${name} --program working\` continues with it`;
  if (data.branch !== undefined) {
    const look = lookHint(data);
    return `${kept(data)}: ${look === undefined ? "" : `${look}; `}${again(quoted(data.branch))}`;
  }
  return /^(resume|extend)$/.test(commandIn(argv) ?? "") ? again("BRANCH") : undefined;
}

/** How to see the state before the step that failed, if it is the last one that is kept. */
export function lookHint(data: AddedData & { readonly step?: unknown }): string | undefined {
  const { branch, kept, step } = data;
  if (branch === undefined || kept === undefined || kept !== step) return undefined;
  return `\`rewind get ${quoted(`${branch}@${kept}`)}\` prints the last`;
}

function kept({ branch, kept = 0, goal = 0 }: AddedData): string {
  return `the first ${count(kept)} of ${count(goal)} steps are kept on ${branch}`;
}
