import { isRewindError } from "../../../base/errors.ts";
import { toJson } from "../../../codec/json.ts";
import { changesBetween, stateWasChanged } from "../../../history/changes.ts";
import type { LogEntry } from "../../../history/log.ts";
import { type Origin, type Origins, originsIn } from "../../../history/origin.ts";
import type { Damage } from "../../../history/sound-refs.ts";
import { storedState } from "../../../history/stored-state.ts";
import { shortId } from "../../../object/id.ts";
import { type ParamValues, readParams } from "../../../object/params.ts";
import type { Segment } from "../../../object/run.ts";
import type { Get } from "../../../object/state.ts";
import { reader } from "../../../store/object-store.ts";
import { type Command, command } from "../../command.ts";
import { optionalCount } from "../../input/parse.ts";
import { usageError } from "../../input/usage-error.ts";
import { paramsData, valuesText } from "../../show/changes-text.ts";
import { damagedData, reportDamage } from "../../show/damage.ts";
import { originText } from "../../show/origin-text.ts";
import { formatState } from "../../show/state.ts";
import type { Output } from "../../terminal/output.ts";
import { count, plural, visibleLine } from "../../terminal/text.ts";
import { drawnOrder, logGraph } from "./log-graph.ts";

export const log: Command = command({
  positionals: { revision: { type: "string", completes: "revision" } },
  describe:
    "Lists a run and those that it came from, or every run, the latest first: how each was made, from\nwhich step, and what changed. A..B lists the runs from which B came and A did not.",
  options: {
    all: { describe: "every run that a branch or tag leads to", type: "boolean" },
    graph: { describe: "draw the branches, one line for each run", type: "boolean" },
    limit: { alias: "n", describe: "list at most N runs", type: "string", value: "N" },
  },
  examples: [
    ["log", "where the current branch comes from"],
    ["log --all --graph", "how all runs descend from each other"],
    ["log --all -n 5", "the five latest runs"],
    ["log main..fix", "the runs that fix has and main has not"],
  ],
  keys: {
    log: [
      {
        runs: [...["run", "branches", "steps", "goal", "parents", "message", "params", "time"]],
      },
    ],
  },
  async run(args, { out, open }) {
    const limit = optionalCount(args.limit, "-n") ?? Number.POSITIVE_INFINITY;
    if (args.all && args.revision !== undefined)
      throw usageError("expected --all or a revision, got both");
    const repo = await open();
    const damaged: Damage[] = [];
    const all = await repo.log(args.all ? undefined : (args.revision ?? "HEAD"), {
      onDamaged: (damage) => damaged.push(damage),
    });
    const latest = all.slice(0, limit);
    const entries = args.graph ? drawnOrder(latest) : latest;
    const known = new Map(all.map(({ id, run }) => [id, run]));
    const origins = await originsIn(repo.store.objects, repo.store.refs, known);
    const get = reader(repo.store.objects);
    const text = args.graph
      ? await logGraph(entries, origins, out)
      : (await Promise.all(entries.map((entry) => entryText(out, entry, origins, get)))).join(
          "\n\n",
        );
    const runs = await Promise.all(entries.map((entry) => entryData(entry, get)));
    out.result({ runs, ...damagedData(damaged) }, () => {
      if (all.length === 0 && damaged.length > 0) return "no readable run";
      if (all.length === 0) return args.all ? "no runs yet" : "no runs";
      const more = all.length - entries.length;
      const gap = args.graph ? "\n" : "\n\n";
      const left = more === 0 ? [] : [out.style("dim", `… and ${plural(more, "earlier run")}`)];
      return [...(entries.length === 0 ? [] : [text]), ...left].join(gap);
    });
    return reportDamage(out, damaged);
  },
});

async function entryData({ id, run, names }: LogEntry, get: Get): Promise<object> {
  const params = await paramsOf(run.segments.at(-1), get);
  return {
    run: id,
    branches: names,
    steps: run.steps,
    goal: run.goal,
    parents: run.parents,
    message: toJson(run.meta.message ?? null),
    params: params === undefined ? null : toJson(params),
    time: toJson(run.meta.time ?? null),
  };
}

/** The params of a segment; undefined if their object is damaged: the log goes on without them. */
async function paramsOf(segment: Segment | undefined, get: Get): Promise<ParamValues | undefined> {
  if (segment === undefined) return {};
  try {
    return await readParams(segment.params, get);
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  }
}

async function entryText(
  out: Output,
  { id, run, names }: LogEntry,
  origins: Origins,
  get: Get,
): Promise<string> {
  const unfinished = run.steps < run.goal ? ` of ${count(run.goal)}, unfinished` : "";
  const labels = names.length === 0 ? "" : ` (${out.style("green", names.join(", "))})`;
  const from = await origins.of(id, run);
  const segment = run.segments.at(-1) as Segment;
  return [
    `${out.style("yellow", shortId(id))}${labels}  ${count(run.steps)} steps${unfinished}`,
    ...from.map((origin) => `  ${originText(origin)}`),
    ...(await changedText(segment, from[0], get)),
    ...((await changesState(from[0], segment, get)) ? ["  state changed"] : []),
    ...(run.meta.time === undefined ? [] : [`  recorded ${visibleLine(String(run.meta.time))}`]),
    ...(run.meta.message === undefined ? [] : [`  ${visibleLine(String(run.meta.message))}`]),
  ].join("\n");
}

/** The params of a run; for a run that came from another, what it has different. */
async function changedText(
  segment: Segment,
  origin: Origin | undefined,
  get: Get,
): Promise<string[]> {
  const before = origin?.manifest?.segments.findLast(({ start }) => start <= origin.step);
  if (before === undefined) {
    const params = await paramsOf(segment, get);
    if (params === undefined) return ["  params cannot be read"];
    return Object.keys(params).length === 0
      ? []
      : [`  params ${formatState(params, { oneLine: true })}`];
  }
  const { params, seed, program } = await changesBetween(before, segment, get);
  return [
    ...(params.length > 0 ? [`  params ${valuesText(paramsData(params))}`] : []),
    ...(seed ? ["  another seed"] : []),
    ...(program ? ["  other code"] : []),
  ];
}

/**
 * Whether a fork began with another state than its origin had there, as far as stored objects show:
 * a log runs no code. For a fork inside a block, this is known only if nothing else was changed.
 */
async function changesState(
  origin: Origin | undefined,
  segment: Segment,
  get: Get,
): Promise<boolean> {
  const { kind, step, manifest } = origin ?? {};
  const before = manifest?.segments.findLast(({ start }) => start <= (step as number));
  if (kind !== "forked" || segment.start !== step || !segment.begin) return false;
  if (manifest === undefined || before === undefined) return false;
  try {
    const stored = await storedState(get, manifest, step);
    const changes = await changesBetween(before, segment, get);
    return stateWasChanged(segment, changes, { blockSize: undefined, stored }) === true;
  } catch (error) {
    if (isRewindError(error)) return false;
    throw error;
  }
}
