import type { LogEntry } from "../../history/log.ts";
import { type Command, STATUS } from "../command.ts";
import type { Output } from "../output.ts";
import { parseCount } from "../parse.ts";
import { formatState } from "../state.ts";
import { count } from "../text.ts";

export const log: Command = {
  usage: "[revision]",
  describe: "Lists a run and those that it was forked from, or every run, the latest first.",
  options: {
    all: { describe: "every run that a branch or tag leads to", type: "boolean", default: false },
    limit: { alias: "n", describe: "list so many runs at most", type: "string" },
  },
  examples: [
    ["log", "where the current branch comes from"],
    ["log --all -n 5", "the five latest runs"],
  ],
  async run(args, { out, open }) {
    const repo = await open();
    const limit =
      args.limit === undefined ? Number.POSITIVE_INFINITY : parseCount(args.limit, "-n");
    const all = await repo.log(args.all === true ? undefined : String(args.revision ?? "HEAD"));
    await repo.close();
    const entries = all.slice(0, limit);
    out.result(
      { runs: entries.map(entryData) },
      () => entries.map((entry) => entryText(out, entry)).join("\n\n") || "no runs yet",
    );
    return STATUS.ok;
  },
};

function entryData({ id, run, names }: LogEntry): object {
  return {
    run: id,
    branches: names,
    steps: run.steps,
    goal: run.goal,
    parents: run.parents,
    message: run.meta.message ?? null,
    params: run.segments.at(-1)?.params ?? {},
    time: run.meta.time ?? null,
  };
}

function entryText(out: Output, { id, run, names }: LogEntry): string {
  const unfinished = run.steps < run.goal ? ` of ${count(run.goal)}, unfinished` : "";
  const labels = names.length === 0 ? "" : ` (${out.style("green", names.join(", "))})`;
  const params = run.segments.at(-1)?.params ?? {};
  return [
    `${out.style("yellow", id.slice(0, 12))}${labels}  ${count(run.steps)} steps${unfinished}`,
    ...run.parents.map(
      (parent) => `  forked from ${parent.run.slice(0, 12)} at step ${count(parent.step)}`,
    ),
    ...(Object.keys(params).length > 0
      ? [`  params ${formatState(params, { oneLine: true })}`]
      : []),
    ...(run.meta.time === undefined ? [] : [`  recorded ${run.meta.time}`]),
    ...(run.meta.message === undefined ? [] : [`  ${run.meta.message}`]),
  ].join("\n");
}
