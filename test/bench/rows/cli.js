import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { initRepository } from "../../../dist/index.js";
import { compare } from "../measure.js";
import { reading } from "../reading.js";
import { MANY, SEED } from "../workshop.js";

const REWIND = fileURLToPath(new URL("../../../bin/rewind.js", import.meta.url));
const WALK = fileURLToPath(new URL("../../../fixtures/simulations/walk.ts", import.meta.url));

export const rows = [
  {
    name: "rewind --version / empty Node process",
    async run(workshop) {
      return compareCommand(this.name, workshop.folder("empty"), ["--version"], 1.5);
    },
  },
  {
    name: "rewind get main@842137 / empty Node process",
    async run(workshop) {
      const project = workshop.folder("project");
      fs.copyFileSync(WALK, path.join(project, "walk.ts"));
      const repository = await initRepository(project);
      const options = { steps: MANY, seed: SEED, branch: "main", cwd: project };
      await repository.record("walk.ts", options);
      await repository.close();
      return compareCommand(this.name, project, ["get", "main@842137"], 2.5);
    },
  },
];

async function compareCommand(name, cwd, args, limit) {
  const run = (...command) => spawnSync(process.execPath, command, { cwd, encoding: "utf8" });
  const { status, stdout } = run(REWIND, ...args);
  if (status !== 0 || stdout === "") return [{ name, unit: "×", limit, note: "not built" }];
  const empty = path.join(cwd, "empty.js");
  fs.writeFileSync(empty, "");
  const comparison = await compare(
    () => run(REWIND, ...args),
    () => run(empty),
    { pairs: 21 },
  );
  // The processor time measured is that of this process, which only waits.
  return [reading(name, { ...comparison, cpuRatio: undefined }, limit)];
}
