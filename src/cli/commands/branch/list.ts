import { isRewindError, type RewindError } from "../../../base/errors.ts";
import { type Origin, type Origins, originsIn } from "../../../history/origin.ts";
import { type Damage, soundRefs } from "../../../history/sound-refs.ts";
import { type Id, shortId } from "../../../object/id.ts";
import type { RunManifest } from "../../../object/run.ts";
import type { Repository } from "../../../repository.ts";
import { HEADS } from "../../../store/ref-name.ts";
import type { Context } from "../../command.ts";
import { damagedData, reportDamage } from "../../show/damage.ts";
import { placeText } from "../../show/origin-text.ts";
import { age, count, noteText, table } from "../../terminal/text.ts";

/** Prints the branches: the current one marked, what each was forked from, when, and its message. */
export async function listBranches({ out, open, now }: Context): Promise<number> {
  const repo = await open();
  const { branches, damaged } = await describeBranches(repo);
  const rows = branches.map((branch) => [
    branch.current ? "*" : " ",
    branch.current ? out.style("green", branch.name) : branch.name,
    shortId(branch.run),
    stepsText(branch),
    branch.from === null ? "" : `from ${branch.from}`,
    branch.time === null ? "" : age(now() - Date.parse(branch.time)),
    branch.message === null ? "" : noteText(branch.message),
  ]);
  out.result({ branches, ...damagedData(damaged) }, () =>
    rows.length > 0 ? table(rows) : damaged.length > 0 ? "no readable branch" : "no branches yet",
  );
  return reportDamage(out, damaged);
}

/** A branch in a list, ready for JSON. */
interface BranchDescription {
  readonly name: string;
  readonly run: Id<"run">;
  readonly steps: number;
  readonly goal: number;
  readonly parents: RunManifest["parents"];
  /** The revision that it was forked or reset from. */
  readonly from: string | null;
  /** When its run was recorded, ISO 8601. */
  readonly time: string | null;
  readonly message: string | null;
  readonly current: boolean;
}

async function describeBranches(repo: Repository): Promise<{
  readonly branches: readonly BranchDescription[];
  readonly damaged: readonly Damage[];
}> {
  const { objects, refs } = repo.store;
  const { sound, damaged } = await soundRefs(objects, refs, HEADS);
  const current = await currentOr(repo, (error) => damaged.push({ ref: "HEAD", error }));
  const origins = await originsIn(objects, refs, new Map(sound.map(({ id, run }) => [id, run])));
  const described: BranchDescription[] = [];
  for (const { name: ref, id, run } of sound) {
    const name = ref.slice(HEADS.length);
    const { message, time } = run.meta;
    const from = await forkedFrom(origins, id, run);
    described.push({
      name,
      run: id,
      steps: run.steps,
      goal: run.goal,
      parents: run.parents,
      from: from === undefined ? null : placeText(from),
      time: time !== undefined && !Number.isNaN(Date.parse(time)) ? time : null,
      message: message ?? null,
      current: name === current,
    });
  }
  return { branches: described, damaged };
}

/** The current branch; undefined if HEAD is damaged, which is reported to `onDamaged`. */
async function currentOr(
  repo: Repository,
  onDamaged: (error: RewindError) => void,
): Promise<string | undefined> {
  try {
    return await repo.branches.current();
  } catch (error) {
    if (!isRewindError(error)) throw error;
    onDamaged(error);
    return undefined;
  }
}

/** The place where a run left another's past. Runs that it extends or resumes are its own past. */
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
