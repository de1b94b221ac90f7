import type { OptionKinds } from "../base/options.ts";
import type { ResolvedRange } from "../history/range.ts";
import type { OutputsOption } from "../history/record/branch-writer.ts";
import type { Replaying } from "../node/program/project-code.ts";
import type { FetchOptions } from "../remote/fetch.ts";
import type { UncheckedSteps } from "../replay/environment.ts";
import type { ForkOptions } from "../replay/record/fork.ts";
import { FORK_OPTIONS } from "../replay/record/fork.ts";
import type { Run } from "../replay/run/run.ts";
import type { AnySimulation, Simulation } from "../replay/simulation.ts";

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
  /** Called with the run and the steps that were left unchecked at that limit. */
  readonly onUnchecked?: ((steps: UncheckedSteps) => void) | undefined;
  /** Who records, noted with each run. The system's user unless given; empty for nobody. */
  readonly author?: string | (() => string | undefined) | undefined;
  /**
   * A folder in the project: each new branch writes the outputs of its simulation to a folder of its
   * name there. Outputs are not written unless this or the option of a recording is given.
   */
  readonly outputs?: string | undefined;
}

/** What those may be. */
export const REPOSITORY_OPTIONS: OptionKinds<RepositoryOptions> = {
  onNotice: "function",
  trust: "flag",
  simulations: "list",
  checkMs: "number",
  onUnchecked: "function",
  author: ["text", "function"],
  outputs: "text",
};

/** How a remote is cloned, and how the new store is opened. */
export interface CloneOptions
  extends RepositoryOptions,
    Pick<FetchOptions, "full" | "signal" | "onProgress"> {
  /** The folder from which the path of a remote is taken; the process's own unless given. */
  readonly cwd?: string | undefined;
}

/** The options of `cloneRepository`. */
export const CLONE_OPTIONS: OptionKinds<CloneOptions> = {
  ...REPOSITORY_OPTIONS,
  ...{ full: "flag", signal: "signal", onProgress: "function", cwd: "text" },
};

/** The changes of a fork on a branch. */
export interface BranchOptions<S = unknown, P extends object = Record<string, unknown>>
  extends ForkOptions<S, P>,
    OutputsOption {
  /** New code for the fork: a simulation, a module as `path#export`, or the working files. */
  readonly program?: Simulation<S, P> | string | undefined;
  readonly cwd?: string | undefined;
}

/** What those may be. */
export const BRANCH_OPTIONS: OptionKinds<BranchOptions> = {
  ...FORK_OPTIONS,
  program: ["text", "object"],
  outputs: ["text", "flag"],
  cwd: "text",
};

/** The run that a revision names, and the step if it names one. */
export interface RevisionOf<S, P extends object> {
  readonly run: Run<S, P>;
  readonly step: number | undefined;
  /** The full name of the ref, such as `refs/heads/main`, if the revision names one. */
  readonly ref: string | undefined;
}

/** Some steps of a run, both ends included. */
export interface RangeOf<S, P extends object> extends Pick<ResolvedRange, "from" | "to" | "ref"> {
  readonly run: Run<S, P>;
}

/** How a revision is read. */
export interface RevisionOptions {
  /**
   * The code that replays its run: `recorded` unless given; `working`, the files as they are now;
   * `beside`, the recorded code while a run of the working files is open too.
   */
  readonly program?: Replaying | undefined;
}

/** What those may be. */
export const REVISION_OPTIONS: OptionKinds<RevisionOptions> = { program: "text" };
