import type { Difference } from "../../codec/differences.ts";
import { toJson, toShortJson } from "../../codec/json/write.ts";
import { changesBetween, type SegmentChanges, stateWasChanged } from "../../history/changes.ts";
import { storedState } from "../../history/stored-state.ts";
import { shortId } from "../../object/id.ts";
import { packagesOf } from "../../object/program.ts";
import type { RunManifest, Segment } from "../../object/run.ts";
import type { Run } from "../../replay/run/run.ts";
import { count, noteText, plural } from "../terminal/text.ts";
import { longText, paramsData, type ValueChange, valuesText } from "./changes-text.ts";
import { changedByHand } from "./hand-changes.ts";
import { measuredText, paramsText, type ShownParams } from "./shown-params.ts";

/** A segment of a run, ready for JSON. */
export interface SegmentDescription extends Parts {
  readonly start: number;
  readonly params: unknown;
  /** The length of the params, if they were not read. */
  readonly paramsBytes?: number;
  readonly stateStored: boolean;
  /** What differs from the segment before it; null for the first segment. */
  readonly changes: SegmentChange | null;
}

/** The facts from a segment's program and seeds. */
interface Parts {
  readonly simulation: string;
  readonly module: string | null;
  readonly source: string;
  readonly generator: string;
  readonly packages: readonly (readonly [string, string])[];
  readonly seed: unknown;
  /** How generators are seeded. */
  readonly streams: string;
}

/** The changes where a segment begins; empty or null if something did not change. */
interface SegmentChange {
  readonly params: readonly ValueChange[];
  /** The lengths of the params, if they were not compared. */
  readonly long?: NonNullable<SegmentChanges["long"]>;
  readonly seed: Pair | null;
  readonly program: Pair | null;
  readonly generator: Pair | null;
  /** Whether the state was changed by hand; null if only a replay could tell. */
  readonly state: boolean | null;
  /** The first hundred fields that were changed; null if unknown. */
  readonly fields: readonly ValueChange[] | null;
}

interface Pair {
  readonly before: unknown;
  readonly after: unknown;
}

/** How a segment is described. */
interface Wanted extends Past {
  readonly replays: boolean;
  readonly params: ShownParams;
  /** Whether to include all params, and not only the changes. */
  readonly showsParams: boolean;
}

/** The segment to compare with. */
interface Past {
  /** The segment before it; undefined if the run began with it. */
  readonly before: Segment | undefined;
  /** The run that was forked at step 0, if the segment begins there. */
  readonly parent: RunManifest | undefined;
}

/**
 * Describes a segment, and what changed since the segment `before` it: from its objects alone; with
 * `replays` also from a replay of the step before it, if its code may run.
 */
export async function describeSegment(
  run: Run,
  segment: Segment,
  { before, parent, replays, params, showsParams }: Wanted,
): Promise<SegmentDescription> {
  const changed = replays ? await changedByHand(run, segment, parent) : undefined;
  const own = await partsOf(segment, run);
  const read = showsParams ? await params.read(segment.params) : undefined;
  return {
    start: segment.start,
    ...own,
    params: read?.values === undefined ? null : params.toJson(read.values),
    ...(read !== undefined && read.values === undefined && { paramsBytes: read.bytes }),
    stateStored: segment.begin !== undefined,
    changes:
      before === undefined
        ? null
        : await changesSince(run, { before, parent, segment, own, changed, params }),
  };
}

/** A segment as text: all of the first segment, and the changes of later ones. */
export function segmentText(segment: SegmentDescription): string[] {
  const { changes, start } = segment;
  const rows = [
    ...(changes === null || start === 0 ? wholeRows(segment) : []),
    ...(changes === null ? [] : changedRows(segment, changes)),
  ];
  return [
    `from step ${count(start)}`,
    ...rows.map(([name, text]) => `  ${name.padEnd(9)}  ${noteText(text)}`),
  ];
}

/** The params of a segment on a line. */
export function shownParams({ params, paramsBytes }: SegmentDescription): string {
  return paramsBytes === undefined ? paramsText(params) : measuredText(paramsBytes);
}

/** Values that were changed by hand are cut to this length: this is not a listing of the state. */
const LONGEST_VALUE = 100_000;

type Row = readonly [name: string, text: string];

function wholeRows(segment: SegmentDescription): Row[] {
  return [
    ["program", programText(segment)],
    ["generator", `${segment.generator}, seed ${seedText(segment.seed)}${streamsText(segment)}`],
    ["params", shownParams(segment)],
    ...packageRows(segment),
  ];
}

function changedRows(segment: SegmentDescription, changes: SegmentChange): Row[] {
  const { params, long, seed, program, generator, state, fields } = changes;
  const rows: Row[] = [
    ...(program === null ? [] : [["program", programText(segment)] as const]),
    ...(program === null ? [] : packageRows(segment)),
    ...(generator === null ? [] : [["generator", arrow(generator)] as const]),
    ...(seed === null ? [] : [["seed", arrow(seed)] as const]),
    ...(params.length === 0 ? [] : [["params", valuesText(params)] as const]),
    ...(long === undefined ? [] : [["params", longText(long)] as const]),
    ...(state === true ? [["state", fieldsText(fields ?? [])] as const] : []),
    ...(state === null ? [["state", "may have changed too: see diff"] as const] : []),
  ];
  return rows.length === 0 ? [["params", "given again, with the same values"]] : rows;
}

/** The most fields that the text lists; it counts the rest. */
const MOST_FIELDS = 5;

function fieldsText(fields: readonly ValueChange[]): string {
  return fields.length === 0 ? "changed" : valuesText(fields, MOST_FIELDS);
}

/** The most packages that the text lists; it counts the rest. */
const MOST_PACKAGES = 100;

function packageRows({ packages }: SegmentDescription): Row[] {
  const more = packages.length - MOST_PACKAGES;
  return [
    ...packages
      .slice(0, MOST_PACKAGES)
      .map(([name, version]): Row => ["package", `${name} ${version}`]),
    ...(more > 0 ? [["", `… and ${plural(more, "more package")}`] as const] : []),
  ];
}

function programText({ simulation, module, source }: Parts): string {
  return `${simulation} (${module ?? "handed over in memory"}, ${shortId(source)})`;
}

/** How generators are seeded, unless it is the default. */
function streamsText({ streams }: Parts): string {
  return streams === "block" ? "" : `, ${streams} streams`;
}

function arrow({ before, after }: Pair): string {
  return `${seedText(before)} → ${seedText(after)}`;
}

/** A seed's digits, even if JSON cannot hold it as a number. */
function seedText(seed: unknown): string {
  return String((seed as { $bigint?: string }).$bigint ?? seed);
}

async function changesSince(
  run: Run,
  given: Past & {
    readonly before: Segment;
    readonly segment: Segment;
    readonly own: Parts;
    readonly changed: readonly Difference[] | undefined;
    readonly params: ShownParams;
  },
): Promise<SegmentChange> {
  const { before, parent, segment, own, changed, params } = given;
  const changes = await changesBetween(before, segment, params.read);
  const old = await partsOf(before, run);
  const blockSize = own.streams === "continuous" ? undefined : run.blockSize;
  const stored = parent && (await storedState(run.replayer.readObject, parent, segment.start));
  const pair = (part: (parts: Parts) => unknown): Pair | null =>
    part(old) === part(own) ? null : { before: part(old), after: part(own) };
  const fields = changed?.map(({ path, a, b }) => ({
    name: path,
    before: toShortJson(a, LONGEST_VALUE).json,
    after: toShortJson(b, LONGEST_VALUE).json,
  }));
  return {
    params: paramsData(changes.params, params.toJson),
    ...(changes.long && { long: changes.long }),
    seed: changes.seed ? { before: old.seed, after: own.seed } : null,
    program: pair(({ source }) => source),
    generator: pair(({ generator }) => generator),
    state: fields
      ? fields.length > 0
      : (stateWasChanged(segment, changes, { blockSize, stored }) ?? null),
    fields: fields ?? null,
  };
}

async function partsOf(segment: Segment, run: Run): Promise<Parts> {
  const { program, seeds } = await run.replayer.parts(segment);
  const { master } = seeds;
  return {
    simulation: program.name,
    module: program.module === undefined ? null : `${program.module}#${program.exportName}`,
    source: program.source,
    generator: program.generator,
    packages: packagesOf(program),
    streams: seeds.rule,
    seed: toJson(master <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(master) : master),
  };
}
