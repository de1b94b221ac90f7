import fs from "node:fs";
import path from "node:path";
import { exportTable, record } from "../../../dist/index.js";
import { time } from "../measure.js";
import { walk } from "../walk.js";
import { MANY, SEED } from "../workshop.js";

/** The rows that a second should write at least. */
const ROWS_PER_SECOND = 300_000;
const FORMATS = ["parquet", "csv", "jsonl", "npz"];

export const rows = FORMATS.map((format) => ({
  name: `export 1e6 steps to .${format}`,
  async run(workshop) {
    const run = await record(walk, { steps: MANY, seed: SEED });
    const file = path.join(workshop.folder("tables"), `walk.${format}`);
    const work = async () => {
      const table = await run.table("steps", { columns: { x: (x) => x } });
      await exportTable(table, file);
    };
    await work();
    const times = [];
    for (let i = 0; i < 3; i++) times.push((await time(work)).ms);
    const ms = Math.min(...times);
    const limit = format === "parquet" ? (1000 * MANY) / ROWS_PER_SECOND : undefined;
    const rate = Math.round((MANY / ms) * 1000).toLocaleString("en-US");
    const note = `${rate} rows/s, ${(fs.statSync(file).size / 1e6).toFixed(1)} MB, best of 3`;
    return [{ name: this.name, value: ms, unit: "ms", limit, note }];
  },
}));
