import { nodeEnvironment } from "../../src/node/host/environment.ts";
import type { Environment } from "../../src/replay/environment.ts";
import { type Code, codeOf } from "../../src/replay/programs.ts";
import { planRecording } from "../../src/replay/record/record.ts";
import type { Recording } from "../../src/replay/record/record-run.ts";
import { writeRun } from "../../src/replay/record/write-runs.ts";
import { defineSimulation } from "../../src/replay/simulation.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

/** A simulation whose states are separate, different objects. */
export const WALK: Code = codeOf(
  defineSimulation({
    name: "walk",
    init: () => ({ x: 0, trail: "0123456789012345678901234567890123456789" }),
    step: (state, rng) => ({ ...state, x: state.x + rng.random() }),
  }) as never,
);

/**
 * An environment whose clock advances two seconds per reading, so that every slice is committed.
 */
export function recordingEnvironment(store: ObjectStore): Environment {
  let ms = 0;
  return {
    ...nodeEnvironment({ store }),
    now: () => {
      ms += 2_000;
      return ms;
    },
    pause: async () => {},
    describeRun: () => ({}),
  };
}

/** Records 127 steps for refs/heads/main, with commits after 64, 96, 112, 120, 124, 126 and 127. */
export function recordWalk(
  store: ObjectStore,
  onLasting?: (recording: Recording) => Promise<void>,
  steps = 127,
  blockSize = 16,
): Promise<Recording> {
  const env = recordingEnvironment(store);
  const options = { steps, seed: 7, blockSize };
  return writeRun(
    env,
    {},
    async (writer) => planRecording(env, writer, WALK, options, "refs/heads/main"),
    onLasting,
  );
}
