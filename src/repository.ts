import crypto from "node:crypto";
import path from "node:path";
import { Branches } from "./history/branches.ts";
import { type LogEntry, type LogOptions, log } from "./history/log.ts";
import { redo, undo } from "./history/operations.ts";
import { BranchRecorder, type Fork } from "./history/record/branch-recorder.ts";
import { peel, type Resolved, resolve } from "./history/resolve.ts";
import { parseRevision } from "./history/revision.ts";
import { inputsLimitBytes } from "./node/config/config.ts";
import { nodeFiles } from "./node/host/files.ts";
import { gitState } from "./node/host/git-state.ts";
import { hostDigest, hostFingerprint } from "./node/host/host.ts";
import { machineSeal } from "./node/host/machine-seal.ts";
import { nodeCompression, nodeCrc32, nodeHash, runningHash } from "./node/host/platform.ts";
import { readFile } from "./node/host/user-files.ts";
import { projectCache } from "./node/host/user-folders.ts";
import { type CheckedBlocks, checkedBlocks } from "./node/program/checked-blocks.ts";
import { ProjectCode, type Replaying } from "./node/program/project-code.ts";
import {
  type ProgramToTrust,
  programsToTrust,
  programsUpTo,
  type TrustedProgram,
  trustedPrograms,
} from "./node/program/trusted-programs.ts";
import { lockBranches } from "./node/store/branch-lock.ts";
import { findProject } from "./node/store/find-project.ts";
import type { Recovered } from "./node/store/recover.ts";
import { storeGenerator } from "./node/store/store-config.ts";
import { createStore, type OpenStore, openStore } from "./node/store/store-folder.ts";
import { breakStoreLocks, type StoreLock, storeLocks } from "./node/store/store-locks.ts";
import type { FileStoreTools } from "./node/store/store-tools.ts";
import { type Id, isId } from "./object/id.ts";
import type { Environment, LongOptions } from "./replay/environment.ts";
import type { ProgramSource } from "./replay/programs.ts";
import type { ForkOptions } from "./replay/record/fork.ts";
import type { RecordOptions } from "./replay/record/record.ts";
import type { RecorderOptions } from "./replay/record/recorder.ts";
import type { Expected } from "./replay/run/expected.ts";
import { loadInto } from "./replay/run/open-run.ts";
import { type Run, runOf } from "./replay/run/run.ts";
import type { AnySimulation, Simulation } from "./replay/simulation.ts";
import { type NamedRun, reflog } from "./repository/reflog.ts";
import { Tags } from "./repository/tags.ts";
import { objectReader } from "./store/object-store.ts";
import { checkBranchName } from "./store/ref-name.ts";
import type { Operation } from "./store/ref-store.ts";

export type { Replaying, WhichProgram } from "./node/program/project-code.ts";
export type { ProgramToTrust, TrustedProgram } from "./node/program/trusted-programs.ts";

/** How a repository is opened. */
export interface RepositoryOptions {
  /** Called with notices that are not errors, such as that a working file has changed. */
  readonly onNotice?: ((text: string) => void) | undefined;
  /**
   * Trusts code from a loaded file or a cloned store, so that it may run now and later.
   */
  readonly trust?: boolean | undefined;
  /** Simulations for replaying runs that were recorded from a simulation handed over in memory. */
  readonly simulations?: readonly AnySimulation[] | undefined;
  /**
   * How long the check of a replay may take, in milliseconds, in addition to the request itself. No
   * limit unless given. See `Run.get`.
   */
  readonly checkMs?: number | undefined;
  /** Called with the steps that were left unchecked at that limit. */
  readonly onUnchecked?:
    | ((steps: { readonly from: number; readonly to: number }) => void)
    | undefined;
  /** Who records, noted with each run. The system's user unless given; empty for nobody. */
  readonly author?: string | (() => string | undefined) | undefined;
}

/** The changes of a fork on a branch. */
export interface BranchOptions<S = unknown, P extends object = Record<string, unknown>>
  extends ForkOptions<S, P> {
  /** New code for the fork: a simulation, a module as `path#export`, or the working files. */
  readonly program?: Simulation<S, P> | string | undefined;
  readonly cwd?: string | undefined;
}

/** The run that a revision names, and the step if it names one. */
export interface RevisionOf<S, P extends object> {
  readonly run: Run<S, P>;
  readonly step: number | undefined;
  /** The full name of the ref, such as `refs/heads/main`, if the revision names one. */
  readonly ref: string | undefined;
}

/**
 * Creates the store `.rewind/` in a folder, which becomes the project folder. Throws
 * REPOSITORY_EXISTS.
 *
 * @example
 * ```ts
 * const repo = await initRepository(".");
 * ```
 */
export async function initRepository(
  directory = ".",
  options: RepositoryOptions = {},
): Promise<Repository> {
  createStore(path.resolve(directory), fileTools());
  return openRepository(directory, options);
}

/**
 * Opens the store of a folder, or of the nearest folder above that has one. Throws
 * NOT_A_REPOSITORY.
 *
 * @example
 * ```ts
 * const repo = await openRepository(".");
 * const { run, step } = await repo.revision("main@50%");
 * ```
 */
export async function openRepository(
  directory = ".",
  options: RepositoryOptions = {},
): Promise<Repository> {
  const root = findProject(directory);
  const now = (): string => new Date().toISOString();
  const store = await openStore(root, fileTools(), now, ({ message }) =>
    options.onNotice?.(`the store is damaged, and is read without ${message}`),
  );
  return new Repository(root, store, options);
}

function fileTools(): FileStoreTools {
  return {
    files: nodeFiles,
    hash: nodeHash,
    crc32: nodeCrc32,
    compression: nodeCompression,
    runningHash,
    seal: machineSeal(),
    uniqueName: () => crypto.randomBytes(8).toString("hex"),
  };
}

/** A project's store: named runs on disk. */
export class Repository {
  /** The project folder, which holds `.rewind`. */
  readonly root: string;
  /**
   * Recordings that a dead process left. They can be read already, as they will be once they are
   * recovered. The next write recovers them.
   */
  readonly recovered: readonly Recovered[];
  /** The branches and the current one. */
  readonly branches: Branches;
  /** The tags, which stay on their runs. */
  readonly tags: Tags;
  readonly #store: OpenStore;
  #hasChanged = false;
  readonly #code: ProjectCode;
  readonly #recorder: BranchRecorder;
  readonly #checks: CheckedBlocks;

  constructor(root: string, store: OpenStore, options: RepositoryOptions) {
    this.root = root;
    this.recovered = store.recovered;
    const { objects } = store;
    const refs: OpenStore["refs"] = {
      ...store.refs,
      update: async (...change) => {
        await store.refs.update(...change);
        this.#hasChanged = true;
      },
    };
    const lock = (names: readonly string[]) => lockBranches(objects, names);
    this.branches = new Branches(refs, lock);
    this.tags = new Tags(objects, refs);
    this.#store = { ...store, refs };
    const project = {
      root,
      cache: projectCache(root),
      inputsLimitBytes: () => inputsLimitBytes(root),
      notice: (text: string) => options.onNotice?.(text),
    };
    const generator = () => storeGenerator(store.objects.tools.files, store.objects.folders.root);
    this.#checks = checkedBlocks({
      folder: project.cache,
      host: () => hostDigest(hostFingerprint()),
      limitMs: options.checkMs,
      onUnchecked: options.onUnchecked,
    });
    const checks = this.#checks;
    this.#code = new ProjectCode(project, store.objects, { ...options, generator, checks });
    this.#recorder = new BranchRecorder(
      { objects, refs, lock, gitState: () => gitState(root) },
      this.branches,
      () => this.environment(),
    );
  }

  /**
   * Whether this object has changed a ref. If it has, a later failure does not mean that the work
   * failed.
   */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  /** The objects and the refs, for code that is built on them. */
  get store(): OpenStore {
    return this.#store;
  }

  /**
   * Records a simulation on a new branch. The simulation is an object, or a module `path#export`,
   * whose code is then stored with the run. A recording that fails or is interrupted stays on its
   * branch up to its last checkpoint. With `restart` the branch may have a run already, which then
   * becomes `archive/<branch>/<n>`. Throws REF_EXISTS, BRANCH_UNFINISHED, LOCKED.
   *
   * @example
   * ```ts
   * const main = await repo.record("walk.ts", { steps: 1_000_000, seed: 42, branch: "main" });
   * ```
   */
  async record<S, P extends object>(
    simulation: Simulation<S, P> | string,
    options: RecordOptions<P> & {
      readonly branch?: string | undefined;
      readonly restart?: boolean | undefined;
      readonly cwd?: string;
    },
  ): Promise<Run<S, P>> {
    const branch = checkBranchName(options.branch ?? (await this.branches.current()) ?? "main");
    const code = () => this.#code.of(simulation, options.cwd);
    const run = await this.#recorder.record(branch, code, options as RecordOptions);
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
    const forks = [{ ...options, branch: name }];
    const [fork] = await this.branchEach<S, P>(revision, forks, options);
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
    for (const { branch } of forks) checkBranchName(branch);
    const { run, step = run.steps } = await this.revision(revision);
    const planned: Fork[] = [];
    for (const fork of forks) {
      const isNew = fork.program !== undefined;
      const code = isNew ? await this.#code.newFor(run.replayer, fork) : undefined;
      planned.push({ ...(fork as ForkOptions), branch: fork.branch, code });
    }
    const fork = () => this.#recorder.fork(run, step, planned, options);
    const isNew = planned.every(({ code }) => code !== undefined);
    const made = isNew ? await this.#code.replacing(fork) : await fork();
    return made as unknown as readonly Run<S, P>[];
  }

  /**
   * Extends the run of a branch to `steps` in total, or by `by` more. The result has the timeline
   * of a single uninterrupted recording. With `params`, a new segment begins at the present end,
   * with the new values in place of the old ones. Throws INVALID_STEPS if the run would not become
   * longer.
   *
   * @example
   * ```ts
   * await repo.extend("main", { steps: 2_000_000 });
   * ```
   */
  async extend<S = unknown, P extends object = Record<string, unknown>>(
    branch: string,
    options: RecorderOptions & {
      readonly steps?: number | undefined;
      readonly by?: number | undefined;
      readonly params?: Partial<P> | undefined;
      readonly message?: string | undefined;
    },
  ): Promise<Run<S, P>> {
    await this.#noteBranch(branch);
    return (await this.#recorder.extend(branch, options as ForkOptions)) as unknown as Run<S, P>;
  }

  /**
   * Continues an interrupted recording from its last checkpoint to the requested number of steps.
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
    options: RecorderOptions & { readonly expect?: Expected<P> | undefined } = {},
  ): Promise<Run<S, P>> {
    const { expect, ...long } = options;
    await this.#noteBranch(branch);
    const run = await this.#recorder.resume(branch, { ...long, expect: expect as Expected });
    return run as unknown as Run<S, P>;
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
    await this.#noteBranch(branch);
    const { run, archived } = await this.#recorder.reset(branch, step);
    return { run: run as unknown as Run<S, P>, archived };
  }

  /**
   * Notes a branch's name, so that errors can say how to read its code. Ignores an invalid name for
   * now.
   */
  async #noteBranch(branch: string): Promise<void> {
    const { run } = await this.resolve(branch).catch(() => ({ run: undefined }));
    if (run !== undefined) this.#code.named(run, branch);
  }

  /** The run and the step that a revision names. Throws UNKNOWN_REVISION and similar errors. */
  async revision<S = unknown, P extends object = Record<string, unknown>>(
    text: string,
    options: { readonly program?: Replaying | undefined } = {},
  ): Promise<RevisionOf<S, P>> {
    const { id, run, ref, step } = await this.resolve(text);
    const { base, ago } = parseRevision(text);
    this.#code.named(run, ago === undefined ? base : `${base}@{${ago}}`);
    return { run: await runOf<S, P>(id, run, this.environment(options.program)), step, ref };
  }

  /** The same, without loading what a replay needs. */
  resolve(text: string): Promise<Resolved> {
    return resolve(this.#store.objects, this.#store.refs, text);
  }

  /**
   * The runs behind a revision, behind B but not A of `A..B`, or behind every ref, the latest
   * first.
   */
  log(revision?: string, options?: LogOptions): Promise<readonly LogEntry[]> {
    return log(this.#store.objects, this.#store.refs, revision, options);
  }

  /**
   * Loads a `.replay` file, or the bytes of one, into the store, and makes `branch` if given. Its
   * code runs only when it is trusted.
   */
  async load<S = unknown, P extends object = Record<string, unknown>>(
    file: string | Uint8Array,
    options: { readonly branch?: string | undefined } = {},
  ): Promise<Run<S, P>> {
    const { branch } = options;
    if (branch !== undefined) await this.branches.checkFree(branch);
    const bytes = typeof file === "string" ? await readFile(file) : file;
    const run = await loadInto<S, P>(this.environment(), bytes);
    if (branch !== undefined) {
      await this.branches.create(branch, run.id, { command: "load", checkout: false });
    }
    return run;
  }

  /**
   * Takes back the last operation: restores every ref that it changed. Runs stay in the store. Call
   * it again to take back the operation before. Returns the operation. Throws NOTHING_TO_UNDO, and
   * REF_MOVED if something else has changed a ref since.
   *
   * @example
   * ```ts
   * await repo.reset("main", 500_000);
   * await repo.undo(); // main names its old run again
   * ```
   */
  undo(): Promise<Operation> {
    return undo(this.#store.refs);
  }

  /**
   * Repeats the operation that was undone last, and returns it. Throws NOTHING_TO_UNDO, REF_MOVED.
   */
  redo(): Promise<Operation> {
    return redo(this.#store.refs);
  }

  /** The run that an id leads to: the run itself, or the target of a tag. */
  peel(id: Id): Promise<Id<"run">> {
    return peel(this.#store.objects, id);
  }

  /** The operations that have changed refs here, the oldest first. */
  operations(): Promise<readonly Operation[]> {
    return this.#store.refs.operations();
  }

  /**
   * The runs that a branch, a tag or HEAD has named, the latest first, at most `limit`. `total` is
   * their number without the limit. Throws UNKNOWN_REVISION, and INVALID_REVISION for text that
   * names no ref.
   *
   * @example
   * ```ts
   * const { entries } = await repo.reflog("main");
   * await repo.revision(entries[0].revision); // main@{0}
   * ```
   */
  reflog(
    name = "HEAD",
    { limit = Number.POSITIVE_INFINITY }: { readonly limit?: number | undefined } = {},
  ): Promise<{ readonly entries: readonly NamedRun[]; readonly total: number }> {
    return reflog(this.#store.objects, this.#store.refs, name, limit);
  }

  /** The locks of the store: who holds each, and whether that process is still running. */
  locks(): readonly StoreLock[] {
    const { tools, folders } = this.#store.objects;
    return storeLocks(folders.root, tools.files);
  }

  /**
   * Removes the locks of processes that have ended or cannot be seen from here, for example on
   * another machine or in another container. Throws LOCKED if a process that is running here holds
   * one.
   */
  breakLocks(): readonly StoreLock[] {
    const { tools, folders } = this.#store.objects;
    return breakStoreLocks(folders.root, tools.files);
  }

  /**
   * Trusts the recorded code of a revision, HEAD's unless given: it may then run for this user in
   * every project. Returns the parts of that code. Throws PROGRAM_MISSING if it is not in the
   * store.
   *
   * @example
   * ```ts
   * const [program] = await repo.trust("main");
   * program.module; // "walk.ts"
   * ```
   */
  async trust(revision = "HEAD"): Promise<readonly ProgramToTrust[]> {
    const { run, step = run.steps } = await this.revision(revision);
    const programs = await programsToTrust(run.manifest, step, run.replayer.readObject);
    for (const { program } of programs) this.#code.trust.add(program);
    return programs;
  }

  /**
   * Stops trusting the programs of a revision, or one by its id. Returns those that were trusted.
   */
  async untrust(revision: string): Promise<readonly Id<"program">[]> {
    const { trust } = this.#code;
    if (isId(revision) && trust.forget(revision as Id<"program">)) {
      return [revision as Id<"program">];
    }
    const { run, step } = await this.resolve(revision);
    const programs = programsUpTo(run, step ?? run.steps);
    return programs.filter((program) => trust.forget(program));
  }

  /** The programs that this user trusts, with what this store knows about them. */
  trusted(): Promise<readonly TrustedProgram[]> {
    return trustedPrograms(this.#code.trust, objectReader(this.#store.objects));
  }

  /** Closes the store's files. It deletes and flushes nothing. */
  async close(): Promise<void> {
    this.#checks.save();
    this.#store.objects.close();
  }

  /** The code of a module `path#export` as it would be recorded now, for `expect` of `resume`. */
  async sourceOf(spec: string, cwd?: string): Promise<ProgramSource> {
    return (await this.#code.of(spec, cwd)).source;
  }

  /** The function that `module#export` names, for a fork to change its state with. */
  functionOf(spec: string, cwd?: string): Promise<(state: unknown) => unknown> {
    return this.#code.functionOf(spec, cwd);
  }

  /**
   * The environment that replays runs of this store, with the recorded code or the working files.
   */
  environment(which: Replaying = "recorded"): Environment {
    return this.#code.environment(which);
  }
}
