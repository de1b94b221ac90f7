import { count, plural } from "../../../base/count.ts";
import type { Damage } from "../../../history/sound-refs.ts";
import { shortId } from "../../../object/id.ts";
import type { LogEntry } from "../../../repository/log-entry.ts";
import { type Command, command } from "../../command.ts";
import { optionalCount } from "../../input/parse.ts";
import { usageError } from "../../input/usage-error.ts";
import { longText, valuesText } from "../../show/changes-text.ts";
import { damagedData, reportDamage } from "../../show/damage.ts";
import { noneText } from "../../show/none-left.ts";
import { firstStateText, originText } from "../../show/origin-text.ts";
import { measuredText } from "../../show/params-text.ts";
import { shortJson } from "../../show/state.ts";
import { unfinishedText } from "../../show/unfinished-text.ts";
import type { Output } from "../../terminal/output.ts";
import { noteText } from "../../terminal/text.ts";
import { drawnOrder, logGraph } from "./log-graph.ts";
import { remoteLog } from "./remote-log.ts";

export const log: Command = command({
  positionals: { revision: { type: "string", completes: "revision", without: "HEAD" } },
  describe:
    "Lists a run and those that it came from, or every run, the latest first: how each was made, from\nwhich step, and what changed. A..B lists the runs from which B came and A did not.",
  options: {
    all: { describe: "every run that a branch or tag leads to", type: "boolean" },
    remote: {
      describe: "list the runs of a remote, by its name, origin's by default; receives none",
      type: "boolean",
    },
    graph: { describe: "draw the branches, one line for each run", type: "boolean" },
    limit: { alias: "n", describe: "list at most N runs", type: "string", value: "N" },
  },
  examples: [
    ["log", "where the current branch comes from"],
    ["log --all --graph", "how all runs descend from each other"],
    ["log --all -n 5", "the five latest runs"],
    ["log --remote lab", "what the remote lab has"],
    ["log main..fix", "the runs behind fix that are not behind main"],
  ],
  keys: {
    log: [
      {
        runs: [
          ...["run", "branches", "steps", "goal", "recording"],
          ...["parents", "from", "message", "params", "time"],
        ],
      },
    ],
    "log --remote": [
      "remote",
      { runs: ["run", "branches", "steps", "parents", "message", "time", "here"] },
    ],
  },
  async run(args, { out, open }) {
    const limit = optionalCount(args.limit, "-n") ?? Number.POSITIVE_INFINITY;
    if (args.all && args.revision !== undefined)
      throw usageError("expected --all or a revision, got both");
    if (args.remote && (args.all || args.graph))
      throw usageError("expected --remote alone: it lists all that a remote has");
    const repo = await open();
    if (args.remote) return remoteLog(out, repo, args.revision ?? "origin", limit);
    const damaged: Damage[] = [];
    const all = await repo.log(args.all ? undefined : (args.revision ?? "HEAD"), {
      onDamaged: (damage) => damaged.push(damage),
      params: out.json ? "all" : "short",
    });
    const latest = all.slice(0, limit);
    const entries = args.graph ? drawnOrder(latest) : latest;
    const gap = args.graph ? "\n" : "\n\n";
    const runs = out.json ? await each(entries, entryData) : [];
    const text = out.json
      ? ""
      : args.graph
        ? await logGraph(entries, out)
        : (await each(entries, (entry) => entryText(out, entry))).join(gap);
    const isEmpty = args.all && all.length + damaged.length === 0;
    const none = isEmpty ? await noneText(repo, "runs") : "no runs";
    out.result({ runs, ...damagedData(damaged) }, () => {
      if (all.length === 0 && damaged.length > 0) return "no readable run";
      if (all.length === 0) return none;
      const more = all.length - entries.length;
      const left = more === 0 ? [] : [out.style("dim", `… and ${plural(more, "earlier run")}`)];
      return [...(entries.length === 0 ? [] : [text]), ...left].join(gap);
    });
    return reportDamage(out, repo, damaged);
  },
});

/** One by one, so that each frees its memory before the next. */
async function each<T>(
  entries: readonly LogEntry[],
  work: (entry: LogEntry) => Promise<T>,
): Promise<T[]> {
  const all: T[] = [];
  for (const entry of entries) all.push(await work(entry));
  return all;
}

async function entryData(entry: LogEntry): Promise<object> {
  const { id, run, names } = entry;
  const params = await entry.params();
  return {
    run: id,
    branches: names,
    steps: run.steps,
    goal: run.goal,
    recording: entry.recording,
    parents: run.parents,
    from: run.meta.from ?? null,
    message: run.meta.message ?? null,
    params: params?.values ?? null,
    time: run.meta.time ?? null,
  };
}

async function entryText(out: Output, entry: LogEntry): Promise<string> {
  const { id, run, names, recording } = entry;
  const unfinished = unfinishedText({ ...run, recording });
  const labels = names.length === 0 ? "" : ` (${out.style("green", names.join(", "))})`;
  return [
    `${out.style("yellow", shortId(id))}${labels}  ${count(run.steps)} steps${unfinished}`,
    ...(await entry.origins()).map((origin) => `  ${originText(origin)}`),
    ...firstStateLine(entry),
    ...(await changedText(entry)),
    ...(run.meta.time === undefined ? [] : [`  recorded ${noteText(run.meta.time)}`]),
    ...(run.meta.message === undefined ? [] : [`  ${noteText(run.meta.message)}`]),
  ].join("\n");
}

/** Where the first state is from, of a run that was recorded with it. */
function firstStateLine({ run: { meta, parents } }: LogEntry): string[] {
  const { from } = meta;
  if (from === undefined || parents.length > 0) return [];
  return [`  begins with ${firstStateText("file" in from ? from : { ...from, name: null })}`];
}

/** The params of a run; for a run that came from another, only the differences. */
async function changedText(entry: LogEntry): Promise<string[]> {
  const changes = await entry.changes();
  if (changes === undefined) return paramsText(entry);
  const { params, long, seed, program, state } = changes;
  return [
    ...(params.length > 0 ? [`  params ${valuesText(params)}`] : []),
    ...(long === undefined ? [] : [`  params ${longText(long)}`]),
    ...(seed ? ["  another seed"] : []),
    ...(program ? ["  other code"] : []),
    ...(state ? ["  state changed"] : []),
  ];
}

async function paramsText(entry: LogEntry): Promise<string[]> {
  const params = await entry.params();
  if (params === undefined) return ["  params cannot be read"];
  const { bytes, values } = params;
  if (values === undefined) return [`  params ${measuredText(bytes)}`];
  return Object.keys(values as object).length === 0 ? [] : [`  params ${shortJson(values)}`];
}
