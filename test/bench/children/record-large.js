// node record-large.js FOLDER: records a run whose checkpoints take 1 GB, which no compression makes smaller.

import { initRepository } from "../../../dist/index.js";

const noise = {
  name: "noise",
  init: () => new Float64Array(131_072),
  step: (x, rng) => x.map(() => rng.random()),
};
const repository = await initRepository(process.argv[2], { simulations: [noise] });
const run = await repository.record(noise, { steps: 1_000, blockSize: 1, seed: 1, branch: "main" });
const { bytes } = await run.size();
await repository.close();
console.log(JSON.stringify({ bytes }));
