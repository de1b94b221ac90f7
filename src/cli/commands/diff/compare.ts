import type { Path } from "../../../codec/path/format.ts";
import type { TypeCodecs } from "../../../codec/state/type-codecs.ts";
import { originsIn } from "../../../history/origin.ts";
import { type StepSpec, stepOf } from "../../../history/revision.ts";
import { type SharedRun, sharedRun } from "../../../history/shared-run.ts";
import { comparableTypes } from "../../../replay/compare/comparable.ts";
import type { RunDifference } from "../../../replay/compare/diff.ts";
import type { LongOptions } from "../../../replay/environment.ts";
import { rangeOf } from "../../../replay/look/look.ts";
import type { Repository, RevisionOf } from "../../../repository.ts";
import { type Ends, endsIn } from "../../input/range.ts";
import { plotColumns } from "../../terminal/plot.ts";
import { nameOf, type Sides } from "./diff-sides.ts";
import { type Samples, sampleBoth } from "./plot-data.ts";
import { type SourceDifference, sourceDifferences } from "./source-diff.ts";

/** What to compare. */
export interface CompareRequest extends Ends {
  /**
   * The step at which to compare; percentages and steps from the end refer to the steps that both
   * have.
   */
  readonly at: StepSpec | undefined;
  /** The number to plot. */
  readonly path: Path | undefined;
  readonly spans: boolean;
  readonly statistics: boolean;
  /** Whether every difference is listed. */
  readonly every: boolean;
  /** The greatest width of a plot. */
  readonly columns: number;
}

/** The comparison of two runs, with everything to print. */
export interface Compared {
  /** The names of the two. */
  readonly names: readonly [a: string, b: string];
  readonly differs: boolean;
  /** The steps of the compared states, if steps were asked for. */
  readonly at: readonly [a: number, b: number] | undefined;
  readonly result: RunDifference;
  /** The run from which both come. */
  readonly shared: SharedRun | undefined;
  readonly sources: readonly SourceDifference[];
  readonly samples: Samples | undefined;
  /** Codecs of the instances among the changes, and among those at the end. */
  readonly types: TypeCodecs | undefined;
  readonly typesAtEnd: TypeCodecs | undefined;
}

/** The most differences of a state to list by default. */
const MOST_FIELDS = 20;

type Side = RevisionOf<unknown, Record<string, unknown>>;

/** Compares the runs or the states that two revisions name. */
export async function compareRuns(
  repo: Repository,
  sides: Sides,
  request: CompareRequest,
  long: (verb: string) => LongOptions,
): Promise<Compared> {
  const [a, b] = await Promise.all([repo.revision(sides.a), repo.revision(sides.b)]);
  const names = [nameOf(sides.a), nameOf(sides.b)] as const;
  const at = stepsAsked(sides, request, a, b);
  const { spans, statistics, every } = request;
  const { from, to } = endsIn(request, stepsOfBoth(a, b));
  const limit = every ? Number.POSITIVE_INFINITY : MOST_FIELDS;
  const options = { at, limit, spans, statistics, from, to };
  const result = await a.run.diff(b.run, { ...long("comparing"), ...options });
  return {
    names,
    differs: at === undefined ? !result.identical : result.different > 0,
    at,
    result,
    shared: await sharedRunOf(repo, a, b, result),
    sources: await sourceDifferences(sided(names[0], a), sided(names[1], b), result.segments),
    samples: await samplesOf(names, a, b, request, long),
    types: await typesAt(a, b, at ?? both(result.firstDifferentStep)),
    typesAtEnd: await typesAt(a, b, both(result.end?.a)),
  };
}

function stepsAsked(
  sides: Sides,
  { at }: CompareRequest,
  a: Side,
  b: Side,
): readonly [number, number] | undefined {
  if (sides.steps) return [a.step as number, b.step as number];
  const steps = stepsOfBoth(a, b);
  return both(at && stepOf(at, steps, steps));
}

/** The last step that both have. */
function stepsOfBoth(a: Side, b: Side): number {
  return Math.min(a.run.steps, b.run.steps);
}

function both(step: number | undefined): readonly [number, number] | undefined {
  return step === undefined ? undefined : [step, step];
}

/** The run from which both come, if they share a past. */
async function sharedRunOf(
  repo: Repository,
  a: Side,
  b: Side,
  { forkStep }: RunDifference,
): Promise<SharedRun | undefined> {
  if (forkStep === undefined) return undefined;
  const origins = await originsIn(repo.store.objects, repo.store.refs);
  return sharedRun(origins, a.run, b.run, forkStep);
}

async function samplesOf(
  [nameA, nameB]: readonly [string, string],
  a: Side,
  b: Side,
  { path, columns, ...ends }: CompareRequest,
  long: (verb: string) => LongOptions,
): Promise<Samples | undefined> {
  if (path === undefined) return undefined;
  const shorter = a.run.steps < b.run.steps ? a.run : b.run;
  const range = rangeOf(shorter.replayer, endsIn(ends, shorter.steps));
  const sides = [sided(nameA, a), sided(nameB, b)] as const;
  return sampleBoth(path, sides, range, plotColumns(columns), long("sampling"));
}

function sided(name: string, { run }: Side): { name: string; replayer: Side["run"]["replayer"] } {
  return { name, replayer: run.replayer };
}

/** The codecs of the values that differ at these steps. */
async function typesAt(
  a: Side,
  b: Side,
  steps: readonly [number, number] | undefined,
): Promise<TypeCodecs | undefined> {
  if (steps === undefined) return undefined;
  const [segmentA, segmentB] = await Promise.all([
    a.run.replayer.segmentAt(steps[0]),
    b.run.replayer.segmentAt(steps[1]),
  ]);
  return comparableTypes(segmentA.simulation, segmentB.simulation);
}
