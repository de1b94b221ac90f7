import type { RunManifest } from "../object/run.ts";

/** A part of long work: its units from `from` up to `to`. */
export interface Piece {
  readonly from: number;
  readonly to: number;
}

/** What can do parts of long work beside this thread. */
export interface Workers {
  /** How many jobs there are at once unless the caller says: one for each processor. */
  readonly jobs: number;
  readonly pace: Pace;
  /** Starts a worker for these runs; undefined if it could not replay them as this thread does. */
  start(setup: WorkerSetup): Promise<JobWorker | undefined>;
}

/** When workers are worth their start, and how much they do at a time, in milliseconds of work. */
export interface Pace {
  /** How long this thread works alone, to learn how fast it is. */
  readonly afterMs: number;
  /** How much work must be left then. */
  readonly worthMs: number;
  /** The least and the most work in a piece. */
  readonly leastMs: number;
  readonly mostMs: number;
}

/** What a worker needs to replay runs; it reads everything else from the store. */
export interface WorkerSetup {
  readonly runs: readonly RunManifest[];
  /** The code of their programs, by id, as `LoadedProgram.portable`. */
  readonly programs: ReadonlyMap<string, unknown>;
  /** The time zones that they run in. */
  readonly zones: ReadonlySet<string>;
}

/** A worker, which does one piece at a time. */
export interface JobWorker {
  /** Resolves when it can begin. Rejects with WORKER_FAILED. */
  readonly ready: Promise<void>;
  /** Does a piece, and tells the units done now and then. Throws WORKER_FAILED if it is gone. */
  run(request: PieceRequest, onProgress: (done: number) => void): Promise<PieceResult>;
  /** Ends the worker at once, whatever it is doing. */
  end(): Promise<void>;
}

/** A piece of a task, by the task's name. */
export interface PieceRequest {
  readonly task: string;
  readonly input: unknown;
  readonly piece: Piece;
  /** The step at which its replay begins. */
  readonly step: number;
}

/**
 * The result of a piece. If it failed, it must be done again on the first thread, which gives the
 * error as it would be without workers.
 */
export type PieceResult =
  | {
      readonly failed: false;
      readonly result: unknown;
      /** The keys of the blocks whose replay was checked meanwhile. */
      readonly checked: readonly string[];
    }
  | { readonly failed: true };
