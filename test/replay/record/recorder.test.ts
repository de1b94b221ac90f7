import { expect, test } from "vitest";
import { nodeEnvironment } from "../../../src/node/host/environment.ts";
import { codeOf } from "../../../src/replay/programs.ts";
import { recordInto } from "../../../src/replay/run/open-run.ts";
import type { ObjectStore, Tip } from "../../../src/store/object-store.ts";

/** The environment's store, which also notes every committed tip. */
function watched(store: ObjectStore, tips: Tip[]): ObjectStore {
  return {
    ...store,
    async writer() {
      const writer = await store.writer();
      return {
        ...writer,
        get pendingBytes() {
          return writer.pendingBytes;
        },
        async commit(tip) {
          if (tip !== undefined) tips.push(tip);
          await writer.commit(tip);
        },
      };
    },
  };
}

test("slow steps are committed once a block, not once a second", async () => {
  const tips: Tip[] = [];
  const env = nodeEnvironment();
  let now = 0;
  const slow = {
    ...env,
    store: watched(env.store, tips),
    // Each reading of the clock is two seconds after the last.
    now: () => {
      now += 2_000;
      return now;
    },
  };
  const walk = {
    name: "walk",
    init: () => 0,
    step: (x: number, rng: { random(): number }) => x + rng.random(),
  };
  const run = await recordInto(slow, codeOf(walk), { steps: 300, seed: 1, blockSize: 100 });
  expect(run.checkpoints).toBe(3);
  // After steps 100, 200 and 300, and the last one, which names the run.
  expect(tips).toHaveLength(4);
});
