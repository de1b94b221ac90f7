import { nodeEnvironment } from "../../../dist/node/host/environment.js";
import { nodeHash } from "../../../dist/node/host/platform.js";
import { seeder } from "../../../dist/random/seeds.js";
import { xoshiroAlgorithm } from "../../../dist/random/xoshiro/index.js";
import { memoryChecks } from "../../../dist/replay/environment.js";
import { codeOf } from "../../../dist/replay/programs.js";
import { openRun, recordInto } from "../../../dist/replay/run/open-run.js";
import { memoryStore } from "../../../dist/store/memory-store.js";
import { bareWalk } from "../bare.js";
import { compare, places } from "../measure.js";
import { reading } from "../reading.js";
import { walk } from "../walk.js";
import { LONG_STEPS, SEED } from "../workshop.js";

const STEPS = places(1000, LONG_STEPS);

/** `get` at 1,000 steps against the same replays from arrays of states and seeds. */
async function compareGet(run) {
  const { blockSize } = run;
  const seedOf = seeder(nodeHash, BigInt(SEED), "block");
  const [states, seeds] = [new Map(), new Map()];
  for (const step of STEPS) {
    const block = Math.floor(step / blockSize);
    states.set(block, await run.get(block * blockSize));
    seeds.set(block, seedOf(block));
  }
  const work = async () => {
    for (const step of STEPS) await run.get(step);
  };
  const base = () => {
    let sum = 0;
    for (const step of STEPS) {
      const block = Math.floor(step / blockSize);
      const rng = xoshiroAlgorithm.fromSeed(seeds.get(block));
      sum += bareWalk(rng, step, block * blockSize, states.get(block));
    }
    return sum;
  };
  return compare(work, base, { pairs: 41 });
}

/** `get` of one step in each of 1,000 blocks that were not checked before, against whole blocks. */
async function compareChecked() {
  const store = memoryStore(nodeHash);
  const env = nodeEnvironment({ store });
  const code = codeOf(walk);
  const { id, blockSize } = await recordInto(env, code, { steps: LONG_STEPS, seed: SEED });
  const run = await openRun(id, env);
  const seedOf = seeder(nodeHash, BigInt(SEED), "block");
  const blocks = places(1000, Math.floor(LONG_STEPS / blockSize));
  const states = new Map();
  for (const block of blocks) states.set(block, await run.get(block * blockSize));
  const work = async () => {
    const unchecked = await openRun(id, { ...env, checks: memoryChecks() });
    for (const block of blocks) await unchecked.get(block * blockSize + 1 + (block % blockSize));
  };
  const base = () => {
    let sum = 0;
    for (const block of blocks) {
      const rng = xoshiroAlgorithm.fromSeed(seedOf(block));
      sum += bareWalk(rng, (block + 1) * blockSize, block * blockSize, states.get(block));
    }
    return sum;
  };
  return compare(work, base, { pairs: 41 });
}

export const rows = [
  {
    name: "get, checked: the first in each block / bare replay of the whole block",
    async run() {
      return [reading(this.name, await compareChecked(), 2)];
    },
  },
  {
    name: "get at random steps, in memory / bare replay",
    async run(workshop) {
      return [reading(this.name, await compareGet(await workshop.longRun()), 1.3)];
    },
  },
  {
    name: "get at random steps, in a store / bare replay",
    async run(workshop) {
      return [reading(this.name, await compareGet(await workshop.storedRun()), 1.3)];
    },
  },
];
