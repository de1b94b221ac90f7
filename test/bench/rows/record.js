import { record } from "../../../dist/index.js";
import { xoshiro } from "../../../dist/random.js";
import { bareWalk } from "../bare.js";
import { compare } from "../measure.js";
import { reading } from "../reading.js";
import { walk } from "../walk.js";
import { LONG_STEPS, SEED } from "../workshop.js";

const bare = () => bareWalk(xoshiro(SEED), LONG_STEPS);

export const rows = [
  {
    name: "record in memory / bare loop",
    async run() {
      const work = () => record(walk, { steps: LONG_STEPS, seed: SEED });
      return [reading(this.name, await compare(work, bare), 1.1)];
    },
  },
  {
    name: "record into a store / bare loop",
    async run(workshop) {
      const prepare = (pair) => workshop.repository(`record-${pair}`);
      const work = (repository) =>
        repository.record(walk, { steps: LONG_STEPS, seed: SEED, branch: "main" });
      return [reading(this.name, await compare(work, bare, { prepare }), 1.15)];
    },
  },
];
