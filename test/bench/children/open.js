// node open.js FOLDER STEP: opens the store and gets one state.

import { openRepository } from "../../../dist/index.js";
import { walk } from "../walk.js";

const [folder, step] = process.argv.slice(2);
const started = performance.now();
const repository = await openRepository(folder, { simulations: [walk] });
const opened = performance.now();
const { run } = await repository.revision("main");
await run.get(Math.floor(Number(step)));
const got = performance.now();

const peakMB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ openMs: opened - started, getMs: got - opened, peakMB }));
