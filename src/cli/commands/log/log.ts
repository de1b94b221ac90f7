import { isRewindError } from "../../../base/errors.ts";
import { changesBetween, stateWasChanged } from "../../../history/changes.ts";
import type { LogEntry } from "../../../history/log.ts";
import { namesOfRuns } from "../../../history/names.ts";
import { type Origin, type Origins, originsIn } from "../../../history/origin.ts";
import type { Damage } from "../../../history/sound-refs.ts";
import { storedState } from "../../../history/stored-state.ts";
import { shortId } from "../../../object/id.ts";
import type { ParamsRead } from "../../../object/params.ts";
import type { Segment } from "../../../object/run.ts";
import type { ReadObject } from "../../../object/state.ts";
import { objectReader } from "../../../store/object-store.ts";
import { type Command, command } from "../../command.ts";
import { optionalCount } from "../../input/parse.ts";
import { usageError } from "../../input/usage-error.ts";
import { longText, paramsData, valuesText } from "../../show/changes-text.ts";
import { damagedData, reportDamage } from "../../show/damage.ts";
import { originText } from "../../show/origin-text.ts";
import {
  measuredText,
  type ShownParams,
  shortParams,
  wholeParams,
} from "../../show/shown-params.ts";
import { formatState } from "../../show/state.ts";
import type { Output } from "../../terminal/output.ts";
import { count, noteText, plural } from "../../terminal/text.ts";
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
    ["log main..fix", "the runs behind fix that are not behind main"],
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
    const { objects, refs } = repo.store;
    const damaged: Damage[] = [];
    const onDamaged = (damage: Damage): void => void damaged.push(damage);
    // With --all, every damaged ref is reported in any case.
    const names = await namesOfRuns(objects, refs, args.all ? undefined : onDamaged);
    const all = await repo.log(args.all ? undefined : (args.revision ?? "HEAD"), {
      onDamaged,
      names,
    });
    const latest = all.slice(0, limit);
    const entries = args.graph ? drawnOrder(latest) : latest;
    const known = new Map(all.map(({ id, run }) => [id, run]));
    const origins = await originsIn(objects, refs, known, names);
    const get = objectReader(objects);
    const gap = args.graph ? "\n" : "\n\n";
    const runs = out.json ? await each(entries, dataOf(wholeParams(get))) : [];
    const text = out.json
      ? ""
      : args.graph
        ? await logGraph(entries, origins, out)
        : (await each(entries, textOf(out, origins, get))).join(gap);
    out.result({ runs, ...damagedData(damaged) }, () => {
      if (all.length === 0 && damaged.length > 0) return "no readable run";
      if (all.length === 0) return args.all ? "no runs yet" : "no runs";
      const more = all.length - entries.length;
      const left = more === 0 ? [] : [out.style("dim", `… and ${plural(more, "earlier run")}`)];
      return [...(entries.length === 0 ? [] : [text]), ...left].join(gap);
    });
    return reportDamage(out, damaged);
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

function dataOf(shown: ShownParams): (entry: LogEntry) => Promise<object> {
  return async ({ id, run, names }) => {
    const params = await paramsOf(run.segments.at(-1), shown);
    return {
      run: id,
      branches: names,
      steps: run.steps,
      goal: run.goal,
      parents: run.parents,
      message: run.meta.message ?? null,
      params: params?.values === undefined ? null : shown.toJson(params.values),
      time: run.meta.time ?? null,
    };
  };
}

/**
 * The params of a segment; undefined if their object is damaged, so that the log continues without
 * them.
 */
async function paramsOf(
  segment: Segment | undefined,
  shown: ShownParams,
): Promise<ParamsRead | undefined> {
  if (segment === undefined) return { bytes: 0, values: {} };
  try {
    return await shown.read(segment.params);
  } catch (error) {
    if (isRewindError(error) && error.code !== "TOO_LONG") return undefined;
    throw error;
  }
}

function textOf(
  out: Output,
  origins: Origins,
  get: ReadObject,
): (entry: LogEntry) => Promise<string> {
  const shown = shortParams(get);
  return (entry) => entryText(out, entry, { origins, get, shown });
}

/** What the text of an entry needs. */
interface Reading {
  readonly origins: Origins;
  readonly get: ReadObject;
  readonly shown: ShownParams;
}

async function entryText(
  out: Output,
  { id, run, names }: LogEntry,
  { origins, get, shown }: Reading,
): Promise<string> {
  const unfinished = run.steps < run.goal ? ` of ${count(run.goal)}, unfinished` : "";
  const labels = names.length === 0 ? "" : ` (${out.style("green", names.join(", "))})`;
  const from = await origins.of(id, run);
  const segment = run.segments.at(-1) as Segment;
  return [
    `${out.style("yellow", shortId(id))}${labels}  ${count(run.steps)} steps${unfinished}`,
    ...from.map((origin) => `  ${originText(origin)}`),
    ...(await changedText(segment, from[0], shown)),
    ...((await changesState(from[0], segment, get, shown)) ? ["  state changed"] : []),
    ...(run.meta.time === undefined ? [] : [`  recorded ${noteText(run.meta.time)}`]),
    ...(run.meta.message === undefined ? [] : [`  ${noteText(run.meta.message)}`]),
  ].join("\n");
}

/** The params of a run; for a run that came from another, only the differences. */
async function changedText(
  segment: Segment,
  origin: Origin | undefined,
  shown: ShownParams,
): Promise<string[]> {
  const before = origin?.manifest?.segments.findLast(({ start }) => start <= origin.step);
  if (before === undefined) {
    const params = await paramsOf(segment, shown);
    if (params === undefined) return ["  params cannot be read"];
    const { bytes, values } = params;
    if (values === undefined) return [`  params ${measuredText(bytes)}`];
    return Object.keys(values).length === 0
      ? []
      : [`  params ${formatState(values, { oneLine: true })}`];
  }
  const { params, long, seed, program } = await changesBetween(before, segment, shown.read);
  return [
    ...(params.length > 0 ? [`  params ${valuesText(paramsData(params, shown.toJson))}`] : []),
    ...(long === undefined ? [] : [`  params ${longText(long)}`]),
    ...(seed ? ["  another seed"] : []),
    ...(program ? ["  other code"] : []),
  ];
}

/**
 * Whether a fork began with a different state than its origin, as far as stored objects show: a log
 * runs no code. For a fork inside a block, this is known only if nothing else was changed.
 */
async function changesState(
  origin: Origin | undefined,
  segment: Segment,
  get: ReadObject,
  shown: ShownParams,
): Promise<boolean> {
  const { kind, step, manifest } = origin ?? {};
  const before = manifest?.segments.findLast(({ start }) => start <= (step as number));
  if (kind !== "forked" || segment.start !== step || !segment.begin) return false;
  if (manifest === undefined || before === undefined) return false;
  try {
    const stored = await storedState(get, manifest, step);
    const changes = await changesBetween(before, segment, shown.read);
    return stateWasChanged(segment, changes, { blockSize: undefined, stored }) === true;
  } catch (error) {
    if (isRewindError(error)) return false;
    throw error;
  }
}
