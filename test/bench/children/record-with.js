// node record-with.js NAME STEPS: records the walk in memory with a generator, against the bare loop
// with the same one, seeded in the same way for each block.

import { record } from "../../../dist/index.js";
import { nodeHash } from "../../../dist/node/host/platform.js";
import { seeder } from "../../../dist/random/seeds.js";
import { generatorNamed } from "../../../dist/random.js";
import { bareWalk } from "../bare.js";
import { compare } from "../measure.js";
import { walk } from "../walk.js";

const SEED = 42;
const [name, given] = process.argv.slice(2);
const steps = Number(given);
const recordWalk = () => record(walk, { steps, seed: SEED, rng: name });
const run = await recordWalk();

function bare() {
  const algorithm = generatorNamed(name);
  const seedOf = seeder(nodeHash, BigInt(SEED), "block");
  const { blockSize } = run;
  let x = walk.init();
  for (let from = 0; from < steps; from += blockSize) {
    const rng = algorithm.fromSeed(seedOf(from / blockSize));
    x = bareWalk(rng, Math.min(from + blockSize, steps), from, x);
  }
  return x;
}

if (bare() !== (await run.get(steps))) throw new Error("the bare loop drew other numbers");
console.log(JSON.stringify(await compare(recordWalk, bare, { pairs: 11 })));
