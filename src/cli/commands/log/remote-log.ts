import { count, plural } from "../../../base/count.ts";
import { shortId } from "../../../object/id.ts";
import type { RemoteRef } from "../../../repository/sharing.ts";
import type { Repository } from "../../../repository.ts";
import { STATUS } from "../../command.ts";
import type { Output } from "../../terminal/output.ts";
import { noteText } from "../../terminal/text.ts";

/** `rewind log --remote [NAME]`: the runs of a remote, the latest first, from its refs alone. */
export async function remoteLog(
  out: Output,
  repo: Repository,
  remote: string,
  limit: number,
): Promise<number> {
  const sharing = await repo.sharing();
  const all = byRun(await sharing.show(remote));
  const latest = all.slice(0, limit);
  const runs = latest.map(({ names, ref: { about, steps, here } }) => ({
    ...{ run: about.run, branches: names, steps, parents: about.parents },
    ...{ message: about.message ?? null, time: about.time ?? null, here },
  }));
  out.result({ remote, runs }, () => {
    if (all.length === 0) return `${remote} has no runs`;
    const more = all.length - latest.length;
    const left = more === 0 ? [] : [out.style("dim", `… and ${plural(more, "earlier run")}`)];
    return [...latest.map((run) => entryText(out, run, all)), ...left].join("\n\n");
  });
  return STATUS.ok;
}

/** A run of a remote, and its branches and tags there. */
interface RemoteRun {
  readonly ref: RemoteRef;
  readonly names: string[];
}

/** The runs that refs lead to, the latest first. */
function byRun(refs: readonly RemoteRef[]): readonly RemoteRun[] {
  const runs = new Map<string, RemoteRun>();
  for (const ref of refs) {
    const name = ref.name.replace(/^(heads|tags)\//, "");
    const known = runs.get(ref.about.run);
    if (known === undefined) runs.set(ref.about.run, { ref, names: [name] });
    else known.names.push(name);
  }
  const timeOf = ({ ref }: RemoteRun): string => ref.about.time ?? "";
  return [...runs.values()].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
}

function entryText(out: Output, { ref, names }: RemoteRun, all: readonly RemoteRun[]): string {
  const { about, steps, here, code } = ref;
  const labels = `(${out.style("green", names.join(", "))})`;
  const nameOf = (run: string): string =>
    all.find(({ ref }) => ref.about.run === run)?.names[0] ?? shortId(run);
  const left = [...(here ? [] : ["not here yet"]), ...(code ? [] : ["without its code"])];
  return [
    `${out.style("yellow", shortId(about.run))} ${labels}  ${count(steps)} steps`,
    ...about.parents.map(({ run, step }) => `  from ${nameOf(run)}@${step}`),
    ...(about.time === undefined ? [] : [`  recorded ${noteText(about.time)}`]),
    ...(about.message === undefined ? [] : [`  ${noteText(about.message)}`]),
    ...(left.length === 0 ? [] : [`  ${left.join(", ")}`]),
  ].join("\n");
}
