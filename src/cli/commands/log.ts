import { toJson } from "../../codec/json.ts";
import { graph } from "../../history/graph.ts";
import type { LogEntry } from "../../history/log.ts";
import { shortId } from "../../object/id.ts";
import { type Command, STATUS } from "../command.ts";
import type { Output } from "../output.ts";
import { optionalCount } from "../parse.ts";
import { formatState } from "../state.ts";
import { count, visibleLine } from "../text.ts";

export const log: Command = {
  usage: "[revision]",
  describe: "Lists a run and those that it was forked from, or every run, the latest first.",
  options: {
    all: { describe: "every run that a branch or tag leads to", type: "boolean" },
    graph: { describe: "draw lines from each run to what it was forked from", type: "boolean" },
    limit: { short: "n", describe: "list so many runs at most", type: "text", value: "N" },
  },
  examples: [
    ["log", "where the current branch comes from"],
    ["log --all -n 5", "the five latest runs"],
    ["log --all --graph", "how all runs descend from each other"],
  ],
  async run(args, { out, open }) {
    const limit = optionalCount(args.limit, "-n") ?? Number.POSITIVE_INFINITY;
    const repo = await open();
    const all = await repo.log(args.all === true ? undefined : String(args.revision ?? "HEAD"));
    await repo.close();
    const entries = all.slice(0, limit);
    out.result({ runs: entries.map(entryData) }, () => {
      if (entries.length === 0) return "no runs yet";
      const texts = entries.map((entry) => entryText(out, entry));
      if (args.graph === true) return withLanes(entries, texts);
      return texts.map((lines) => lines.join("\n")).join("\n\n");
    });
    return STATUS.ok;
  },
};

/** The entries with lanes at their left, from each run to what it was forked from. */
function withLanes(entries: readonly LogEntry[], texts: readonly (readonly string[])[]): string {
  const rows = graph(
    entries.map(({ id, run }) => ({ id, parents: run.parents.map((parent) => parent.run) })),
  );
  const width = Math.max(...rows.map(({ node }) => node.length)) + 2;
  return rows
    .flatMap(({ joins, node, below }, i) => [
      ...(joins === undefined ? [] : [joins]),
      ...(texts[i] ?? []).map((line, at) => (at === 0 ? node : below).padEnd(width) + line),
      ...(i + 1 < rows.length ? [below] : []),
    ])
    .map((line) => line.trimEnd())
    .join("\n");
}

function entryData({ id, run, names }: LogEntry): object {
  return {
    run: id,
    branches: names,
    steps: run.steps,
    goal: run.goal,
    parents: run.parents,
    message: toJson(run.meta.message ?? null),
    params: toJson(run.segments.at(-1)?.params ?? {}),
    time: toJson(run.meta.time ?? null),
  };
}

function entryText(out: Output, { id, run, names }: LogEntry): string[] {
  const unfinished = run.steps < run.goal ? ` of ${count(run.goal)}, unfinished` : "";
  const labels = names.length === 0 ? "" : ` (${out.style("green", names.join(", "))})`;
  const params = run.segments.at(-1)?.params ?? {};
  return [
    `${out.style("yellow", shortId(id))}${labels}  ${count(run.steps)} steps${unfinished}`,
    ...run.parents.map(
      (parent) => `  forked from ${shortId(parent.run)} at step ${count(parent.step)}`,
    ),
    ...(Object.keys(params).length > 0
      ? [`  params ${formatState(params, { oneLine: true })}`]
      : []),
    ...(run.meta.time === undefined ? [] : [`  recorded ${visibleLine(String(run.meta.time))}`]),
    ...(run.meta.message === undefined ? [] : [`  ${visibleLine(String(run.meta.message))}`]),
  ];
}
