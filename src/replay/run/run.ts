import { checkStepInRange } from "../../base/checks.ts";
import type { Id } from "../../object/id.ts";
import { readParams } from "../../object/params.ts";
import { type Parent, type RunManifest, rootOf } from "../../object/run.ts";
import { encodeArtifact } from "../../store/artifact.ts";
import { objectReader } from "../../store/object-store.ts";
import { BlockCache } from "../block-cache.ts";
import { type DiffOptions, diff, type RunDifference } from "../compare/diff.ts";
import { type Verification, type VerifyOptions, verify } from "../compare/verify.ts";
import type { Environment, LongOptions } from "../environment.ts";
import { type Bisection, bisect } from "../look/bisect.ts";
import { type Count, count } from "../look/count.ts";
import { type Found, find, findLast } from "../look/find.ts";
import type { Look, RangeOptions } from "../look/look.ts";
import { type Metric, type Statistics, stats, type VectorStatistics } from "../look/stats.ts";
import { codeOf } from "../programs.ts";
import { type ForkOptions, planFork } from "../record/fork.ts";
import { finished, writeRun } from "../record/write-runs.ts";
import { type CheckOptions, Replayer } from "../replayer.ts";
import type { Simulation } from "../simulation.ts";

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
  async get(step: number, { check = true }: CheckOptions = {}): Promise<S> {
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
  async peek(
    step: number,
  ): Promise<{ readonly state: S; check(options?: LongOptions): Promise<void> }> {
    const state = (await this.#cache.state(checkStepInRange(step, this.steps))) as S;
    return { state, check: (options) => this.#cache.check(step, options) };
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
    const { simulation, ...changes } = options;
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
  find(predicate: Look<S, P>, options: RangeOptions = {}): Promise<Found<S> | undefined> {
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
  findLast(predicate: Look<S, P>, options: RangeOptions = {}): Promise<Found<S> | undefined> {
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
  count(predicate: Look<S, P>, options: RangeOptions = {}): Promise<Count> {
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
  bisect(predicate: Look<S, P>, options: RangeOptions = {}): Promise<Bisection<S>> {
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
  stats(
    metric: Look<S, P, number | readonly number[]>,
    options: RangeOptions = {},
  ): Promise<Statistics | VectorStatistics> {
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
  verify(options: VerifyOptions = {}): Promise<Verification> {
    return verify(this.#replayer, options);
  }

  /**
   * Writes the run to a `.replay` file that holds everything needed to replay it anywhere. Loading
   * verifies the file. With `code: false` it leaves out the program's source, which whoever loads
   * the file must then have. Throws FILE_FAILED.
   *
   * @example
   * ```ts
   * await run.save("run.replay");
   * ```
   */
  async save(file: string, options: { readonly code?: boolean } = {}): Promise<void> {
    await this.#env.saveFile(file, await this.artifact(options));
  }

  /** The bytes that `save` writes. */
  artifact(options: { readonly code?: boolean } = {}): Promise<Uint8Array> {
    const { store, compression } = this.#env;
    const withCode = options.code ?? true;
    return encodeArtifact(this.id, this.#replayer.readObject, compression, store.hash, {
      withCode,
    });
  }

  /**
   * Compares this run (a) with another (b): the first step that differs, the fields that differ
   * there, and how the states differ at the end. The two need not share any history. Throws
   * STEP_OUT_OF_RANGE, and with `spans` or `statistics` REPLAY_MISMATCH.
   *
   * @example
   * ```ts
   * const { firstDifferentStep, changes, end } = await run.diff(fork);
   * const { spans } = await run.diff(fork, { spans: true }); // where they differ
   * ```
   */
  diff(other: Run<S, P>, options: DiffOptions = {}): Promise<RunDifference> {
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
