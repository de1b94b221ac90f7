import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { xoshiro } from "../../src/random.ts";
import { emptyProject, type Project } from "../support/run-cli.ts";

const REWIND = fileURLToPath(new URL("../../bin/rewind.js", import.meta.url));
const KILLS = 50;
const STEPS = 400_000;

const SIMULATION = `export default {
  name: "city",
  init: () => ({ people: 0, trail: [] }),
  step(state, rng) {
    state.people += rng.random();
    state.trail.push(state.people);
    if (state.trail.length > 50) state.trail.shift();
  },
  outputs: {
    "all.csv": { header: "step,people", row: (s, { step }) => step + "," + s.people },
    "some/every.txt": { every: 1000, row: (s) => s.trail.join() },
  },
};`;

/** Runs a command line; kills it after this time. Returns whether it ended by itself. */
function live(project: Project, argv: readonly string[], killAfterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [REWIND, ...argv], { cwd: project.root, stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  return new Promise((resolve) => {
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve(status === 0);
    });
  });
}

test("killed for real at 50 random moments: the outputs are those of an uninterrupted run", async () => {
  const project = await emptyProject();
  await project.write("city.ts", SIMULATION);
  const files = (branch: string): readonly string[] =>
    ["all.csv", "some/every.txt"].map((name) =>
      readFileSync(path.join(project.root, "outputs", branch, name), "utf8"),
    );
  const wanted = `--steps ${STEPS} --seed 9`;
  await project.ok(...`record city.ts -b whole ${wanted}`.split(" "));
  const rng = xoshiro(16n);
  for (let kills = 0, run = 0; kills < KILLS; run++) {
    const branch = `run-${run}`;
    const argv = `resume ${branch} --fresh-if-missing city.ts ${wanted}`.split(" ");
    // The start of a process takes a while, and the first second of a recording is lost.
    while (!(await live(project, argv, 400 + 5_600 * rng.random()))) kills++;
    expect(files(branch)).toEqual(files("whole"));
  }
}, 1_200_000);
