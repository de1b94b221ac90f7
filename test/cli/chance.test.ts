import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { emptyProject } from "../support/run-cli.ts";

const REWIND = fileURLToPath(new URL("../../bin/rewind.js", import.meta.url));

const words = (line: string): string[] => line.split(" ");

/** A package that draws and reads the clock, and a simulation over it. */
async function project() {
  const made = await emptyProject();
  await made.write(
    "node_modules/ants/package.json",
    JSON.stringify({ name: "ants", version: "1.2.3", main: "ants.js" }),
  );
  await made.write(
    "node_modules/ants/ants.js",
    `const { randomBytes } = require("node:crypto");
const { performance } = require("node:perf_hooks");
exports.born = Date.now();
exports.wander = (ant) => {
  ant.x += Math.random() - 0.5;
  ant.seen = [Date.now(), performance.now(), new Date().getTime(), +randomBytes(4).readUInt32LE()];
};`,
  );
  await made.write(
    "ants.ts",
    `import { born, wander } from "ants";
export default {
  name: "ants",
  init: () => ({ ants: [{ x: Math.random() }, { x: 1 }], id: crypto.randomUUID(), born }),
  step(state: { ants: { x: number }[] }) {
    for (const ant of state.ants) wander(ant);
  },
};`,
  );
  return made;
}

test("--chance run gives a package the run's chance and clock, and a replay elsewhere the same", async () => {
  const ants = await project();
  const clock = "--chance run --clock-start 2026-01-31T09:00Z --clock-step 60000";
  await ants.ok(...words(`record ants.ts --steps 200 --seed 4 ${clock} --self-check`));
  const { state } = (await ants.ok(...words("get main@133 --json"))).json;
  const time = Date.UTC(2026, 0, 31, 9) + 132 * 60_000;
  expect(state.ants[1].seen.slice(0, 3)).toEqual([time, 132 * 60_000, time]);
  expect(state.born).toBe(0);
  expect((await ants.ok("show", "main")).stdout).toContain(
    "clock      2026-01-31T09:00:00.000Z at step 0, 60000 ms a step; chance from the run\n",
  );
  const elsewhere = spawnSync(process.execPath, [REWIND, "verify", "--full", "--json"], {
    cwd: ants.root,
    encoding: "utf8",
  });
  expect(JSON.parse(elsewhere.stdout)).toMatchObject({ ok: true });
  // A fork keeps it, under new code too.
  await ants.ok(...words("branch fork main@50"));
  expect((await ants.ok(...words("get fork@133 --json"))).json.state).toEqual(state);
  await ants.write("node_modules/ants/more.js", "");
  await ants.ok(...words("branch new main@50 --program working --set ants[0].x=9"));
  const { json } = await ants.ok(...words("get new@133 --json"));
  expect(json.state.ants[1]).toEqual(state.ants[1]);
  expect((await ants.ok(...words("verify new --full --json"))).json.ok).toBe(true);
});

test("the choice is part of the run: diff and resume see it", async () => {
  const ants = await project();
  const record = "record ants.ts --steps 20 --seed 4";
  await ants.ok(...words(`${record} --chance run -b a`));
  await ants.ok(...words(`${record} --chance run --clock-step 2 -b b`));
  const { json } = await ants.run(...words("diff a b --json"));
  expect(json.inputs).toEqual([{ path: "program.clock.stepMs", a: 1, b: 2 }]);
  const resume = "resume a --fresh-if-missing ants.ts --steps 20 --seed 4";
  await ants.ok(...words(`${resume} --chance run --clock-step 1`));
  const { stderr } = await ants.run(...words(`${resume} --chance refuse`));
  expect(stderr).toContain("chance is run, given refuse");
  expect((await ants.run(...words(`${resume} --clock-step 3`))).stderr).toContain(
    "clock.stepMs is 1, given 3",
  );
});

test.each([
  ["--clock-start 2026-01-31", 'expected chance: "run" beside a clock'],
  ["--chance run --clock-start noon", "expected --clock-start to be a time such as"],
  ["--chance run --clock-start 2026-01-31T09:00", "expected --clock-start to be a time such as"],
  ["--chance run --clock-step -1", "--clock-step"],
  ["--chance run --clock-step 1ms", "expected --clock-step to be a number of milliseconds"],
  ["--chance always", "--chance"],
])("wrong: %s", async (options, message) => {
  const ants = await project();
  const { status, stderr } = await ants.run(...words(`record ants.ts --steps 20 ${options}`));
  expect(status).toBeGreaterThan(0);
  expect(stderr).toContain(message);
});
