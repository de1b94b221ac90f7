import { checkStepInRange } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { unexpectedArgument } from "../../base/invalid-argument.ts";
import { checkKind, checkOptionsOf, type OptionKinds } from "../../base/options.ts";
import type { Difference } from "../../codec/differences.ts";
import { parsePath } from "../../codec/path/parse.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import type { Id } from "../../object/id.ts";
import { readParams } from "../../object/params.ts";
import type { RunManifest } from "../../object/run.ts";
import { objectReader } from "../../store/object-store.ts";
import type { Table } from "../../table/table.ts";
import { BlockCache } from "../block-cache.ts";
import { differencesBetween } from "../compare/between-steps.ts";
import { BLAME_OPTIONS, type Blame, type BlameOptions, blame } from "../compare/blame.ts";
import {
  COMPARE_TRACE_OPTIONS,
  type CompareTraceOptions,
  compareTrace,
  type TraceComparison,
} from "../compare/compare-trace.ts";
import { DIFF_OPTIONS, type DiffOptions, diff, type RunDifference } from "../compare/diff.ts";
import { TRACE_OPTIONS, type TraceOptions, traceBlock } from "../compare/trace-block.ts";
import {
  VERIFY_OPTIONS,
  type Verification,
  type VerifyOptions,
  verify,
} from "../compare/verify.ts";
import { type Environment, encodeState, LONG_OPTIONS, type LongOptions } from "../environment.ts";
import {
  EXPLORE_OPTIONS,
  type Explored,
  type ExploreOptions,
  explore,
} from "../explore/explore.ts";
import { HYDRATE_OPTIONS, type Hydrated, type HydrateOptions, hydrate } from "../hydrate.ts";
import { type Bisection, bisect } from "../look/bisect.ts";
import { ChangesAt } from "../look/changes.ts";
import { type Count, count } from "../look/count.ts";
import { type Found, find, findLast } from "../look/find.ts";
import { type Look, RANGE_OPTIONS, type RangeOptions, rangeOf } from "../look/look.ts";
import { type Bucket, SERIES_OPTIONS, type SeriesOptions, series } from "../look/series.ts";
import { type Metric, type Statistics, stats, type VectorStatistics } from "../look/stats.ts";
import { checkNewSimulation } from "../misspelt-members.ts";
import { checkObserver, type ExpressionObserver, observerOf } from "../observe/expression.ts";
import {
  type AddedObserver,
  OBSERVE_OPTIONS,
  type ObserveOptions,
  observeAgain,
} from "../observe/hindsight.ts";
import {
  OBSERVED_OPTIONS,
  type ObservedOptions,
  type ObservedStatistics,
  type ObserverInfo,
  observedStatistics,
  observersOfRun,
} from "../observe/observed-statistics.ts";
import { codeOf } from "../programs.ts";
import { FORK_OPTIONS, type ForkOptions, planFork } from "../record/fork.ts";
import { finished, writeRun } from "../record/write-runs.ts";
import { CHECK_OPTIONS, type CheckOptions, type Replayer } from "../replayer.ts";
import type { AnySimulation, Simulation } from "../simulation.ts";
import { RecordedRun } from "./recorded-run.ts";
import type { ReplayedTable, TableOptions } from "./run-table.ts";
import { type SaveOptions, saveRuns } from "./save-runs.ts";

/** In which steps to look for a change. */
export interface ChangeOptions extends Omit<RangeOptions, "previous" | "jobs"> {
  /** Finds the last change, not the first. */
  readonly last?: boolean | undefined;
}

/** What an exploration found, with the run that leads there. */
export interface ExploredRun<S = unknown, P extends object = Record<string, unknown>>
  extends Explored {
  /** Ends at the best state; undefined if no level was reached. */
  readonly run: Run<S, P> | undefined;
}

/** A state that was replayed, and is not yet compared with the recording. */
export interface Peeked<S = unknown> {
  readonly state: S;
  /** The steps from the checkpoint before the state. */
  readonly passed: number;
  /** The steps from the state to the end of its block, which `check` replays. */
  readonly left: number;
  /** Throws REPLAY_MISMATCH if the run did not have this state. */
  check(options?: LongOptions): Promise<void>;
}

/**
 * A recorded run, which gives the state at any step. `S` is the state, `P` the params.
 *
 * @example
 * ```ts
 * const run = await record(walk, { steps: 1_000_000, seed: 42 });
 * await run.get(842_137); // the state after 842,137 steps
 * ```
 */
export class Run<S = unknown, P extends object = Record<string, unknown>> extends RecordedRun<P> {
  readonly #env: Environment;
  readonly #replayer: Replayer;
  readonly #cache: BlockCache;

  /** `runOf` reads the params; without them, `params` is empty. */
  constructor(
    id: Id<"run">,
    manifest: RunManifest,
    env: Environment,
    params: Readonly<Record<string, unknown>> = {},
  ) {
    super(id, manifest, env, params);
    this.#env = env;
    this.#replayer = this.replayer;
    this.#cache = new BlockCache(this.replayer);
  }

  /**
   * A copy of the state at `step`, from 0 to `steps`. Applies fewer than `blockSize` steps. The
   * first time in a block, it continues to the end of the block and compares the replay with the
   * recording, unless `check` is false. Throws STEP_OUT_OF_RANGE, REPLAY_MISMATCH.
   *
   * @example
   * ```ts
   * await run.get(run.steps); // the last state
   * ```
   */
  async get(step: number, options: CheckOptions = {}): Promise<S> {
    const { check = true } = checkOptionsOf(options, CHECK_OPTIONS);
    const state = await this.#cache.state(checkStepInRange(step, this.steps));
    if (check && !this.#cache.isChecked(step)) await this.#cache.check(step);
    return state as S;
  }

  /**
   * The state at `step`, and a function that checks it as `get` does. Use it to show the state
   * before the check is done. If `check` throws REPLAY_MISMATCH, the run did not have this state.
   *
   * @example
   * ```ts
   * const { state, check } = await run.peek(842_137);
   * await check();
   * ```
   */
  async peek(step: number): Promise<Peeked<S>> {
    const state = (await this.#cache.state(checkStepInRange(step, this.steps))) as S;
    return {
      state,
      passed: step - this.#replayer.stretchStart(step),
      left: Math.min(this.#replayer.gridAfter(step), this.steps) - step,
      check: async (options = {}) => this.#cache.check(step, checkOptionsOf(options, LONG_OPTIONS)),
    };
  }

  /**
   * Every difference of the states at two steps of this run: `a` is the value at the first step, `b`
   * at the second. Throws as `get` does.
   *
   * @example
   * ```ts
   * await run.changes(0, 1); // [{ path: "state", a: 0, b: -1 }]
   * ```
   */
  async changes(a: number, b: number): Promise<readonly Difference[]> {
    for (const step of [a, b]) checkStepInRange(step, this.steps);
    return differencesBetween(this.#replayer, [a, b], (step) => this.get(step));
  }

  /**
   * The codecs of the class instances in the state at `step`, as its simulation declares them;
   * undefined if it declares none. Loads the recorded code. Throws PROGRAM_MISSING, and
   * PROGRAM_NOT_TRUSTED if that code may not run here.
   *
   * @example
   * ```ts
   * toJson(await run.get(842_137), await run.typesAt(842_137)); // -159
   * ```
   */
  async typesAt(step: number): Promise<TypeCodecs | undefined> {
    return (await this.#simulationAt(step)).types;
  }

  /**
   * The bytes with which a state at `step`, or a part of one, is stored: CBOR, as FORMAT.md says.
   * Throws UNSUPPORTED_STATE.
   *
   * @example
   * ```ts
   * (await run.encode(-159, 842_137)).length; // 2
   * ```
   */
  async encode(state: unknown, step: number): Promise<Uint8Array> {
    return encodeState(state, await this.#simulationAt(step), this.#env);
  }

  async #simulationAt(step: number): Promise<AnySimulation> {
    return (await this.#replayer.segmentAt(checkStepInRange(step, this.steps))).simulation;
  }

  /**
   * Forks the run at `step`, with or without changes, and records the fork to its parent's length
   * or to `steps`. The parent stays as it is; the fork shares what comes before it.
   *
   * @example
   * ```ts
   * const fork = await run.branch(842_137, { mutate: (x) => x + 100 });
   * await fork.get(842_137); // the changed state
   * ```
   */
  async branch(
    step: number,
    options: ForkOptions<S, P> & { readonly simulation?: Simulation<S, P> | undefined } = {},
  ): Promise<Run<S, P>> {
    const { simulation, ...changes } = checkOptionsOf(options, FORK_IN_MEMORY);
    const code = simulation && codeOf(checkNewSimulation(simulation, "the simulation"));
    const recording = await writeRun(this.#env, options, (writer) =>
      planFork(this, writer, step, { ...(changes as ForkOptions), code }),
    );
    return runOf<S, P>(recording.id, finished(recording).manifest, this.#env);
  }

  /**
   * The first step at which `predicate` holds, and the state there; undefined if no step matches.
   * Looks at every step, or at those from `from` to `to`. With `previous: true`, the predicate also
   * gets the state one step before, undefined at step 0. A function cannot go to another thread, so
   * the pass stays on this one. Throws FUNCTION_FAILED, which names the step, and INTERRUPTED, whose
   * data holds the steps `looked` at and the `rest`, each `{ from, to }`.
   *
   * @example
   * ```ts
   * await run.find((x) => x > 400); // { step: 983_949, state: 401 }
   * await run.find((x, ctx, before) => x === 0 && before === 1, { previous: true, from: 1 });
   * ```
   */
  async find(predicate: Look<S, P>, options: RangeOptions = {}): Promise<Found<S> | undefined> {
    checkLook(predicate, "predicate", options);
    return find<S>(this.#replayer, predicate, options);
  }

  /**
   * The last step at which `predicate` holds, and the state there; undefined if no step matches.
   * Searches from the last block to the first, so that it finds a late match soon. Throws as `find`
   * does.
   *
   * @example
   * ```ts
   * await run.findLast((x) => x === 0);
   * ```
   */
  async findLast(predicate: Look<S, P>, options: RangeOptions = {}): Promise<Found<S> | undefined> {
    checkLook(predicate, "predicate", options);
    return findLast<S>(this.#replayer, predicate, options);
  }

  /**
   * The number of steps at which `predicate` holds, and the first and the last of them. Throws as
   * `find` does; the data of INTERRUPTED also holds the number of matches so far, `held`.
   *
   * @example
   * ```ts
   * const { count, first, last } = await run.count((x) => x === 0);
   * ```
   */
  async count(predicate: Look<S, P>, options: RangeOptions = {}): Promise<Count> {
    checkLook(predicate, "predicate", options);
    return count(this.#replayer, predicate, options);
  }

  /**
   * The first step at which the value at a path of the state is another than one step before, and the
   * state there; with `last` the last such step. A place that appears or goes changes too. Undefined
   * if it never changes. Throws INVALID_PATH, INTERRUPTED.
   *
   * @example
   * ```ts
   * await run.findChange("state"); // { step: 1, state: -1 }
   * ```
   */
  async findChange(path: string, options: ChangeOptions = {}): Promise<Found<S> | undefined> {
    checkKind(path, "path", "text");
    const { last = false, ...range } = checkOptionsOf(options, CHANGE_OPTIONS);
    const search = last ? findLast<S> : find<S>;
    return search(this.#replayer, new ChangesAt(parsePath(path)), range);
  }

  /**
   * The number of steps at which the value at a path of the state is another than one step before,
   * and the first and the last of them. Throws as `findChange` does.
   *
   * @example
   * ```ts
   * const { count } = await run.countChanges("state");
   * ```
   */
  async countChanges(path: string, options: Omit<ChangeOptions, "last"> = {}): Promise<Count> {
    checkKind(path, "path", "text");
    checkOptionsOf(options, CHANGES_OPTIONS);
    return count(this.#replayer, new ChangesAt(parsePath(path)), options);
  }

  /**
   * For each leaf of the state at `step`, or of the part at `path`: the step that changed it last,
   * the value before, and the run that recorded that step first. A change by hand is that of the
   * fork; what no step changed is of step 0. Replays back to the last of these steps. Throws
   * PATH_NOT_FOUND, REPLAY_MISMATCH, INTERRUPTED.
   *
   * @example
   * ```ts
   * const { leaves } = await run.blame(842_137);
   * leaves[0]; // { path: "state", value: -159, step: 842_137, by: "step", before: -160, … }
   * ```
   */
  async blame(step: number = this.steps, options: BlameOptions = {}): Promise<Blame> {
    checkStepInRange(step, this.steps);
    return blame(this, step, checkOptionsOf(options, BLAME_OPTIONS));
  }

  /**
   * The first step at which `predicate` holds, if it stays true once it is true. Halves the range
   * again and again, so it looks at about log2 as many states as there are steps; `looked` is that
   * number. `found` is undefined if the predicate does not hold at the last step. Throws as `find`
   * does.
   *
   * @example
   * ```ts
   * const { found, looked } = await run.bisect((x, ctx) => ctx.step >= 1_000);
   * ```
   */
  async bisect(predicate: Look<S, P>, options: RangeOptions = {}): Promise<Bisection<S>> {
    checkLook(predicate, "predicate", options);
    return bisect<S>(this.#replayer, predicate, options);
  }

  /**
   * Count, mean, population variance, minimum and maximum of a number over every step. For an array
   * of numbers, the same for each of them, and the covariance matrix. Sums have no error, and each
   * result is rounded once. The pass stays on this thread, as that of `find` does.
   *
   * @example
   * ```ts
   * const { mean, variance } = await run.stats((x) => x);
   * ```
   */
  stats(metric: Look<S, P, number>, options?: RangeOptions): Promise<Statistics>;
  stats(metric: Look<S, P, readonly number[]>, options?: RangeOptions): Promise<VectorStatistics>;
  async stats(
    metric: Look<S, P, number | readonly number[]>,
    options: RangeOptions = {},
  ): Promise<Statistics | VectorStatistics> {
    checkLook(metric, "metric", options);
    return stats(this.#replayer, metric as Metric<S, number | readonly number[]>, options);
  }

  /**
   * The observers of the run, sorted by name: those that its simulation declares in `observe`, and
   * those that were added later. Replays nothing.
   *
   * @example
   * ```ts
   * const names = (await run.observers()).map(({ name }) => name);
   * ```
   */
  observers(): Promise<readonly ObserverInfo[]> {
    return observersOfRun(this);
  }

  /**
   * Statistics of an observer over every step, or those from `from` to `to`. They come from what was
   * stored with each block, and from a replay of at most two blocks at the ends of the range. An
   * observer that was added later is known for whole blocks. Throws OBSERVER_NOT_FOUND,
   * STEP_OUT_OF_RANGE, INVALID_ARGUMENT.
   *
   * @example
   * ```ts
   * await run.observe("place", { expression: "state" });
   * const { numbers, quantile } = await run.observed("place");
   * numbers[0]?.mean;
   * quantile(0.9);
   * ```
   */
  async observed(name: string, options: ObservedOptions = {}): Promise<ObservedStatistics> {
    checkKind(name, "name", "text");
    checkOptionsOf(options, OBSERVED_OPTIONS);
    const range = rangeOf(this.#replayer, options);
    return observedStatistics(this, name, { ...options, ...range });
  }

  /**
   * Adds an observer to the run, by replay: its statistics are those that it would have had while the
   * run was recorded, which stays as it is. What is known of the runs that it comes from is used again.
   * After an interruption the next call goes on. Throws OBSERVER_EXISTS, OBSERVER_FAILED.
   *
   * @example
   * ```ts
   * await run.observe("isPositive", { expression: "state > 0" });
   * (await run.observed("isPositive")).numbers[0]?.mean; // how often it is
   * ```
   */
  async observe(
    name: string,
    by: ExpressionObserver | AddedObserver,
    options: ObserveOptions = {},
  ): Promise<ObserverInfo> {
    checkObserver(name, by);
    checkOptionsOf(options, OBSERVE_OPTIONS);
    const observer = "expression" in by ? observerOf(by) : by;
    const hindsight = { run: this.id, replayer: this.#replayer, observer: { ...observer, name } };
    await observeAgain(hindsight, options);
    const { kind, unit, title } = await this.observed(name);
    return { name, kind, unit, title };
  }

  /**
   * The values of a number over every step, or over those from `from` to `to`, in at most `points`
   * buckets of steps: for each its exact minimum, maximum, first and last value, for a plot that
   * loses no spike. Several metrics take one pass, and give one series each. Throws as `find` does,
   * and INVALID_ARGUMENT.
   *
   * @example
   * ```ts
   * const buckets = await run.series((x) => x, { points: 100 });
   * buckets[0]; // { from: 0, to: 9_999, min: -112, max: 67, first: 0, last: -73 }
   * const [plain, squared] = await run.series([(x) => x, (x) => x * x], { from: 500, to: 999 });
   * ```
   */
  series(metric: Look<S, P, number>, options?: SeriesOptions): Promise<readonly Bucket[]>;
  series(
    metrics: readonly Look<S, P, number>[],
    options?: SeriesOptions,
  ): Promise<readonly (readonly Bucket[])[]>;
  async series(
    metrics: Look<S, P, number> | readonly Look<S, P, number>[],
    options: SeriesOptions = {},
  ): Promise<readonly Bucket[] | readonly (readonly Bucket[])[]> {
    const several = [metrics].flat();
    for (const metric of several) checkKind(metric, "each metric", "function");
    checkOptionsOf(options, SERIES_OPTIONS);
    const found = await series(this.#replayer, several, options);
    return Array.isArray(metrics) ? found : (found[0] as readonly Bucket[]);
  }

  /**
   * Looks for a rare state by splitting: forks the run at `step` with new seeds, and forks again, with
   * new seeds, those that reach a new level, until one reaches the goal. Trials run in memory and go
   * to the run's last step. With `effort` it estimates the probability of the goal. The way to the
   * best state is then recorded as `run`, a chain of forks. The same seed gives the same result.
   * Throws FUNCTION_FAILED, INVALID_ARGUMENT.
   *
   * @example
   * ```ts
   * const explored = await run.explore(0, {
   *   level: (x) => x,
   *   goal: (x) => x >= 1_000,
   *   budget: 200_000,
   * });
   * explored.best; // the highest state, and the forks that lead there
   * ```
   */
  async explore(step: number, options: ExploreOptions<S, P>): Promise<ExploredRun<S, P>> {
    checkOptionsOf(options, EXPLORE_OPTIONS as OptionKinds<ExploreOptions<S, P>>);
    const explored = await explore(this.#replayer, step, options as ExploreOptions);
    const { best } = explored;
    if (best === undefined) return { ...explored, run: undefined };
    let run: Run<S, P> = this;
    for (const [i, { step, seed }] of best.hops.entries()) {
      run = await run.branch(step, { seed, steps: best.hops[i + 1]?.step ?? best.step });
    }
    await checkReached(run as unknown as Run, best, options as ExploreOptions);
    return { ...explored, run };
  }

  /**
   * A table of the run's steps, or of its blocks with the statistics of each, whose rows are computed
   * while they are read. The quantities of `columns` are numbers, arrays of up to 16 numbers, truths
   * or texts, and each keeps the kind that it has at the first step. With `every`, a table of steps
   * has every N-th step and the last. `exportTable` writes a table to a file. Throws
   * INVALID_ARGUMENT, and FUNCTION_FAILED, also while rows are read.
   *
   * @example
   * ```ts
   * const table = await run.table("steps", { columns: { x: (x) => x }, every: 1000 });
   * for await (const { columns } of table.rows) columns[2].values; // a Float64Array
   * ```
   */
  async table(name: ReplayedTable, options: TableOptions<S, P> = {}): Promise<Table> {
    // Only here: most commands make no table.
    const { runTable } = await import("./run-table.ts");
    return runTable(name, [{ run: this }], options as TableOptions<never, never>);
  }

  /**
   * Replays about ten blocks, or all with `full`, and compares them with the recording.
   *
   * @example
   * ```ts
   * const { ok, mismatch } = await run.verify({ full: true });
   * ```
   */
  async verify(
    options: VerifyOptions & {
      /** The same run under its recorded code, to trace a mismatch to its first step. */
      readonly recorded?: Run<S, P> | undefined;
    } = {},
  ): Promise<Verification> {
    const { recorded, ...chosen } = checkOptionsOf(options, VERIFY_BESIDE);
    if (recorded !== undefined) checkRun(recorded, "recorded");
    return verify(this.#replayer, chosen, recorded?.replayer);
  }

  /**
   * The bytes of a trace: the digests of the states of a block, from 0, and the states themselves as
   * far as there is room, for `compareTrace` on another machine. Throws REPLAY_MISMATCH if the replay
   * is not the recording, and INVALID_ARGUMENT.
   *
   * @example
   * ```ts
   * const bytes = await run.trace(0);
   * ```
   */
  async trace(block: number, options: TraceOptions = {}): Promise<Uint8Array> {
    checkKind(block, "block", "limit");
    checkOptionsOf(options, TRACE_OPTIONS);
    return traceBlock(this.#replayer, this.id, block, options);
  }

  /**
   * Replays a block of which another machine made a trace, and finds the first step and the field
   * that differ: whether the structure differs, a value, or only numbers within `epsilon`. Throws
   * INVALID_TRACE.
   *
   * @example
   * ```ts
   * const { ok, difference } = await run.compareTrace(await run.trace(0), { epsilon: 1e-9 });
   * ```
   */
  async compareTrace(
    bytes: Uint8Array,
    options: CompareTraceOptions = {},
  ): Promise<TraceComparison> {
    checkKind(bytes, "bytes", "bytes");
    checkOptionsOf(options, COMPARE_TRACE_OPTIONS);
    return compareTrace(this.#replayer, bytes, options);
  }

  /**
   * Writes the run to a `.replay` file that holds everything needed to replay it anywhere. Loading
   * verifies the file. With `code: false` it leaves out the program's source, which whoever loads
   * the file must then have; with `checkpoints: "none"` what a replay gives as well. An
   * existing file is replaced if it is a saved run too. Throws FILE_FAILED. `Repository.save` writes several runs to one file.
   *
   * @example
   * ```ts
   * await run.save("run.replay");
   * ```
   */
  async save(file: string, options: SaveOptions = {}): Promise<void> {
    checkKind(file, "file", "text");
    await this.#env.saveFile(file, await this.artifact(options));
  }

  /**
   * Fills in checkpoints that the store lacks, as it does after a fetch: by replay, each proved by
   * its id. A later `get` near them takes less time. An interrupted one goes on when it is called
   * again. Throws PROGRAM_NOT_TRUSTED, REPLAY_MISMATCH.
   *
   * @example
   * ```ts
   * const { derived } = await run.hydrate({ from: 0, to: 10_000 });
   * ```
   */
  async hydrate(options: HydrateOptions = {}): Promise<Hydrated> {
    checkOptionsOf(options, HYDRATE_OPTIONS);
    return hydrate(this.#replayer, options);
  }

  /** The bytes that `save` writes. */
  async artifact(options: SaveOptions = {}): Promise<Uint8Array> {
    const contents = { runs: [{ run: this.id, names: [] }], requires: [] };
    return saveRuns(this.#env, contents, options);
  }

  /**
   * Compares this run (a) with another (b): the first step that differs, the fields that differ
   * there, and how the states differ at the end. The two need not share any history. Throws
   * STEP_OUT_OF_RANGE, with `spans` or `statistics` REPLAY_MISMATCH, and with `sample` PATH_NOT_FOUND
   * and INVALID_ARGUMENT if neither run has a number there.
   *
   * @example
   * ```ts
   * const { firstDifferentStep, changes, end } = await run.diff(fork);
   * const { spans } = await run.diff(fork, { spans: true }); // where they differ
   * const { samples } = await run.diff(fork, { sample: "state", points: 20 }); // for a plot
   * ```
   */
  async diff(other: Run<S, P>, options: DiffOptions = {}): Promise<RunDifference> {
    checkRun(other, "the other run");
    checkOptionsOf(options, DIFF_OPTIONS);
    return diff(this.#replayer, other.#replayer, options);
  }
}

/**
 * The run with a manifest that was read or written. Throws OBJECT_MISSING, OBJECT_INVALID and the
 * like.
 */
export async function runOf<S = unknown, P extends object = Record<string, unknown>>(
  id: Id<"run">,
  manifest: RunManifest,
  env: Environment,
): Promise<Run<S, P>> {
  const last = manifest.segments.at(-1);
  const params = last === undefined ? {} : await readParams(last.params, objectReader(env.store));
  return new Run<S, P>(id, manifest, env, params);
}

const FORK_IN_MEMORY: OptionKinds<ForkOptions & { readonly simulation?: unknown }> = {
  ...FORK_OPTIONS,
  simulation: "object",
};
const CHANGES_OPTIONS: OptionKinds<Omit<ChangeOptions, "last">> = {
  ...LONG_OPTIONS,
  from: "any",
  to: "any",
};
const CHANGE_OPTIONS: OptionKinds<ChangeOptions> = { ...CHANGES_OPTIONS, last: "flag" };
const VERIFY_BESIDE: OptionKinds<VerifyOptions & { readonly recorded?: unknown }> = {
  ...VERIFY_OPTIONS,
  recorded: "object",
};

/** Checks a function that looks at states, and the options for it. */
function checkLook(look: unknown, name: string, options: RangeOptions): void {
  checkKind(look, name, "function");
  checkOptionsOf(options, RANGE_OPTIONS);
}

/** Checks a run that a caller hands over. Throws INVALID_ARGUMENT. */
export function checkRun(value: unknown, name: string): asserts value is Run {
  if (!(value instanceof Run)) throw unexpectedArgument(name, "a run", value);
}

/**
 * Checks that a recording ends where its trial did: a trial runs in the instance of the program in
 * which others have run, and beside the functions that look at its states. Throws REPLAY_MISMATCH.
 */
export async function checkReached(
  run: Run,
  best: NonNullable<Explored["best"]>,
  { level, goal }: Pick<ExploreOptions, "level" | "goal">,
): Promise<void> {
  const state = await run.get(run.steps);
  const context = { ...(await run.replayer.segmentAt(run.steps)).context, step: run.steps };
  if (level(state, context) === best.level && Boolean(goal(state, context)) === best.isGoal) return;
  const [from, to] = [run.parents[0]?.step ?? 0, run.steps];
  throw new RewindError(
    "REPLAY_MISMATCH",
    "the recording of the best trial ends in another state: steps depend on something that is not in the state, or a function changed the state that it looked at",
    { from, to, block: Math.floor(from / run.blockSize), causes: [] },
  );
}
