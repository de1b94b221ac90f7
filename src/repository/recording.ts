import { checkKind, checkOptionsOf, type OptionKinds } from "../base/options.ts";
import type { Fork } from "../history/record/branch-recorder.ts";
import type { OutputsOption } from "../history/record/branch-writer.ts";
import { readFile } from "../node/host/user-files.ts";
import { LONG_OPTIONS, type LongOptions } from "../replay/environment.ts";
import { EXPLORE_OPTIONS, type ExploreOptions, explore } from "../replay/explore/explore.ts";
import type { AddedObserver } from "../replay/observe/hindsight.ts";
import type { ProgramSource } from "../replay/programs.ts";
import type { ForkOptions } from "../replay/record/fork.ts";
import { RECORD_OPTIONS, type RecordOptions } from "../replay/record/record.ts";
import { RECORDER_OPTIONS, type RecorderOptions } from "../replay/record/record-run.ts";
import { checkExpected, type Expected } from "../replay/run/expected.ts";
import { checkReached, type ExploredRun, type Run } from "../replay/run/run.ts";
import type { Simulation } from "../replay/simulation.ts";
import { checkBranchName } from "../store/ref-name.ts";
import { givenState } from "./given-state.ts";
import { LOAD_OPTIONS, type LoadedRun, type LoadOptions, loadFile } from "./load-file.ts";
import { BRANCH_OPTIONS, type BranchOptions } from "./options.ts";
import { ReadableRepository } from "./readable.ts";

/** What the options of each method may be. */
const OUTPUTS = { outputs: ["text", "flag"] } as const;
const RECORD_HERE = {
  ...RECORD_OPTIONS,
  ...OUTPUTS,
  branch: "text",
  restart: "flag",
  cwd: "text",
} as const;
const NAMED_BRANCH = { ...BRANCH_OPTIONS, branch: "text" } as const;
const EXTEND_OPTIONS = {
  ...RECORDER_OPTIONS,
  ...OUTPUTS,
  steps: "any",
  by: "any",
  params: "any",
  message: "text",
} as const;
const EXPLORE_HERE = { ...EXPLORE_OPTIONS, branch: "text" } as const;
const RESUME_OPTIONS = { ...RECORDER_OPTIONS, ...OUTPUTS, expect: "object" } as const;

/** Records runs into a store: anew, on from where a branch is, or from a fork. */
export class RecordingRepository extends ReadableRepository {
  /**
   * Records a simulation on a new branch. The simulation is an object, or a module `path#export`,
   * whose code is then stored with the run. A recording that is interrupted, or whose step
   * fails, stays on its branch with every whole step, and after a kill with all but the last seconds.
   * With `restart` the branch may have a run already, which then becomes `archive/<branch>/<n>`. With
   * `from` the run begins with a saved state. Throws REF_EXISTS, BRANCH_UNFINISHED, LOCKED.
   *
   * @example
   * ```ts
   * const main = await repo.record("walk.ts", { steps: 1_000_000, seed: 42, branch: "main" });
   * const from = await repo.revision("main@500_000"); // its state there is the first one of the next
   * await repo.record("walk.ts", { steps: 1_000, seed: 7, branch: "again", from });
   * ```
   */
  async record<S, P extends object>(
    simulation: Simulation<S, P> | string,
    options: RecordOptions<P> &
      OutputsOption & {
        readonly branch?: string | undefined;
        readonly restart?: boolean | undefined;
        readonly cwd?: string;
      },
  ): Promise<Run<S, P>> {
    checkOptionsOf(options, RECORD_HERE);
    const branch = checkBranchName(options.branch ?? (await this.branches.current()) ?? "main");
    const { from, ...others } = options as RecordOptions;
    // The recorded code only leads to the state.
    const given = from && (await this.parts.code.replacing(() => givenState(from, options.cwd)));
    const code = () => this.parts.code.of(simulation, options.cwd);
    const run = await this.parts.recorder.record(branch, code, { ...others, given });
    return run as unknown as Run<S, P>;
  }

  /**
   * Forks a run at a step to a new branch, at HEAD's cursor unless a revision is given. Throws
   * REF_EXISTS, and what `Run.branch` throws.
   *
   * @example
   * ```ts
   * const fix = await repo.branch("fix", "main@814_500", { params: { clamp: 10 } });
   * ```
   */
  async branch<S, P extends object>(
    name: string,
    revision = "HEAD",
    options: BranchOptions<S, P> = {},
  ): Promise<Run<S, P>> {
    checkOptionsOf(options, BRANCH_OPTIONS);
    const { onProgress, signal } = options;
    const forks = [{ ...options, branch: name }];
    const [fork] = await this.branchEach<S, P>(revision, forks, { onProgress, signal });
    return fork as Run<S, P>;
  }

  /**
   * Forks a run at a step to several new branches, one after the other. A single undo takes all of
   * them back. Everything is checked before the first is recorded. If one fails or the signal
   * interrupts, the branches before it stay, and the error's `data.made` names them. A crash leaves
   * all of them, to be resumed, or none.
   *
   * @example
   * ```ts
   * const clamps = [1, 10, 100].map((clamp) => ({ branch: `clamp/${clamp}`, params: { clamp } }));
   * const forks = await repo.branchEach("main@814_500", clamps);
   * ```
   */
  async branchEach<S, P extends object>(
    revision: string,
    forks: readonly (BranchOptions<S, P> & { readonly branch: string })[],
    options: LongOptions = {},
  ): Promise<readonly Run<S, P>[]> {
    checkOptionsOf(options, LONG_OPTIONS);
    checkKind(forks, "forks", "list");
    for (const fork of forks) {
      checkOptionsOf(fork, NAMED_BRANCH);
      checkBranchName(fork.branch);
    }
    const { run, step = run.steps } = await this.revision(revision);
    const planned: Fork[] = [];
    for (const fork of forks) {
      const isNew = fork.program !== undefined;
      const code = isNew ? await this.parts.code.newFor(run.replayer, fork) : undefined;
      planned.push({ ...(fork as ForkOptions), branch: fork.branch, code });
    }
    const fork = () => this.parts.recorder.fork(run, step, planned, options);
    const isNew = planned.every(({ code }) => code !== undefined);
    const made = isNew ? await this.parts.code.replacing(fork) : await fork();
    return made as unknown as readonly Run<S, P>[];
  }

  /**
   * Looks for a rare state as `Run.explore` does, from a revision, by default the first step of its
   * run, and leaves the best that it found on a new branch: each of its segments is a fork with a new
   * seed. `run` is undefined, and there is no branch, if no level was reached. Throws REF_EXISTS, and
   * what `Run.explore` throws.
   *
   * @example
   * ```ts
   * const level = (x: number) => x;
   * const goal = (x: number) => x >= 1_000;
   * const found = await repo.explore("main@0", { level, goal, budget: 200_000, branch: "high" });
   * ```
   */
  async explore<S = unknown, P extends object = Record<string, unknown>>(
    revision: string,
    options: ExploreOptions<S, P> & { readonly branch: string },
  ): Promise<ExploredRun<S, P>> {
    const { branch, ...wanted } = checkOptionsOf(
      options,
      EXPLORE_HERE as OptionKinds<typeof options>,
    );
    await this.branches.checkFree([checkBranchName(branch)]);
    const { run, step = 0 } = await this.revision(revision);
    const found = await explore(run.replayer, step, wanted as ExploreOptions);
    const { best } = found;
    if (best === undefined) return { ...found, run: undefined };
    let parent: Run = run;
    for (const [i, hop] of best.hops.slice(0, -1).entries()) {
      const steps = best.hops[i + 1]?.step;
      parent = await parent.branch(hop.step, { seed: hop.seed, steps });
    }
    const { step: at, seed } = best.hops.at(-1) ?? { step, seed: undefined };
    const forks = [{ branch, seed, steps: best.step }];
    const [made] = (await this.parts.recorder.fork(parent, at, forks)) as [Run];
    await checkReached(made, best, wanted as ExploreOptions);
    return { ...found, run: made as unknown as Run<S, P> };
  }

  /**
   * Extends the run of a branch to `steps` in total, or by `by` more. The result has the timeline
   * of a single uninterrupted recording. With `params`, a new segment begins at the present end,
   * with the new values in place of the old ones. An unfinished run's goal becomes the new length.
   * Throws INVALID_STEPS if the run would not become longer.
   *
   * @example
   * ```ts
   * await repo.extend("main", { steps: 2_000_000 });
   * ```
   */
  async extend<S = unknown, P extends object = Record<string, unknown>>(
    branch: string,
    options: RecorderOptions &
      OutputsOption & {
        readonly steps?: number | undefined;
        readonly by?: number | undefined;
        readonly params?: Partial<P> | undefined;
        readonly message?: string | undefined;
      },
  ): Promise<Run<S, P>> {
    checkOptionsOf(options, EXTEND_OPTIONS);
    await this.noteBranch(branch);
    return (await this.parts.recorder.extend(branch, options as ForkOptions)) as unknown as Run<
      S,
      P
    >;
  }

  /**
   * Continues an interrupted recording from where it ends to the requested number of steps.
   * Throws NOTHING_TO_RESUME if it is finished, and RECORDED_OTHERWISE if it was begun with other
   * values than those in `expect`.
   *
   * @example
   * ```ts
   * await repo.resume("main", { expect: { steps: 10_000 } });
   * ```
   */
  async resume<S = unknown, P extends object = Record<string, unknown>>(
    branch: string,
    options: RecorderOptions & OutputsOption & { readonly expect?: Expected<P> | undefined } = {},
  ): Promise<Run<S, P>> {
    const { expect, ...long } = checkOptionsOf(options, RESUME_OPTIONS);
    await this.noteBranch(branch);
    const run = await this.parts.recorder.resume(branch, { ...long, expect: expect as Expected });
    return run as unknown as Run<S, P>;
  }

  /**
   * Checks that the run of a branch is the one that was asked for, as `resume` does before it goes
   * on. Throws RECORDED_OTHERWISE with what differs, and REF_NOT_FOUND.
   *
   * @example
   * ```ts
   * await repo.checkRecorded("main", { steps: 1_000_000, seed: 42 });
   * ```
   */
  async checkRecorded<P extends object = Record<string, unknown>>(
    branch: string,
    expect: Expected<P>,
  ): Promise<void> {
    const { run } = await this.revision(await this.branches.get(branch));
    await checkExpected(run, branch, expect as Expected);
  }

  /**
   * Cuts the history of a branch after a step: the state there becomes the last one. The branch
   * keeps its name, and its old run becomes `archive/<branch>/<n>`. A cursor beyond the step moves
   * to it.
   *
   * @example
   * ```ts
   * const { archived } = await repo.reset("main", 500_000); // "archive/main/1"
   * ```
   */
  async reset<S = unknown, P extends object = Record<string, unknown>>(
    branch: string,
    step: number,
  ): Promise<{ readonly run: Run<S, P>; readonly archived: string }> {
    await this.noteBranch(branch);
    const { run, archived } = await this.parts.recorder.reset(branch, step);
    return { run: run as unknown as Run<S, P>, archived };
  }

  /**
   * Loads the runs of a `.replay` file, or of the bytes of one, into the store. `branch` names the
   * branch of the run if the file has one; `branches` makes branches with the names under which the
   * runs were saved, unless they are taken. Everything is verified before anything is written. The
   * code runs only when it is trusted. Throws FILE_FAILED, INVALID_ARTIFACT, SEVERAL_RUNS, and
   * PREREQUISITES_MISSING if the file was saved `since` a run that the store lacks.
   *
   * @example
   * ```ts
   * const [{ run }] = await repo.load("run.replay", { branch: "theirs" });
   * await repo.load("run.replay", { branches: true }); // under the names that it was saved with
   * ```
   */
  async load<S = unknown, P extends object = Record<string, unknown>>(
    file: string | Uint8Array,
    options: LoadOptions = {},
  ): Promise<readonly [LoadedRun<S, P>, ...LoadedRun<S, P>[]]> {
    checkKind(file, "file", ["text", "bytes"]);
    checkOptionsOf(options, LOAD_OPTIONS);
    const bytes = typeof file === "string" ? await readFile(file) : file;
    const loaded = await loadFile(this.environment(), this.branches, bytes, options);
    return loaded as unknown as readonly [LoadedRun<S, P>, ...LoadedRun<S, P>[]];
  }

  /** The code of a module `path#export` as it would be recorded now, for `expect` of `resume`. */
  async sourceOf(spec: string, cwd?: string): Promise<ProgramSource> {
    checkModule(spec, cwd);
    return (await this.parts.code.of(spec, cwd)).source;
  }

  /** The function that `module#export` names, for a fork to change its state with. */
  async functionOf(spec: string, cwd?: string): Promise<(state: unknown) => unknown> {
    checkModule(spec, cwd);
    return this.parts.code.functionOf(spec, cwd);
  }

  /**
   * The observer that a module exports, for `Run.observe`: a function, or an object with `value`,
   * `unit` and `title`. The path is from `cwd`. Runs that code. Throws MODULE_NOT_FOUND,
   * EXPORT_NOT_FOUND.
   *
   * @example
   * ```ts
   * await run.observe("peak", await repo.observer("metrics.ts#peak"));
   * ```
   */
  async observer(spec: string, cwd?: string): Promise<AddedObserver> {
    checkModule(spec, cwd);
    return this.parts.code.observerOf(spec, cwd);
  }

  /**
   * Notes a branch's name, so that errors can say how to read its code. Ignores an invalid name for
   * now.
   */
  protected async noteBranch(branch: string): Promise<void> {
    const { run } = await this.resolve(branch).catch(() => ({ run: undefined }));
    if (run !== undefined) this.parts.code.named(run, branch);
  }
}

function checkModule(spec: unknown, cwd: unknown): void {
  checkKind(spec, "module", "text");
  if (cwd !== undefined) checkKind(cwd, "cwd", "text");
}
