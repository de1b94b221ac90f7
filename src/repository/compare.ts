import { RewindError } from "../base/errors.ts";
import type { TypeCodecs } from "../codec/state/type-codecs.ts";
import { originsIn } from "../history/origin.ts";
import { parseRevision } from "../history/revision.ts";
import { type SharedRun, sharedRun } from "../history/shared-run.ts";
import { comparableTypes } from "../replay/compare/comparable.ts";
import type { DiffOptions, RunDifference } from "../replay/compare/diff.ts";
import type { SourceDifference } from "../replay/compare/source-diff.ts";
import type { Run } from "../replay/run/run.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";

/** How the runs, or the states, that two revisions name differ. */
export interface Comparison extends RunDifference {
  /** The two runs. */
  readonly a: Run;
  readonly b: Run;
  /** Whether the runs differ; if two states were compared, whether those do. */
  readonly differs: boolean;
  /** The steps of the compared states; undefined if whole runs were compared. */
  readonly at: readonly [a: number, b: number] | undefined;
  /** The nearest run that both come from, if they share a past. */
  readonly shared: SharedRun | undefined;
  readonly sources: readonly SourceDifference[];
  /** The codecs of the instances in `changes`, for `toJson`. */
  readonly types: TypeCodecs | undefined;
  /** The codecs of the instances in `end`. */
  readonly typesAtEnd: TypeCodecs | undefined;
}

/** A run to compare, and the step that was asked for. */
export interface Side {
  readonly run: Run;
  readonly step: number | undefined;
}

/** Whether two revisions name states. Throws INVALID_REVISION if only one of them does. */
export function nameSteps(a: string, b: string): boolean {
  const [isStep, other] = [a, b].map((text) => parseRevision(text).step !== undefined);
  if (isStep === other) return isStep === true;
  const [without, withStep] = isStep ? [b, a] : [a, b];
  throw new RewindError(
    "INVALID_REVISION",
    `expected a step in both revisions or in neither, got ${withStep} and ${without}`,
    { revision: without, part: without },
  );
}

/** Compares the states at the steps of the sides; whole runs if they have none. */
export async function compare(
  { objects, refs }: { readonly objects: ObjectStore; readonly refs: RefStore },
  [a, b]: readonly [Side, Side],
  options: DiffOptions,
): Promise<Comparison> {
  const at = stepsOf(options.at ?? (a.step === undefined ? undefined : [a.step, b.step ?? a.step]));
  const difference = await a.run.diff(b.run, { ...options, at, sources: true });
  const { forkStep, identical, different, firstDifferentStep, end, sources = [] } = difference;
  const shared =
    forkStep === undefined
      ? undefined
      : await sharedRun(await originsIn(objects, refs), a.run, b.run, forkStep);
  return {
    ...{ ...difference, a: a.run, b: b.run, at, shared, sources },
    differs: at === undefined ? !identical : different > 0,
    types: await typesAt(a.run, b.run, at ?? stepsOf(firstDifferentStep)),
    typesAtEnd: await typesAt(a.run, b.run, stepsOf(end?.a)),
  };
}

type Steps = readonly [a: number, b: number] | undefined;

function stepsOf(at: number | Steps): Steps {
  return typeof at === "number" ? [at, at] : at;
}

async function typesAt(a: Run, b: Run, steps: Steps): Promise<TypeCodecs | undefined> {
  if (steps === undefined) return undefined;
  return comparableTypes(...(await Promise.all([a.typesAt(steps[0]), b.typesAt(steps[1])])));
}
