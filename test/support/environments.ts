import { isRewindError, type RewindError } from "../../src/base/errors.ts";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import type { Id, Kind } from "../../src/object/id.ts";
import type { RunManifest } from "../../src/object/run.ts";
import type { Environment } from "../../src/replay/environment.ts";
import { codeOf } from "../../src/replay/programs.ts";
import type { ForkOptions } from "../../src/replay/record/fork.ts";
import { planFork } from "../../src/replay/record/fork.ts";
import { planRecording, type RecordOptions } from "../../src/replay/record/record.ts";
import type { RecorderOptions, Recording } from "../../src/replay/record/record-run.ts";
import type { RecordingPlan } from "../../src/replay/record/recorder.ts";
import { writeRun } from "../../src/replay/record/write-runs.ts";
import { openRun } from "../../src/replay/run/open-run.ts";
import type { Run } from "../../src/replay/run/run.ts";
import type { AnySimulation } from "../../src/replay/simulation.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import type { ObjectStore, ObjectWriter } from "../../src/store/object-store.ts";

/** A memory store that counts reads and new objects. */
export interface CountingStore extends ObjectStore {
  readonly written: { kind: Kind; id: Id; lengthBytes: number }[];
  reads: number;
}

export function countingStore(): CountingStore {
  const inner = memoryStore(nodeHash);
  const known = new Set<Id>();
  const store: CountingStore = {
    ...inner,
    written: [],
    reads: 0,
    get(id) {
      store.reads++;
      return inner.get(id);
    },
    async writer() {
      const writer = await inner.writer();
      return {
        put(kind, body) {
          const id = writer.put(kind, body);
          if (!known.has(id)) store.written.push({ kind, id, lengthBytes: body.length });
          known.add(id);
          return id;
        },
        get pendingBytes() {
          return writer.pendingBytes;
        },
        commit: (tip) => writer.commit(tip),
        close: () => writer.close(),
        abandon: () => writer.abandon(),
      };
    },
  };
  return store;
}

/**
 * An environment whose clock splits long work into slices of a few steps: each slice seems to take
 * the next number of milliseconds from `elapsedMs`.
 */
export function slicedEnvironment(
  elapsedMs: () => number,
  store: ObjectStore = memoryStore(nodeHash),
): Environment {
  let now = 0;
  return {
    ...nodeEnvironment({ store }),
    now: () => {
      now += elapsedMs();
      return now;
    },
    pause: async () => {},
  };
}

/** Another process's view of the same store: it remembers only the code. */
export function reopened(env: Environment, ...simulations: AnySimulation[]): Environment {
  const other = nodeEnvironment({ store: env.store });
  for (const simulation of simulations) other.programs.supply(simulation);
  return { ...env, programs: other.programs };
}

/** The result of a recording: the run, if any of it was kept, and why it ended early. */
export interface Attempt {
  readonly kept: Recording | undefined;
  readonly failure: RewindError | undefined;
}

/** Records, and returns what was kept even if the recording fails. */
export function attempt(
  env: Environment,
  simulation: AnySimulation,
  options: RecordOptions,
): Promise<Attempt> {
  return outcome(env, options, async (writer) =>
    planRecording(env, writer, codeOf(simulation), options),
  );
}

/** Forks, and returns what was kept even if the recording fails. */
export function attemptFork(
  env: Environment,
  parent: { readonly id: Id<"run">; readonly replayer: Run["replayer"] },
  step: number,
  options: ForkOptions & { readonly simulation?: AnySimulation } = {},
): Promise<Attempt> {
  const { simulation, ...changes } = options;
  const code = simulation && codeOf(simulation);
  return outcome(env, options, (writer) => planFork(parent, writer, step, { ...changes, code }));
}

async function outcome(
  env: Environment,
  options: RecorderOptions,
  plan: (writer: ObjectWriter) => Promise<RecordingPlan>,
): Promise<Attempt> {
  try {
    const kept = await writeRun(env, options, plan);
    return { kept, failure: kept.failure };
  } catch (error) {
    // Without a finished block nothing is kept, and the failure is thrown.
    if (!isRewindError(error)) throw error;
    return { kept: undefined, failure: error };
  }
}

/** A run object that has replayed nothing yet. */
export function reopen<S, P extends object>(env: Environment, run: Run<S, P>): Promise<Run<S, P>> {
  return openRun<S, P>(run.id, env);
}

/** The simulation, and a count of the calls of its step. */
export function counted<T extends AnySimulation>(
  simulation: T,
): { simulation: T; readonly count: { steps: number } } {
  const count = { steps: 0 };
  const step: T["step"] = (state, rng, ctx) => {
    count.steps++;
    return simulation.step(state, rng, ctx);
  };
  return { simulation: { ...simulation, step }, count };
}

/**
 * The stored states of a short run. They are equal if two runs pass the same states, even if one of
 * the runs has a segment that begins inside a block, and so has different witnesses and another
 * root.
 */
export function storedStates({ edge, final }: RunManifest): unknown {
  return { states: edge.entries.map(({ state }) => state), tiles: edge.tiles, final };
}

/** A manifest without its parents and without when and where it was recorded. */
export function content(run: RunManifest): Omit<RunManifest, "parents" | "meta" | "goal"> {
  const { parents: _parents, meta: _meta, goal: _goal, ...rest } = run;
  return rest;
}
