import { xoshiro } from "../../../dist/random.js";
import { bareWalkVisiting, Moments } from "../bare.js";
import { compare } from "../measure.js";
import { reading } from "../reading.js";
import { LONG_STEPS, SEED } from "../workshop.js";

const metric = (x) => x;
const never = (x) => x > LONG_STEPS;

export const rows = [
  {
    name: "stats over all steps / bare loop",
    async run(workshop) {
      const run = await workshop.longRun();
      const base = () => {
        const moments = new Moments();
        bareWalkVisiting(xoshiro(SEED), LONG_STEPS, (x, ctx) => {
          moments.add(metric(x, ctx));
          return false;
        });
      };
      return [reading(this.name, await compare(() => run.stats(metric), base), 1.2)];
    },
  },
  {
    name: "find over all steps / bare loop",
    async run(workshop) {
      const run = await workshop.longRun();
      const base = () => bareWalkVisiting(xoshiro(SEED), LONG_STEPS, never);
      return [reading(this.name, await compare(() => run.find(never), base), 1.2)];
    },
  },
];
