import fs from "node:fs";
import path from "node:path";
import { folderBytes } from "../folder-bytes.js";
import { median, places, time } from "../measure.js";
import { MANY } from "../workshop.js";

const FORKS = 50;

export const rows = [
  {
    name: "fork of 1e6 checkpoints",
    async run(workshop) {
      const repository = await workshop.manyCheckpoints();
      const [bytes, milliseconds, flushes] = [[], [], []];
      for (const step of places(FORKS, MANY)) {
        const before = folderBytes(repository.root);
        const fork = () => repository.branch(`fork-${step}`, `main@${step}`, { steps: step });
        milliseconds.push((await time(fork)).ms);
        bytes.push(folderBytes(repository.root) - before);
        flushes.push(flushMs(path.join(workshop.folder("flush"), String(step))));
      }
      const most = Math.max(...milliseconds).toFixed(1);
      return [
        {
          name: `${this.name}: bytes written`,
          value: Math.max(...bytes),
          unit: "bytes",
          limit: 8192,
          note: `the most of ${FORKS} forks; median ${median(bytes)} bytes`,
        },
        {
          name: `${this.name}: time`,
          value: median(milliseconds),
          unit: "ms",
          limit: 10,
          note: `median, at most ${most} ms; one flush of this disk ${median(flushes).toFixed(2)} ms`,
        },
      ];
    },
  },
];

/** How long the disk takes to make a small new file lasting. */
function flushMs(file) {
  const descriptor = fs.openSync(file, "wx");
  try {
    fs.writeSync(descriptor, "flush");
    const before = performance.now();
    fs.fdatasyncSync(descriptor);
    return performance.now() - before;
  } finally {
    fs.closeSync(descriptor);
  }
}
