// node doubles.js NAME COUNT: doubles of a generator against those of the default one.

import { generatorNamed } from "../../../dist/random.js";
import { sumOfDoubles } from "../doubles.js";
import { sumOfDoubles as bareSum } from "../doubles.js?bare";
import { compare } from "../measure.js";

const [name, count] = process.argv.slice(2);
const rng = generatorNamed(name).seeded(42n);
const bare = generatorNamed().seeded(42n);
const comparison = await compare(
  () => sumOfDoubles(rng, Number(count)),
  () => bareSum(bare, Number(count)),
);
console.log(JSON.stringify(comparison));
