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

/** Command lines that touch no simulation. */
const LOOKS = {
  "log --all": ["log", "--all"],
  branch: ["branch"],
  "show main": ["show", "main"],
  tag: ["tag"],
  reflog: ["reflog"],
  config: ["config"],
  "completion --words": ["completion", "bash", "--words", "2", "--", "rewind", "show", "ma"],
  help: ["help"],
};

const RUNS = 100;

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
  {
    name: `rewind get main@10 in a store of ${RUNS} runs / empty Node process`,
    async run(workshop) {
      return compareCommand(this.name, await ofManyRuns(workshop), ["get", "main@10"], 2.5);
    },
  },
  ...Object.entries(LOOKS).map(([line, args]) => ({
    name: `rewind ${line} / empty Node process`,
    async run(workshop) {
      return compareCommand(this.name, await livedIn(workshop), args, 2.5);
    },
  })),
];

/** A project with many runs of a few steps, each in a pack of its own. */
async function ofManyRuns(workshop) {
  const project = workshop.folder("many-runs");
  fs.copyFileSync(WALK, path.join(project, "walk.ts"));
  const repository = await initRepository(project);
  for (let i = 1; i <= RUNS; i++) {
    const branch = i === RUNS / 2 ? "main" : `run-${i}`;
    await repository.record("walk.ts", { steps: 100, seed: SEED + i, branch, cwd: project });
  }
  await repository.close();
  return project;
}

const FORKS = 20;

/** A project with a run, twenty forks of it and a few tags. */
async function livedIn(workshop) {
  const project = workshop.folder("lived-in");
  if (fs.existsSync(path.join(project, ".rewind"))) return project;
  fs.copyFileSync(WALK, path.join(project, "walk.ts"));
  const repository = await initRepository(project);
  const options = { steps: 10_000, seed: SEED, branch: "main", cwd: project };
  await repository.record("walk.ts", options);
  for (let i = 1; i <= FORKS; i++) await repository.branch(`fork-${i}`, `main@${i * 100}`);
  await repository.close();
  for (const tag of ["v1", "v2"]) {
    spawnSync(process.execPath, [REWIND, "tag", tag, "main"], { cwd: project });
  }
  return project;
}

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
