import type { Environment, LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import type { Piece } from "../workers.ts";

/** Where a task runs: on the first thread or on a worker, with the same runs. */
export interface Workspace {
  readonly env: Environment;
  readonly runs: readonly Replayer[];
  /** Whether it is a worker: its results must survive a structured clone. */
  readonly isWorker: boolean;
}

/**
 * Long work that can be cut into pieces. A worker finds it by its name, in the list of tasks. Its
 * input and its results survive a structured clone. The end of `piece` may move closer while
 * `onProgress` is called, but never to before what was told then.
 */
export interface Task<I, R> {
  readonly name: string;
  run(workspace: Workspace, input: I, piece: Piece, options: LongOptions): Promise<R>;
  /** The step at which the replay of a unit begins; the unit itself unless given. */
  stepOf?(workspace: Workspace, input: I, unit: number): number;
}

/** The workspace of the first thread. */
export function workspaceOf(...runs: readonly [Replayer, ...Replayer[]]): Workspace {
  return { env: runs[0].env, runs, isWorker: false };
}

/** The options of `drive` for a piece, whose end may move closer meanwhile. */
export function driveOver(piece: Piece, { onProgress, signal }: LongOptions): LongOptions & Piece {
  return {
    ...{ onProgress, signal, from: piece.from },
    get to() {
      return piece.to;
    },
  };
}
