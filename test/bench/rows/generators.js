import { spawnSync } from "node:child_process";
import { record } from "../../../dist/index.js";
import { runChild } from "../child.js";
import { median, time } from "../measure.js";
import { reading } from "../reading.js";
import { walk } from "../walk.js";
import { LONG_STEPS, MANY, SEED } from "../workshop.js";

// Each generator in a process of its own: V8 is not to learn from one what it would not from another.

const doubles = [
  ["numpy", 3],
  ["python", undefined],
  ["torch", undefined],
].map(([name, limit]) => ({
  name: `generators: doubles of ${name} / of the default`,
  async run() {
    return [reading(this.name, await runChild("doubles.js", name, LONG_STEPS), limit)];
  },
}));

const recorded = [
  ["xoshiro128++", 1.15],
  ["numpy", 1.15],
  // Its seed is spread over 624 words for each block, as PyTorch's is.
  ["python", 1.3],
].map(([name, limit]) => ({
  name: `generators: record with ${name} / bare loop`,
  async run() {
    return [reading(this.name, await runChild("record-with.js", name, LONG_STEPS), limit)];
  },
}));

const SCRIPT = `
import numpy, time
def walk(steps):
    x = 0
    rng = numpy.random.default_rng(${SEED})
    for _ in range(steps):
        x += 1 if rng.random() < 0.5 else -1
    return x
start = time.perf_counter()
walk(${MANY})
print((time.perf_counter() - start) * 1000)
`;

const FRESH_PROCESSES = 11;

export const rows = [
  ...doubles,
  ...recorded,
  {
    name: "generators: record with numpy / Python's loop",
    async run() {
      const [python, ours] = [[], []];
      for (let i = 0; i < 7; i++) {
        const { status, stdout } = spawnSync("python3", ["-c", SCRIPT], { encoding: "utf8" });
        if (status !== 0) {
          return [{ name: this.name, unit: "×", limit: 0.1, note: "no python3 with numpy here" }];
        }
        python.push(Number(stdout));
        ours.push((await time(() => record(walk, { steps: MANY, seed: SEED, rng: "numpy" }))).ms);
      }
      const [pythonMs, ms] = [median(python), median(ours)];
      const note = `${ms.toFixed(1)} / ${pythonMs.toFixed(1)} ms for 1e6 steps with rng.random()`;
      return [{ name: this.name, value: ms / pythonMs, unit: "×", limit: 0.1, note }];
    },
  },
  {
    name: "generators: reconstruct",
    async run() {
      const runs = [];
      for (let i = 0; i < FRESH_PROCESSES; i++) runs.push(await runChild("reconstruct.js"));
      const note = `the first time in a process; ${FRESH_PROCESSES} processes`;
      const of = (name, times, limit) => ({
        name: `generators: ${name}`,
        value: median(times),
        unit: "ms",
        limit,
        note,
      });
      return [
        of(
          "reconstruct epoch 93 of PyTorch",
          runs.map(({ epochMs }) => epochMs),
          10,
        ),
        of(
          "advance numpy by 1e9 draws",
          runs.map(({ jumpMs }) => jumpMs),
          1,
        ),
      ];
    },
  },
];
