import type { OptionKinds } from "../../base/options.ts";
import type { LongOptions } from "../environment.ts";
import type { Piece } from "../workers.ts";
import type { Task, Workspace } from "./task.ts";

/** How many threads may work at once. */
export interface JobsOptions {
  /**
   * How many threads may work at once: as many as there are processors unless given; 1 for this one
   * alone. The result is the same for any number.
   */
  readonly jobs?: number | undefined;
}

/** What those may be. */
export const JOBS_OPTIONS: OptionKinds<JobsOptions> = { jobs: "jobs" };

/** A task, and what becomes of the results of its pieces. */
export interface Job<I, R> extends LongOptions, JobsOptions {
  readonly task: Task<I, R>;
  readonly workspace: Workspace;
  readonly input: I;
  /** Its units, from `from` up to `to`. */
  readonly from: number;
  readonly to: number;
  /** The first unit at or after this one at which the work may be cut; any unless given. */
  cutAfter?(unit: number): number | Promise<number>;
  /** Takes the results, in the order of the pieces. Returning true ends the work. */
  deliver(result: R, piece: Piece): boolean | Promise<boolean>;
}
