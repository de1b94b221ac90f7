import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { LONGEST_FAILURE, type RowResult } from "../../object/ensemble-results.ts";
import type { EnsembleRow } from "../../object/ensemble-rows.ts";
import { type Id, objectId } from "../../object/id.ts";
import type { ParamValues } from "../../object/params.ts";
import { decodeRun, type RunManifest } from "../../object/run.ts";
import type { RunMeta } from "../../object/run-meta.ts";
import type { PutObject } from "../../object/state.ts";
import type { NewObject, ObjectWriter } from "../../store/object-store.ts";
import type { Pace } from "../drive.ts";
import type { Environment, LongOptions } from "../environment.ts";
import { placeParams } from "../params.ts";
import { planFork } from "../record/fork.ts";
import { planBeginning, type Recipe } from "../record/record.ts";
import { recordRun } from "../record/record-run.ts";
import type { RecordingPlan } from "../record/recorder.ts";
import { openRun } from "../run/open-run.ts";
import type { Instances } from "./instance.ts";

/** What all runs of an ensemble are recorded with. */
export interface RowRecipe extends Omit<Recipe, "code"> {
  readonly instances: Instances;
  readonly params: ParamValues;
  readonly columns: readonly string[];
  readonly meta: RunMeta;
  /** How many steps take about as long as a slice of work should. */
  readonly pace: Pace;
}

/** A row that is to be recorded. */
export interface RowWork {
  readonly index: number;
  readonly row: EnsembleRow;
  /** The run to go on with, if an earlier recording of the row was interrupted. */
  readonly from: Id<"run"> | undefined;
}

/** Something that a recording of a row has come to: how far it is, and what is new since the last. */
export interface RowNews {
  readonly index: number;
  readonly result: RowResult;
  /** Objects that stay. */
  readonly objects: readonly NewObject[];
  /** Objects that only an unfinished run needs: they go when the recording goes on. */
  readonly passing: readonly NewObject[];
}

/** Takes the news of rows. */
export type OnNews = (news: RowNews) => void | Promise<void>;

/**
 * Records one row of an ensemble. All objects go to `onNews`, which is told of the run about once a
 * second, and at the end. A failing step is a result like any other. Rows know nothing of each
 * other, so that they can be recorded in any order and in several threads. Throws INTERRUPTED, and
 * the failures of a store.
 */
export async function recordRow(
  env: Environment,
  recipe: RowRecipe,
  work: RowWork,
  onNews: OnNews,
  options: LongOptions = {},
): Promise<void> {
  const begun = env.now();
  const { instances } = recipe;
  const code = await instances.next();
  const result = await recordIn(env, { ...recipe, code }, work, onNews, options);
  if (!instances.note(env.now() - begun) || work.from !== undefined) return;
  const fresh = await instances.fresh();
  const again = await recordIn(env, { ...recipe, code: fresh }, work, () => undefined, options);
  if (again.run === result.run && again.status === result.status) return;
  const { steps } = recipe;
  throw new RewindError(
    "SELF_CHECK_FAILED",
    `run ${count(work.index)} is another when no other run was recorded before it: its code keeps something outside the state`,
    { from: 0, to: steps },
  );
}

type RowOf = Omit<RowRecipe, "instances"> & Pick<Recipe, "code">;

/** Records a row in an instance of the program, and returns its result. */
async function recordIn(
  env: Environment,
  recipe: RowOf,
  work: RowWork,
  onNews: OnNews,
  options: LongOptions,
): Promise<RowResult> {
  const { index } = work;
  const sink = new RowSink(env, index, onNews);
  let plan: RecordingPlan;
  try {
    plan = await planRow(env, recipe, work, sink.writer);
  } catch (error) {
    if (!isRewindError(error) || !IN_ROW.has(error.code)) throw error;
    const result = failed(error, undefined);
    await onNews({ index, result, objects: [], passing: [] });
    return result;
  }
  const recording = await recordRun(env, sink.writer, plan, options, recipe.pace);
  const { failure, manifest, id } = recording;
  const interrupted = failure !== undefined && !IN_ROW.has(failure.code);
  const result: RowResult = interrupted
    ? { status: "unfinished", run: id, steps: manifest.steps }
    : failure === undefined
      ? { status: "done", run: id }
      : failed(failure, { id, manifest });
  // An interrupted run without a step is begun again.
  if (!interrupted || manifest.steps > 0) {
    await onNews({ index, result, objects: sink.take(), passing: [] });
  }
  if (interrupted) throw failure;
  return result;
}

/** The plan of a row: from its first state, or from the end of its unfinished run. */
async function planRow(
  env: Environment,
  recipe: RowOf,
  { row, from }: RowWork,
  writer: ObjectWriter,
): Promise<RecordingPlan> {
  if (from === undefined) {
    const params = placeParams(recipe.params, recipe.columns, row.values);
    return planBeginning(env, writer, { ...recipe, master: row.seed, params });
  }
  const run = await openRun(from, env);
  const plan = await planFork(run, writer, run.steps, {});
  // It is the same recording that goes on: its run is as if it had never stopped.
  return { ...plan, draft: { ...plan.draft, parents: [], meta: recipe.meta } };
}

/** Errors of what a row runs. Any other error ends the sweep. */
const IN_ROW: ReadonlySet<string> = new Set([
  "INIT_FAILED",
  "STEP_FAILED",
  "STEP_RETURNED_NOTHING",
  "STEP_RETURNED_PROMISE",
  "FORBIDDEN_IN_STEP",
  "FUNCTION_FAILED",
  "UNSUPPORTED_STATE",
  "CODEC_LOSSY",
  "TOO_LONG",
]);

function failed(
  { code, message }: RewindError,
  at: { readonly id: Id<"run">; readonly manifest: RunManifest } | undefined,
): RowResult {
  return {
    status: "failed",
    run: at?.id,
    steps: at?.manifest.steps ?? 0,
    code,
    message: message.slice(0, LONGEST_FAILURE).replace(/[\ud800-\udbff]$/, ""),
  };
}

/** Collects the objects of a recording. */
class RowSink {
  readonly writer: ObjectWriter;
  #objects: NewObject[] = [];
  readonly #taken = new Set<Id>();
  #pendingBytes = 0;

  constructor(env: Environment, index: number, onNews: OnNews) {
    const { hash } = env.store;
    const put: PutObject = (kind, body) => {
      const id = objectId(hash, kind, body);
      if (this.#taken.has(id)) return id;
      this.#taken.add(id);
      // A copy: the caller may change the bytes.
      this.#objects.push({ kind, id, body: new Uint8Array(body) });
      this.#pendingBytes += body.length;
      return id;
    };
    const tell = async (run: Uint8Array, steps: number, besides: readonly NewObject[]) => {
      const id = objectId(hash, "run", run);
      const passing = [...besides, { kind: "run" as const, id, body: run }];
      const result = { status: "unfinished" as const, run: id, steps };
      await onNews({ index, result, objects: this.take(), passing });
    };
    const sink = this;
    this.writer = {
      put,
      get pendingBytes() {
        return sink.#pendingBytes;
      },
      commit: async (...tips) => {
        for (const { run } of tips) await tell(run, decodeRun(run).steps, []);
      },
      mark: async ({ run }, objects) => tell(run, decodeRun(run).steps, objects),
      close: async () => undefined,
      abandon: async () => false,
    };
  }

  /** The objects since the last call. */
  take(): readonly NewObject[] {
    const objects = this.#objects;
    this.#objects = [];
    this.#pendingBytes = 0;
    return objects;
  }
}
