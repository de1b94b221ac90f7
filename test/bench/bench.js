// npm run bench [-- NAME] [-- --json] [-- --long]
//
// Each row compares rewind with the least that could do the same work, in this process and now, so
// that its number means the same on any machine. Rows run one after the other and share stores.

import os from "node:os";
import { Workshop } from "./workshop.js";

const FAMILIES = [
  ...[
    "record",
    "get",
    "scan",
    "tables",
    "models",
    "fork",
    "share",
    "open",
    "diff",
    "cli",
    "python",
    "memory",
    "generators",
    "codec",
  ],
];

const flags = process.argv.slice(2).filter((arg) => arg.startsWith("--"));
const [name = ""] = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
const json = flags.includes("--json");

const modules = await Promise.all(FAMILIES.map((family) => import(`./rows/${family}.js`)));
const rows = modules
  .flatMap((module) => module.rows)
  .filter(
    (row) =>
      row.name.toLowerCase().includes(name.toLowerCase()) &&
      (!row.long || flags.includes("--long")),
  );

const machine = {
  cpu: os.cpus()[0]?.model.trim() ?? os.arch(),
  cores: os.cpus().length,
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  platform: `${os.platform()} ${os.arch()}`,
  node: process.version,
  load: Number(os.loadavg()[0]?.toFixed(1)),
};

if (!json) {
  const { cpu, cores, memoryGiB, platform, node, load } = machine;
  console.log(`${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}, load ${load}`);
  if (load > cores / 2) console.log("other processes are running: times are less certain");
  console.log(line("", "measured", "target", "", ""));
}

const workshop = new Workshop();
const readings = [];
try {
  for (const row of rows) {
    for (const reading of await row.run(workshop)) {
      readings.push(reading);
      if (!json) print(reading);
    }
  }
} finally {
  await workshop.close();
}
if (json) console.log(JSON.stringify({ machine, readings }, undefined, 2));

/**
 * What a row measured. `limit` is the most that it should be; `value` is undefined where it could
 * not be measured here, for the reason that `note` gives.
 *
 * @typedef {object} Reading
 * @property {string} name
 * @property {number | undefined} value
 * @property {"×" | "ms" | "bytes" | "MB" | "objects" | "requests"} unit
 * @property {number} [limit]
 * @property {string} [note]
 */

/** @param {Reading} reading */
function print({ name, value, unit, limit, note = "" }) {
  const format = (number) => `${number.toFixed(unit === "×" ? 2 : unit === "ms" ? 1 : 0)} ${unit}`;
  const measured = value === undefined ? "–" : format(value);
  const target = limit === undefined ? "" : `≤ ${format(limit)}`;
  const verdict = limit === undefined || value === undefined ? "" : value <= limit ? "ok" : "ABOVE";
  console.log(line(name, measured, target, verdict, note));
}

function line(name, measured, target, verdict, note) {
  const cells = [name.padEnd(46), measured.padStart(12), target.padStart(14), verdict.padEnd(5)];
  return `${cells.join("  ")}  ${note}`.trimEnd();
}
