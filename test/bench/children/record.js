// node record.js STEPS: records the walk in memory.

import { record } from "../../../dist/index.js";
import { walk } from "../walk.js";

const started = performance.now();
await record(walk, { steps: Number(process.argv[2]), seed: 42 });

const peakMB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ms: performance.now() - started, peakMB }));
