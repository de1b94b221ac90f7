import { nodeHash } from "../../../dist/node/platform.js";
import { seeder } from "../../../dist/random/seeds.js";
import { xoshiro128 } from "../../../dist/random/xoshiro128.js";
import { bareWalk } from "../bare.js";
import { compare, places } from "../measure.js";
import { reading } from "../reading.js";
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
      const rng = xoshiro128.fromSeed(seeds.get(block));
      sum += bareWalk(rng, step, block * blockSize, states.get(block));
    }
    return sum;
  };
  return compare(work, base, { pairs: 41 });
}

export const rows = [
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
