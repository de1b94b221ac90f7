import { spawnSync } from "node:child_process";
import { record } from "../../../dist/index.js";
import { median, time } from "../measure.js";
import { walk } from "../walk.js";
import { MANY, SEED } from "../workshop.js";

const SCRIPT = `
import random, time
def walk(steps):
    x = 0
    uniform = random.random
    for _ in range(steps):
        x += 1 if uniform() < 0.5 else -1
    return x
start = time.perf_counter()
walk(${MANY})
print((time.perf_counter() - start) * 1000)
`;

export const rows = [
  {
    name: "the bare loop in Python / record in memory",
    async run() {
      const [python, recorded] = [[], []];
      for (let i = 0; i < 7; i++) {
        const { status, stdout } = spawnSync("python3", ["-c", SCRIPT], { encoding: "utf8" });
        if (status !== 0) return [{ name: this.name, unit: "×", note: "no python3 here" }];
        python.push(Number(stdout));
        recorded.push((await time(() => record(walk, { steps: MANY, seed: SEED }))).ms);
      }
      const [pythonMs, ms] = [median(python), median(recorded)];
      const note = `context only: ${pythonMs.toFixed(1)} / ${ms.toFixed(1)} ms for 1e6 steps`;
      return [{ name: this.name, value: pythonMs / ms, unit: "×", note }];
    },
  },
];
