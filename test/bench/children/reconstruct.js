// node reconstruct.js: an epoch of a PyTorch run, and a jump of a PCG64, for the first time in a process.

import { numpy, orderOf } from "../../../dist/random.js";

const PLAN = "seed 1; split 1806 0.8; epochs 92 of shuffle 1444";

let started = performance.now();
const { order } = orderOf(PLAN, { epoch: 93, batch: 64 });
const epochMs = performance.now() - started;

const rng = numpy(42);
started = performance.now();
rng.advance(1e9);
const jumpMs = performance.now() - started;

console.log(JSON.stringify({ epochMs, jumpMs, samples: order.length, next: rng.random() }));
