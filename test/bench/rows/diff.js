import { nodeEnvironment } from "../../../dist/node/host/environment.js";
import { nodeHash } from "../../../dist/node/host/platform.js";
import { codeOf } from "../../../dist/replay/programs.js";
import { openRun, recordInto } from "../../../dist/replay/run/open-run.js";
import { memoryStore } from "../../../dist/store/memory-store.js";
import { median, places, time } from "../measure.js";
import { walk } from "../walk.js";
import { MANY, SEED } from "../workshop.js";

const FORKS = 20;

export const rows = [
  {
    name: "diff of 1e6 checkpoints",
    async run() {
      const store = countingStore(memoryStore(nodeHash));
      const env = nodeEnvironment({ store });
      const main = await recordInto(env, codeOf(walk), { steps: MANY, blockSize: 1, seed: SEED });
      const [reads, milliseconds] = [[], []];
      for (const step of places(FORKS, MANY)) {
        const fork = await main.branch(step, { mutate: (x) => x + 2 });
        // Opened anew, so that neither has read anything of its timeline yet.
        const a = await openRun(main.id, env);
        const b = await openRun(fork.id, env);
        const before = store.reads;
        milliseconds.push((await time(() => a.diff(b))).ms);
        reads.push(store.reads - before);
      }
      const note = `the most of ${FORKS} pairs; median ${median(reads)}, ${median(milliseconds).toFixed(2)} ms`;
      return [
        {
          name: `${this.name}: objects read`,
          value: Math.max(...reads),
          unit: "objects",
          limit: 12,
          note,
        },
      ];
    },
  },
];

/** A store that counts what is read from it. */
function countingStore(store) {
  const counting = {
    ...store,
    reads: 0,
    get(id) {
      counting.reads++;
      return store.get(id);
    },
  };
  return counting;
}
