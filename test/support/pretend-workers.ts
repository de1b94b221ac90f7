import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { pause } from "../../src/node/host/pause.ts";
import type { Environment } from "../../src/replay/environment.ts";
import type { Workspace } from "../../src/replay/jobs/task.ts";
import { type LoadedProgram, Programs } from "../../src/replay/programs.ts";
import { Replayer } from "../../src/replay/replayer.ts";
import { openRun } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import { taskNamed } from "../../src/replay/run/tasks.ts";
import type { AnySimulation } from "../../src/replay/simulation.ts";
import type { JobWorker, Pace, Workers } from "../../src/replay/workers.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

/** How pretended workers cut and work. */
export interface Pretended {
  readonly jobs: number;
  /** The milliseconds that each look at the clock seems to take. */
  elapsedMs(): number;
  readonly leastMs: number;
  readonly mostMs: number;
  /** The pieces at which a worker fails, by their numbers. */
  failsAt?(piece: number): boolean;
}

/** What happened. */
export interface Seen {
  /** The pieces that workers did. */
  pieces: number;
}

/**
 * Opens a run for work on several jobs, without threads: each worker is an environment with its own
 * replayers, which takes turns with the others. Inputs and results are cloned as between threads.
 */
export async function withPretendedWorkers<S>(
  { id, replayer }: Run<S, never>,
  simulation: AnySimulation,
  pretended: Pretended,
): Promise<{ readonly run: Run<S, never>; readonly seen: Seen }> {
  const seen = { pieces: 0 };
  const { store } = replayer.env;
  const workers = pretendedWorkers(store, simulation, pretended, seen);
  const run = await openRun<S, never>(id, environmentOf(store, simulation, pretended, workers));
  return { run, seen };
}

function environmentOf(
  store: ObjectStore,
  simulation: AnySimulation,
  { elapsedMs }: Pretended,
  workers?: Workers,
): Environment {
  let now = 0;
  const load = async (): Promise<LoadedProgram> => ({ simulation, portable: simulation });
  return {
    ...nodeEnvironment({ store, programs: new Programs(load), workers }),
    now: () => {
      now += elapsedMs();
      return now;
    },
    pause,
  };
}

function pretendedWorkers(
  store: ObjectStore,
  simulation: AnySimulation,
  pretended: Pretended,
  seen: Seen,
): Workers {
  const { jobs, leastMs, mostMs, failsAt = () => false } = pretended;
  const pace: Pace = { afterMs: 0, worthMs: 0, leastMs, mostMs };
  return {
    jobs,
    pace,
    async start({ runs }): Promise<JobWorker> {
      const env = environmentOf(store, simulation, pretended);
      const workspace: Workspace = {
        env,
        runs: runs.map((manifest) => new Replayer(manifest, env)),
        isWorker: true,
      };
      return {
        ready: Promise.resolve(),
        async run({ task, input, piece }, onProgress) {
          const number = seen.pieces++;
          await pause();
          try {
            if (failsAt(number)) throw new Error("fails");
            const result = await taskNamed(task).run(workspace, structuredClone(input), piece, {
              onProgress: ({ done }) => onProgress(done),
            });
            return { failed: false, result: structuredClone(result), checked: [] };
          } catch {
            return { failed: true };
          }
        },
        end: async () => undefined,
      };
    },
  };
}
