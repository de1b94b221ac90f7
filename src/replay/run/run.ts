import { checkStepInRange } from "../../base/checks.ts";
import { isRewindError } from "../../base/errors.ts";
import { unexpectedArgument } from "../../base/invalid-argument.ts";
import { checkKind, checkOptionsOf, type OptionKinds } from "../../base/options.ts";
import type { Difference } from "../../codec/differences.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import type { Id } from "../../object/id.ts";
import { readParams } from "../../object/params.ts";
import { contentsOf, type ProgramContents } from "../../object/program-contents.ts";
import { type Parent, type RunManifest, rootOf } from "../../object/run.ts";
import { objectReader } from "../../store/object-store.ts";
import { BlockCache } from "../block-cache.ts";
import { differencesBetween } from "../compare/between-steps.ts";
import { changedByHand } from "../compare/changed-by-hand.ts";
import { DIFF_OPTIONS, type DiffOptions, diff, type RunDifference } from "../compare/diff.ts";
import {
  VERIFY_OPTIONS,
  type Verification,
  type VerifyOptions,
  verify,
} from "../compare/verify.ts";
import { type Environment, encodeState, LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { HYDRATE_OPTIONS, type Hydrated, type HydrateOptions, hydrate } from "../hydrate.ts";
import { type Bisection, bisect } from "../look/bisect.ts";
import { type Count, count } from "../look/count.ts";
import { type Found, find, findLast } from "../look/find.ts";
import { type Look, RANGE_OPTIONS, type RangeOptions } from "../look/look.ts";
import { type Metric, type Statistics, stats, type VectorStatistics } from "../look/stats.ts";
import { codeOf } from "../programs.ts";
import { FORK_OPTIONS, type ForkOptions, planFork } from "../record/fork.ts";
import { finished, writeRun } from "../record/write-runs.ts";
import { CHECK_OPTIONS, type CheckOptions, Replayer } from "../replayer.ts";
import type { AnySimulation, Simulation } from "../simulation.ts";
import { type RunSize, sizeOf } from "./run-size.ts";
import { type SaveOptions, saveRuns } from "./save-runs.ts";

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

/** The seed of a block. */
export interface BlockSeed {
  readonly block: number;
  /** The step at which the block begins. */
  readonly step: number;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

/** The recorded code of a part of a run. */
export interface SourceInForce {
  readonly program: Id<"program">;
  /** The step from which it is in force. */
  readonly from: number;
  /** Undefined if the run was saved without it. */
  readonly source: RecordedSource | undefined;
}

/** The recorded source of a program. */
export interface RecordedSource extends ProgramContents {
  /** The module, relative to its project; undefined if the code was handed over in memory. */
  readonly module: string | undefined;
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
export class Run<S = unknown, P extends object = Record<string, unknown>> {
  /** The run's id: a hash of its manifest. */
  readonly id: Id<"run">;
  readonly manifest: RunManifest;
  readonly #env: Environment;
  readonly #replayer: Replayer;
  readonly #cache: BlockCache;

  readonly #params: Readonly<Record<string, unknown>>;

  /** `runOf` reads the params; without them, `params` is empty. */
  constructor(
    id: Id<"run">,
    manifest: RunManifest,
    env: Environment,
    params: Readonly<Record<string, unknown>> = {},
  ) {
    this.id = id;
    this.#params = params;
    this.manifest = manifest;
    this.#env = env;
    this.#replayer = new Replayer(manifest, env);
    this.#cache = new BlockCache(this.#replayer);
  }

  /** The number of recorded steps: there is a state at each of 0..steps. */
  get steps(): number {
    return this.manifest.steps;
  }

  /** Steps in a block. Reaching any state takes fewer steps than this. */
  get blockSize(): number {
    return this.manifest.blockSize;
  }

  /** The number of checkpoints. */
  get checkpoints(): number {
    return this.#replayer.timeline.count;
  }

  /** The timeline's root hash, which is equal for equal recordings. */
  get root(): string {
    return rootOf(this.#env.store.hash, this.manifest);
  }

  /** The params of the last segment. */
  get params(): Readonly<P> {
    return this.#params as Readonly<P>;
  }

  /** The runs that this one was forked from or continues, and at which step. */
  get parents(): readonly Parent[] {
    return this.manifest.parents;
  }

  /** Whether the recording reached the requested number of steps. */
  get finished(): boolean {
    return this.manifest.steps === this.manifest.goal;
  }

  /** Replays the run, for code that is built on it. */
  get replayer(): Replayer {
    return this.#replayer;
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
    const code = simulation && codeOf(simulation);
    const recording = await writeRun(this.#env, options, (writer) =>
      planFork(this, writer, step, { ...(changes as ForkOptions), code }),
    );
    return runOf<S, P>(recording.id, finished(recording).manifest, this.#env);
  }

  /**
   * The first step at which `predicate` holds, and the state there; undefined if no step matches.
   * Looks at every step, or at those from `from` to `to`. With `previous: true`, the predicate also
   * gets the state one step before, undefined at step 0. Throws FUNCTION_FAILED, which names the
   * step, and INTERRUPTED, whose data holds the steps `looked` at and the `rest`, each `{ from, to
   * }`.
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
   * of numbers, the same for each of them, and the covariance matrix.
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
   * Writes the run to a `.replay` file that holds everything needed to replay it anywhere. Loading
   * verifies the file. With `code: false` it leaves out the program's source, which whoever loads
   * the file must then have; with `checkpoints: "none"` what a replay gives as well. Throws
   * FILE_FAILED. `Repository.save` writes several runs to one file.
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
   * The number of objects that the run needs, and their bytes. Replays nothing.
   *
   * @example
   * ```ts
   * const { count, bytes, shared } = await fork.size();
   * ```
   */
  size(): Promise<RunSize> {
    return sizeOf(this.id, this.#replayer);
  }

  /**
   * The master seed that was in force at `step`, from 0 to 2^256 - 1.
   *
   * @example
   * ```ts
   * await run.seed(); // 42n
   * ```
   */
  async seed(step = 0): Promise<bigint> {
    return (await this.#parts(step)).seeds.master;
  }

  /**
   * The seeds of the first blocks, at most `limit`. Throws INVALID_ARGUMENT for a run whose
   * generators are not seeded by block.
   *
   * @example
   * ```ts
   * const [first] = await run.blockSeeds(1);
   * first.seed.length; // 32
   * ```
   */
  async blockSeeds(limit: number = this.checkpoints): Promise<readonly BlockSeed[]> {
    checkKind(limit, "limit", "limit");
    const seeds: BlockSeed[] = [];
    for (let block = 0; block < Math.min(this.checkpoints, limit); block++) {
      const seed = await this.#replayer.seedOfBlock(block);
      seeds.push({ block, step: block * this.blockSize, seed });
    }
    return seeds;
  }

  /**
   * The recorded code that was in force at `step`, by default the last: your files and the packages
   * that were bundled with them. Throws OBJECT_MISSING if the run was saved without it.
   *
   * @example
   * ```ts
   * const { stretches } = await run.source();
   * const text = stretches.map(({ code }) => code).join("");
   * ```
   */
  async source(step: number = this.steps): Promise<RecordedSource> {
    const { program } = await this.#parts(step);
    const { readObject, env } = this.#replayer;
    return {
      module: program.module,
      ...(await contentsOf(program, readObject, env.store.hash)),
    };
  }

  /**
   * All recorded code that a replay up to `step`, by default the last, may run: each program once, in
   * the order of its segments, with the step from which it is in force. The contents are undefined
   * for a program that was saved without them.
   *
   * @example
   * ```ts
   * const [{ program, from, source }] = await run.sources();
   * ```
   */
  async sources(step: number = this.steps): Promise<readonly SourceInForce[]> {
    checkStepInRange(step, this.steps);
    const sources = new Map<Id<"program">, SourceInForce>();
    for (const { start, program } of this.manifest.segments) {
      if (start > step || sources.has(program)) continue;
      const source = await this.source(start).catch(unlessMissing);
      sources.set(program, { program, from: start, source });
    }
    return [...sources.values()];
  }

  /**
   * What was changed by hand in the state at `step`, where a segment begins, at most a hundred
   * fields: `a` as the step before gave it, `b` as it was changed. Replays that step. Empty if
   * nothing was changed; undefined if that is not known here, because the code is missing or not
   * trusted, or because the run was forked at step 0.
   *
   * @example
   * ```ts
   * await fork.changedByHand(842_137); // [{ path: "state", a: -159, b: -59 }]
   * ```
   */
  async changedByHand(step: number): Promise<readonly Difference[] | undefined> {
    const segment = this.#replayer.segmentRecorded(checkStepInRange(step, this.steps));
    if (segment.start !== step) return [];
    return changedByHand(this.#replayer, segment, undefined);
  }

  #parts(step: number): ReturnType<Replayer["parts"]> {
    const segment = this.#replayer.segmentRecorded(checkStepInRange(step, this.steps));
    return this.#replayer.parts(segment);
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

function unlessMissing(error: unknown): undefined {
  if (!isRewindError(error, "OBJECT_MISSING")) throw error;
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
