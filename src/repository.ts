import crypto from "node:crypto";
import path from "node:path";
import { RewindError } from "./base/errors.ts";
import { Branches } from "./history/branches.ts";
import { type LogEntry, lineage } from "./history/log.ts";
import { type Resolved, resolve } from "./history/resolve.ts";
import { type BranchRecording, recordOnBranch } from "./node/branch-writer.ts";
import { readFile } from "./node/environment.ts";
import { nodeFiles } from "./node/files.ts";
import { nodeCompression, nodeCrc32, nodeHash, runningHash } from "./node/platform.ts";
import { ProjectCode, type WhichProgram } from "./node/project-code.ts";
import type { Recovered } from "./node/recover.ts";
import { createStore, findProject, type OpenStore, openStore } from "./node/store-folder.ts";
import type { FileStoreTools } from "./node/store-tools.ts";
import type { Id } from "./object/id.ts";
import type { Environment } from "./replay/environment.ts";
import { type ForkOptions, planFork } from "./replay/fork.ts";
import { planRecording, type RecordOptions } from "./replay/record.ts";
import type { RecorderOptions } from "./replay/recorder.ts";
import { loadInto, Run } from "./replay/run.ts";
import type { AnySimulation, Simulation } from "./replay/simulation.ts";
import { checkBranchName, nextArchiveName } from "./store/ref-name.ts";
import type { RefChange } from "./store/ref-store.ts";

export type { WhichProgram } from "./node/project-code.ts";

/** How a repository is opened. */
export interface RepositoryOptions {
  /** Is told what a user should know and what is no error: that a working file has changed, say. */
  readonly onNotice?: ((text: string) => void) | undefined;
  /** Lets code run that came from elsewhere, inside a loaded file or a cloned store. */
  readonly trust?: boolean | undefined;
  /** Simulations to replay runs with that were recorded from a simulation handed over in memory. */
  readonly simulations?: readonly AnySimulation[] | undefined;
}

/** What a revision names: the run, and the step where it names one. */
export interface RevisionOf<S, P extends object> {
  readonly run: Run<S, P>;
  readonly step: number | undefined;
  /** The full name of the ref, such as `refs/heads/main`, where the revision names one. */
  readonly ref: string | undefined;
}

/**
 * Creates the store `.rewind/` in a folder, the project folder. Throws REPOSITORY_EXISTS.
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
 * Opens the store of a folder, or of the next folder above that has one. Throws NOT_A_REPOSITORY.
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
  const store = await openStore(root, fileTools(), () => new Date().toISOString());
  return new Repository(root, store, options);
}

function fileTools(): FileStoreTools {
  return {
    files: nodeFiles,
    hash: nodeHash,
    crc32: nodeCrc32,
    compression: nodeCompression,
    runningHash,
    uniqueName: () => crypto.randomBytes(8).toString("hex"),
  };
}

/** A project's store: runs with names, on disk. */
export class Repository {
  /** The project folder, which holds `.rewind`. */
  readonly root: string;
  /** Recordings that a dead process left and that were brought back on opening. */
  readonly recovered: readonly Recovered[];
  /** Why what a dead process left could not be brought back; the rest of the store can be read. */
  readonly unrecovered: RewindError | undefined;
  /** The branches, and which of them is the current one. */
  readonly branches: Branches;
  readonly #store: OpenStore;
  readonly #code: ProjectCode;

  constructor(root: string, store: OpenStore, options: RepositoryOptions) {
    this.root = root;
    this.recovered = store.recovered;
    this.unrecovered = store.unrecovered;
    this.branches = new Branches(store.refs);
    this.#store = store;
    const project = {
      root,
      local: store.objects.folders.local,
      notice: (text: string) => options.onNotice?.(text),
    };
    this.#code = new ProjectCode(project, store.objects, options);
  }

  /** The objects and the refs, for what is built on them. */
  get store(): OpenStore {
    return this.#store;
  }

  /**
   * Records a simulation on a new branch: a simulation as it is, or a module as `path#export`, whose
   * code is then stored with the run. A recording that fails or is interrupted stays on its branch
   * up to its last checkpoint. Throws REF_EXISTS.
   *
   * @example
   * ```ts
   * const main = await repo.record("walk.ts", { steps: 1_000_000, seed: 42, branch: "main" });
   * ```
   */
  async record<S, P extends object>(
    simulation: Simulation<S, P> | string,
    options: RecordOptions<P> & { readonly branch?: string | undefined; readonly cwd?: string },
  ): Promise<Run<S, P>> {
    const name = checkBranchName(options.branch ?? (await this.branches.current()) ?? "main");
    return this.#recordNew("record", {
      branch: name,
      options,
      withGit: true,
      plan: async (env, writer, ref) => {
        const code = await this.#code.of(simulation, options.cwd);
        return planRecording(env, writer, code, options as RecordOptions, ref);
      },
    });
  }

  /**
   * Forks a run at a step to a new branch. Throws REF_EXISTS, and what `Run.branch` throws.
   *
   * @example
   * ```ts
   * const fix = await repo.branch("fix", "main@814_500", { params: { clamp: 10 } });
   * ```
   */
  async branch<S, P extends object>(
    name: string,
    revision: string,
    options: ForkOptions<S, P> & {
      /** New code from the fork on: a simulation, a module as `path#export`, or the working files. */
      readonly program?: Simulation<S, P> | string | undefined;
      readonly cwd?: string | undefined;
    } = {},
  ): Promise<Run<S, P>> {
    checkBranchName(name);
    const { run, step } = await this.revision<S, P>(revision);
    return this.#recordNew("branch", {
      branch: name,
      options,
      withGit: options.program !== undefined,
      plan: async (_env, writer, ref) => {
        const code =
          options.program === undefined
            ? undefined
            : await this.#code.newFor(run.replayer, options);
        return planFork(run, writer, step ?? run.steps, { ...(options as ForkOptions), code }, ref);
      },
    });
  }

  /**
   * Makes the run of a branch longer: to `steps` in all, or `by` so many. The result has the
   * timeline that one uninterrupted recording has. With `params` a new segment begins at the present
   * end, the new values over the old ones. Throws INVALID_STEPS where that is not longer.
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
    const { run } = await this.#branchRun<S, P>(branch);
    const steps = options.steps ?? run.steps + (options.by ?? 0);
    if (!(steps > run.steps)) {
      throw new RewindError(
        "INVALID_STEPS",
        `expected more than the ${run.steps} steps that ${branch} has, got ${steps}`,
        { name: "steps", value: steps, branch, steps: run.steps },
      );
    }
    const { params, message } = options;
    return this.#goOn(branch, run, "extend", options, { steps, params, message } as ForkOptions);
  }

  /**
   * Continues a recording that was interrupted, from its last checkpoint to the steps that it was
   * asked for. Throws NOTHING_TO_RESUME where it is finished.
   *
   * @example
   * ```ts
   * await repo.resume("main");
   * ```
   */
  async resume<S = unknown, P extends object = Record<string, unknown>>(
    branch: string,
    options: RecorderOptions = {},
  ): Promise<Run<S, P>> {
    const { run } = await this.#branchRun<S, P>(branch);
    if (run.finished) {
      throw new RewindError(
        "NOTHING_TO_RESUME",
        `${branch} is finished: it has its ${run.steps} steps`,
        {
          branch,
          steps: run.steps,
        },
      );
    }
    return this.#goOn(branch, run, "resume", options, { steps: run.manifest.goal });
  }

  /**
   * Cuts the history of a branch after a step: the state there stays, and is the last one. The
   * branch keeps its name; its old run is named `archive/<branch>/<n>` from then on.
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
    const { run, ref } = await this.#branchRun<S, P>(branch);
    const archive = await nextArchiveName(this.#store.refs, ref);
    const kept = { name: archive, from: undefined, to: run.id };
    const cut = await this.#goOn(branch, run, "reset", {}, { steps: step }, step, [kept]);
    return { run: cut, archived: archive.replace("refs/", "") };
  }

  /** The run and the step that a revision names. Throws UNKNOWN_REVISION and the like. */
  async revision<S = unknown, P extends object = Record<string, unknown>>(
    text: string,
    options: { readonly program?: WhichProgram } = {},
  ): Promise<RevisionOf<S, P>> {
    const { id, run, ref, step } = await this.resolve(text);
    return { run: new Run<S, P>(id, run, this.environment(options.program)), step, ref };
  }

  /** The same without the means to replay. */
  resolve(text: string): Promise<Resolved> {
    return resolve(this.#store.objects, this.#store.refs, text);
  }

  /** The runs behind a revision, or behind every ref; the latest first. */
  async log(revision?: string): Promise<readonly LogEntry[]> {
    const { objects, refs } = this.#store;
    const from =
      revision === undefined
        ? (await refs.list("refs/")).map(({ target }) => target as Id<"run">)
        : [(await this.resolve(revision)).id];
    return lineage(objects, refs, from);
  }

  /**
   * Loads a `.replay` file into the store, as a new branch where one is named. Its code runs only
   * with `trust`, or where the working files give the same.
   */
  async load<S = unknown, P extends object = Record<string, unknown>>(
    file: string,
    options: { readonly branch?: string | undefined } = {},
  ): Promise<Run<S, P>> {
    const { branch } = options;
    if (branch !== undefined) await this.branches.checkFree(branch);
    const run = await loadInto<S, P>(this.environment(), await readFile(file));
    if (branch !== undefined) {
      await this.branches.create(branch, run.id, { command: "load", checkout: false });
    }
    return run;
  }

  /** Deletes nothing and flushes nothing: closes the store's files. */
  async close(): Promise<void> {
    this.#store.objects.close();
  }

  /** The function that `spec`, `module#export`, names: what a fork changes its state with. */
  functionOf(spec: string, cwd?: string): Promise<(state: unknown) => unknown> {
    return this.#code.functionOf(spec, cwd);
  }

  /** What replays runs of this store, by the recorded code or by the working files. */
  environment(which: WhichProgram = "recorded"): Environment {
    return this.#code.environment(which);
  }

  async #branchRun<S, P extends object>(
    branch: string,
  ): Promise<{ readonly run: Run<S, P>; readonly ref: string }> {
    const { run, ref } = await this.revision<S, P>(branch);
    if (ref?.startsWith("refs/heads/")) return { run, ref };
    throw new RewindError("REF_NOT_FOUND", `expected a branch, got ${branch}`, { branch });
  }

  /** Records on from a step of a branch's run, and moves the branch to what comes of it. */
  async #goOn<S, P extends object>(
    branch: string,
    run: Run<S, P>,
    command: string,
    options: RecorderOptions,
    changes: ForkOptions,
    step: number = run.steps,
    besides: readonly RefChange[] = [],
  ): Promise<Run<S, P>> {
    const env = this.environment();
    const written = await recordOnBranch(this.#store.objects, this.root, env, {
      branch,
      options,
      withGit: false,
      plan: (_env, writer, ref) => planFork(run, writer, step, changes, ref),
      name: (id) => this.branches.move(branch, run.id, id, `${command} ${branch}`, besides),
    });
    return new Run<S, P>(written.id, written.run, env);
  }

  /** Records on a new branch. */
  async #recordNew<S, P extends object>(
    command: string,
    recording: Omit<BranchRecording, "name">,
  ): Promise<Run<S, P>> {
    const { branch } = recording;
    await this.branches.checkFree(branch);
    const env = this.environment();
    const written = await recordOnBranch(this.#store.objects, this.root, env, {
      ...recording,
      plan: async (...given) => {
        // Once more, under the lock: another process may have made the branch meanwhile.
        await this.branches.checkFree(branch);
        return recording.plan(...given);
      },
      name: (id) => this.branches.create(branch, id, { command, checkout: command === "record" }),
    });
    return new Run<S, P>(written.id, written.run, env);
  }
}
