import { toJson } from "../codec/json.ts";
import { objectsOf } from "../object/closure.ts";
import { shortId } from "../object/id.ts";
import type { Segment } from "../object/run.ts";
import type { Run } from "../replay/run.ts";
import { shortJson } from "./state.ts";
import { count, plural, size, visibleLine } from "./text.ts";

/** What there is to say of a run, ready for JSON. */
export interface RunDescription {
  readonly run: string;
  readonly root: string;
  readonly steps: number;
  readonly goal: number;
  readonly blockSize: number;
  readonly checkpoints: number;
  readonly objects: { readonly count: number; readonly bytes: number; readonly counted: boolean };
  readonly segments: readonly SegmentDescription[];
  readonly parents: readonly { readonly run: string; readonly step: number }[];
  readonly meta: unknown;
}

interface SegmentDescription {
  readonly start: number;
  readonly simulation: string;
  readonly module: string | null;
  readonly source: string;
  readonly generator: string;
  readonly packages: readonly (readonly [string, string])[];
  readonly seed: unknown;
  readonly params: unknown;
  readonly stateStored: boolean;
}

/** Of runs with more objects than this, not all are counted. */
const MOST_OBJECTS = 20_000;

/** Describes a run by its objects alone: nothing is replayed. */
export async function describeRun(run: Run): Promise<RunDescription> {
  const { manifest, replayer } = run;
  return {
    run: run.id,
    root: run.root,
    steps: run.steps,
    goal: manifest.goal,
    blockSize: run.blockSize,
    checkpoints: run.checkpoints,
    objects: await countObjects(run),
    segments: await Promise.all(
      manifest.segments.map((segment) => describeSegment(segment, replayer)),
    ),
    parents: manifest.parents,
    meta: toJson(manifest.meta),
  };
}

/** A description as text. */
export function runText(description: RunDescription): string {
  const { objects, steps, goal, meta } = description;
  // Whoever made the run wrote these, and need not have meant well.
  const { message, time, author, host, git } = meta as Record<string, unknown>;
  const { node, platform, arch } = (host ?? {}) as Record<string, unknown>;
  const { commit, dirty } = (git ?? {}) as Record<string, unknown>;
  const shown = (value: unknown): string => visibleLine(String(value));
  const unfinished = steps < goal ? ` of ${count(goal)}, unfinished` : "";
  return [
    `run      ${description.run}`,
    `root     ${description.root}`,
    `steps    ${count(steps)}${unfinished}`,
    `blocks   ${plural(description.checkpoints, "checkpoint")}, ${count(description.blockSize)} steps apart`,
    `objects  ${objects.counted ? "" : "over "}${count(objects.count)}, ${size(objects.bytes)}`,
    ...(message === undefined ? [] : [`message  ${shown(message)}`]),
    ...(time === undefined
      ? []
      : [`recorded ${shown(time)}${author === undefined ? "" : ` by ${shown(author)}`}`]),
    ...(node === undefined
      ? []
      : [`host     Node ${shown(node)}, ${shown(platform)} ${shown(arch)}`]),
    ...(commit === undefined
      ? []
      : [`git      ${shortId(shown(commit))}${dirty ? ", with changes" : ""}`]),
    ...description.parents.map(
      ({ run, step }) => `forked   from ${shortId(run)} at step ${count(step)}`,
    ),
    ...description.segments.flatMap(segmentText),
  ].join("\n");
}

function segmentText(segment: SegmentDescription): string[] {
  const from = segment.module === null ? "handed over in memory" : segment.module;
  return [
    `from step ${count(segment.start)}${segment.stateStored ? ", with a state of its own" : ""}`,
    `  program    ${visibleLine(`${segment.simulation} (${from}, ${shortId(segment.source)})`)}`,
    `  generator  ${visibleLine(segment.generator)}, seed ${seedText(segment.seed)}`,
    `  params     ${shortJson(segment.params)}`,
    ...segment.packages.map(
      ([name, version]) => `  package    ${visibleLine(`${name} ${version}`)}`,
    ),
  ];
}

/** A seed's digits, also of one that JSON cannot carry as a number. */
function seedText(seed: unknown): string {
  return String((seed as { $bigint?: string }).$bigint ?? seed);
}

async function describeSegment(
  segment: Segment,
  replayer: Run["replayer"],
): Promise<SegmentDescription> {
  const { program, seeds } = await replayer.parts(segment);
  const seed =
    seeds.master <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seeds.master) : seeds.master;
  return {
    start: segment.start,
    simulation: program.name,
    module: program.module === undefined ? null : `${program.module}#${program.exportName}`,
    source: program.source,
    generator: program.generator,
    packages: program.packages,
    seed: toJson(seed),
    params: toJson(segment.params),
    stateStored: segment.begin !== undefined,
  };
}

async function countObjects(run: Run): Promise<RunDescription["objects"]> {
  const { get } = run.replayer;
  let bytes = (await get("run", run.id)).length;
  let objects = 1;
  for await (const { kind, id, optional } of objectsOf(run.manifest, get)) {
    if (objects >= MOST_OBJECTS) return { count: objects, bytes, counted: false };
    const body = await get(kind, id).catch((error) => {
      if (optional) return undefined;
      throw error;
    });
    if (body === undefined) continue;
    objects++;
    bytes += body.length;
  }
  return { count: objects, bytes, counted: true };
}
