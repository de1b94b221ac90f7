import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { decodeBody, encodeBody, type Fields, idBytes } from "./body.ts";
import type { Id } from "./id.ts";
import { formatParamsRef, type ParamsRef, parseParamsRef } from "./params.ts";
import { checkMeta, type RunMeta } from "./run-meta.ts";
import { formatStateRef, parseStateRef, type StateRef } from "./state.ts";
import {
  type Edge,
  formatEdge,
  parseEdge,
  type Timeline,
  timelineRoot,
  type Witness,
} from "./timeline.ts";

/** The version of the run format that this code writes and reads. */
export const RUN_FORMAT = 1;

/** A stretch of a lineage under one program, one master seed and one set of params. */
export interface Segment {
  /** The step at which the segment begins. */
  readonly start: number;
  readonly program: Id<"program">;
  readonly seeds: Id<"seeds">;
  /** A ref to the values; `readParams` reads them. */
  readonly params: ParamsRef;
  /**
   * The state at the start and those of the generators, if the segment begins inside a block or with
   * a changed state. Otherwise the timeline has the state, and the generator is seeded again.
   */
  readonly begin: SegmentBegin | undefined;
}

/** The states of the simulation and of its generators at the start of a segment. */
export interface SegmentBegin {
  readonly state: StateRef;
  /** The state of the main generator. */
  readonly generator: Uint8Array;
  /** The states of the named generators that were drawn from, sorted by name. */
  readonly named: readonly (readonly [name: string, state: Uint8Array])[];
  /**
   * The witness of the steps from here to the end of the block, or to the next segment. A segment
   * that begins on the grid has 0: the timeline holds its witness.
   */
  readonly witness: Witness;
}

/** A recorded run: the immutable manifest that a branch names. */
export interface RunManifest {
  /** Steps in a block. */
  readonly blockSize: number;
  /** The steps recorded. */
  readonly steps: number;
  /** The steps that were requested: more than `steps` while the recording is unfinished. */
  readonly goal: number;
  /** In the order of their starts; the first begins at step 0. */
  readonly segments: readonly Segment[];
  /** The states at steps 0, blockSize, 2 blockSize, … below `steps`. */
  readonly edge: Edge;
  /** The state at `steps`. */
  readonly final: StateRef;
  /** The run that it was forked from or continues, and at which step. */
  readonly parents: readonly Parent[];
  /** What its simulation observed while it was recorded; undefined if it observes nothing. */
  readonly observed?: Id<"observed"> | undefined;
  /** What does not belong to the run itself: time, author, message, host. */
  readonly meta: RunMeta;
}

/** A run and a step of it. */
export interface Parent {
  readonly run: Id<"run">;
  readonly step: number;
}

/** The number of checkpoints of a run: one at each multiple of the block size below `steps`. */
export function checkpointCount(steps: number, blockSize: number): number {
  return Math.ceil(steps / blockSize);
}

/** The timeline of a run. */
export function timelineOf(manifest: RunManifest): Timeline {
  return { count: checkpointCount(manifest.steps, manifest.blockSize), edge: manifest.edge };
}

/** The root of a timeline: runs with equal checkpoints have equal roots. */
export function rootOf(hash: Hash, manifest: RunManifest): string {
  return timelineRoot(hash, manifest.steps, timelineOf(manifest), manifest.final);
}

/** The bytes of a run object. */
export function encodeRun(manifest: RunManifest): Uint8Array {
  return encodeBody("run", format(manifest));
}

/** Reads a run object. */
export function decodeRun(body: Uint8Array): RunManifest {
  return decodeBody("run", body, (fields) => parse(fields, body.length), format);
}

function parse(fields: Fields, lengthBytes: number): RunManifest {
  const version = fields.integer();
  if (version !== RUN_FORMAT) {
    throw new RewindError(
      "UNSUPPORTED_FORMAT",
      `expected run format ${RUN_FORMAT}, got ${version}`,
    );
  }
  const blockSize = fields.expectLength(9, 10).integer(1);
  const steps = fields.integer();
  const goal = fields.integer(steps);
  const segments = fields.list((element) => parseSegment(element.nested()));
  checkSegments(segments, steps, blockSize);
  return {
    blockSize,
    steps,
    goal,
    segments,
    edge: parseEdge(fields, checkpointCount(steps, blockSize)),
    final: parseStateRef(fields),
    parents: parseParents(fields),
    meta: checkMeta(fields.record(), lengthBytes),
    observed: fields.length === 10 ? fields.id<"observed">() : undefined,
  };
}

/** A run has at most one parent today; the format allows a few. */
const MOST_PARENTS = 16;

function parseParents(fields: Fields): Parent[] {
  const parents = fields.list((element) => {
    const parent = element.nested().expectLength(2);
    return { run: parent.id<"run">(), step: parent.integer() };
  });
  if (parents.length <= MOST_PARENTS) return parents;
  throw new RewindError(
    "OBJECT_INVALID",
    `not a valid run: expected at most ${count(MOST_PARENTS)} parents, got ${count(parents.length)}`,
  );
}

function format(manifest: RunManifest): readonly unknown[] {
  return [
    RUN_FORMAT,
    manifest.blockSize,
    manifest.steps,
    manifest.goal,
    manifest.segments.map(formatSegment),
    formatEdge(manifest.edge),
    formatStateRef(manifest.final),
    manifest.parents.map((parent) => [idBytes(parent.run), parent.step]),
    manifest.meta,
    ...(manifest.observed === undefined ? [] : [idBytes(manifest.observed)]),
  ];
}

function parseSegment(fields: Fields): Segment {
  return {
    start: fields.expectLength(5).integer(),
    program: fields.id<"program">(),
    seeds: fields.id<"seeds">(),
    params: parseParamsRef(fields),
    begin: fields.optional((field) => {
      const begin = field.nested();
      return {
        state: parseStateRef(begin),
        generator: begin.bytes(),
        witness: begin.integer(0, 2 ** 32 - 1),
        named: begin.length === 3 ? [] : parseNamed(begin.expectLength(4)),
      };
    }),
  };
}

function formatSegment(segment: Segment): readonly unknown[] {
  const { begin } = segment;
  return [
    segment.start,
    idBytes(segment.program),
    idBytes(segment.seeds),
    formatParamsRef(segment.params),
    begin === undefined ? null : formatBegin(begin),
  ];
}

/** Names come sorted, each once. */
function parseNamed(fields: Fields): SegmentBegin["named"] {
  const named = fields.list((element) => {
    const each = element.nested().expectLength(2);
    return [each.text(), each.bytes()] as const;
  });
  if (named.every(([name], i) => i === 0 || (named[i - 1] as (typeof named)[number])[0] < name))
    return named;
  throw new RewindError("OBJECT_INVALID", "expected the names of streams sorted, each once");
}

function formatBegin({ state, generator, named, witness }: SegmentBegin): readonly unknown[] {
  const fields = [formatStateRef(state), generator, witness];
  return named.length === 0 ? fields : [...fields, named];
}

/** Segments start at 0, in ascending order, within the run, and have a state only if they need one. */
function checkSegments(segments: readonly Segment[], steps: number, blockSize: number): void {
  let last = -1;
  for (const [index, segment] of segments.entries()) {
    const onGrid = segment.start % blockSize === 0;
    if (
      segment.start <= last ||
      segment.start > steps ||
      (index === 0 && segment.start !== 0) ||
      (!onGrid && segment.begin === undefined) ||
      (onGrid && (segment.begin?.witness ?? 0) !== 0)
    ) {
      throw new RewindError(
        "OBJECT_INVALID",
        `not a valid run: segment ${index} starts in a wrong place, ${segment.start}`,
      );
    }
    last = segment.start;
  }
  if (segments.length === 0)
    throw new RewindError("OBJECT_INVALID", "not a valid run: expected a segment, got none");
}
