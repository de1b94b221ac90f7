import type { Difference } from "../codec/differences.ts";
import { toJson, toShortJson } from "../codec/json/write.ts";
import { changesBetween, type SegmentChanges, stateWasChanged } from "../history/changes.ts";
import { storedState } from "../history/stored-state.ts";
import { type ProgramClock, packagesOf } from "../object/program.ts";
import type { RunManifest, Segment } from "../object/run.ts";
import { changedByHand } from "../replay/compare/changed-by-hand.ts";
import type { Run } from "../replay/run/run.ts";
import { changesJson, type DescribedParams, type ValueChange } from "./described-params.ts";

/** A segment of a run, as data that JSON can carry. */
export interface SegmentDescription extends SegmentParts {
  /** The step at which it begins. */
  readonly start: number;
  /** As `toJson` gives them; null if they were not read. */
  readonly params: unknown;
  /** The bytes of the params, if they are too long to be read. */
  readonly paramsBytes?: number;
  /** Whether the state with which it begins is stored with it. */
  readonly stateStored: boolean;
  /** What differs from the segment before it; null for the first segment. */
  readonly changes: SegmentChange | null;
}

/** What the program and the seeds of a segment say. */
export interface SegmentParts {
  /** The name of the simulation. */
  readonly simulation: string;
  /** The module and its export, `walk.ts#default`; null if it was handed over in memory. */
  readonly module: string | null;
  /** The id of the recorded source. */
  readonly source: string;
  readonly generator: string;
  /** The names and versions of the recorded packages. */
  readonly packages: readonly (readonly [name: string, version: string])[];
  /** The master seed, as `toJson` gives it: a number, or `{ $bigint }` if it is over 2^53. */
  readonly seed: unknown;
  /** How generators are seeded: `block`, `step` or `continuous`. */
  readonly streams: string;
  /** The clock of its steps under `chance: "run"`; null if they may not read one. */
  readonly clock: ProgramClock | null;
}

/** The changes where a segment begins; empty or null if something did not change. */
export interface SegmentChange {
  readonly params: readonly ValueChange[];
  /** The bytes of the params, if they differ and are too long to be compared one by one. */
  readonly long?: NonNullable<SegmentChanges["long"]>;
  readonly seed: ValuePair | null;
  readonly program: ValuePair | null;
  readonly generator: ValuePair | null;
  /** Whether the state was changed by hand; null if only a replay could tell. */
  readonly state: boolean | null;
  /** The first hundred fields that were changed; null if unknown. */
  readonly fields: readonly ValueChange[] | null;
}

/** Two values of one thing. */
export interface ValuePair {
  readonly before: unknown;
  readonly after: unknown;
}

/** How a segment is described. */
interface Wanted extends Past {
  readonly replays: boolean;
  readonly params: DescribedParams;
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
  const changed = replays ? await changedByHand(run.replayer, segment, parent) : undefined;
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

/** Values that were changed by hand are cut to this length: this is not a listing of the state. */
const LONGEST_VALUE = 100_000;

async function changesSince(
  run: Run,
  given: Past & {
    readonly before: Segment;
    readonly segment: Segment;
    readonly own: SegmentParts;
    readonly changed: readonly Difference[] | undefined;
    readonly params: DescribedParams;
  },
): Promise<SegmentChange> {
  const { before, parent, segment, own, changed, params } = given;
  const changes = await changesBetween(before, segment, params.read);
  const old = await partsOf(before, run);
  const blockSize = own.streams === "continuous" ? undefined : run.blockSize;
  const stored = parent && (await storedState(run.replayer.readObject, parent, segment.start));
  const pair = (part: (parts: SegmentParts) => unknown): ValuePair | null =>
    part(old) === part(own) ? null : { before: part(old), after: part(own) };
  const fields = changed?.map(({ path, a, b }) => ({
    name: path,
    before: toShortJson(a, LONGEST_VALUE).json,
    after: toShortJson(b, LONGEST_VALUE).json,
  }));
  return {
    params: changesJson(changes.params, params.toJson),
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

async function partsOf(segment: Segment, run: Run): Promise<SegmentParts> {
  const { program, seeds } = await run.replayer.parts(segment);
  const { master } = seeds;
  return {
    simulation: program.name,
    module: program.module === undefined ? null : `${program.module}#${program.exportName}`,
    source: program.source,
    generator: program.generator,
    packages: packagesOf(program),
    streams: seeds.rule,
    clock: program.clock ?? null,
    seed: toJson(master <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(master) : master),
  };
}
