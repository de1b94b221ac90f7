import { toJson } from "../../codec/json.ts";
import { type Origin, type Origins, originsIn } from "../../history/origin.ts";
import { type Id, shortId } from "../../object/id.ts";
import type { RunManifest } from "../../object/run.ts";
import type { Repository } from "../../repository.ts";
import { type Context, STATUS } from "../command.ts";
import { age, count, table, visibleLine } from "../terminal/text.ts";
import { placeText } from "./origin-text.ts";

/** Prints the branches: the current one marked, what each was forked from, when, and its message. */
export async function listBranches({ out, open, now }: Context): Promise<number> {
  const repo = await open();
  const branches = await describeBranches(repo);
  await repo.close();
  const rows = branches.map((branch) => [
    branch.current ? "*" : " ",
    branch.current ? out.style("green", branch.name) : branch.name,
    shortId(branch.run),
    stepsText(branch),
    branch.from === null ? "" : `from ${branch.from}`,
    branch.time === null ? "" : age(now() - Date.parse(branch.time)),
    branch.message === null ? "" : visibleLine(String(branch.message)),
  ]);
  out.result({ branches }, () => (rows.length === 0 ? "no branches yet" : table(rows)));
  return STATUS.ok;
}

/** What there is to say of a branch in a list, ready for JSON. */
interface BranchDescription {
  readonly name: string;
  readonly run: Id<"run">;
  readonly steps: number;
  readonly goal: number;
  readonly parents: RunManifest["parents"];
  /** What it was forked from, or cut from, as a revision. */
  readonly from: string | null;
  /** When its run was recorded, ISO 8601. */
  readonly time: string | null;
  readonly message: unknown;
  readonly current: boolean;
}

async function describeBranches(repo: Repository): Promise<BranchDescription[]> {
  const current = await repo.branches.current();
  const { objects, refs } = repo.store;
  const origins = await originsIn(objects, refs);
  const described: BranchDescription[] = [];
  for (const { name, run: id } of await repo.branches.list()) {
    const run = (await origins.manifestOf(id)) ?? (await repo.resolve(`refs/heads/${name}`)).run;
    const { message, time } = run.meta;
    const from = await forkedFrom(origins, id, run);
    described.push({
      name,
      run: id,
      steps: run.steps,
      goal: run.goal,
      parents: run.parents,
      from: from === undefined ? null : placeText(from),
      time: typeof time === "string" && !Number.isNaN(Date.parse(time)) ? time : null,
      message: toJson(message ?? null),
      current: name === current,
    });
  }
  return described;
}

/** Where a run left another's past; what it was extended or resumed from is its own. */
async function forkedFrom(
  origins: Origins,
  id: Id<"run">,
  run: RunManifest,
): Promise<Origin | undefined> {
  const chain = await origins.chain(id, run);
  return chain.find(({ kind }) => kind === "forked" || kind === "reset");
}

function stepsText({ steps, goal }: BranchDescription): string {
  return `${count(steps)} steps${steps < goal ? ` of ${count(goal)}, unfinished` : ""}`;
}
