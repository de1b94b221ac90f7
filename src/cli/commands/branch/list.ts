import { count } from "../../../base/count.ts";
import type { BranchDescription } from "../../../history/describe-branches.ts";
import { shortId } from "../../../object/id.ts";
import type { Context } from "../../command.ts";
import { damagedData, reportDamage } from "../../show/damage.ts";
import { noneText } from "../../show/none-left.ts";
import { placeText } from "../../show/origin-text.ts";
import { unfinishedText } from "../../show/unfinished-text.ts";
import { age, noteText, table } from "../../terminal/text.ts";

/** Prints the branches: the current one marked, what each was forked from, when, and its message. */
export async function listBranches({ out, open, now }: Context): Promise<number> {
  const repo = await open();
  const { branches, damaged } = await repo.branches.describe();
  const none = branches.length + damaged.length === 0 ? await noneText(repo, "branches") : "";
  const rows = branches.map(({ name, run, current, from, time, message, ...length }) => [
    current ? "*" : " ",
    current ? out.style("green", name) : name,
    shortId(run),
    `${count(length.steps)} steps${unfinishedText(length)}`,
    from === undefined ? "" : `from ${placeText(from)}`,
    time === undefined ? "" : age(now() - Date.parse(time)),
    message === undefined ? "" : noteText(message),
  ]);
  out.result({ branches: branches.map(branchData), ...damagedData(damaged) }, () =>
    rows.length > 0 ? table(rows) : damaged.length > 0 ? "no readable branch" : none,
  );
  return reportDamage(out, repo, damaged);
}

/** A branch, ready for JSON. */
function branchData(branch: BranchDescription): object {
  const { name, run, steps, goal, parents, from, time, message, current, recording } = branch;
  return {
    ...{ name, run, steps, goal, parents },
    from: from === undefined ? null : placeText(from),
    time: time ?? null,
    message: message ?? null,
    current,
    recording,
  };
}
