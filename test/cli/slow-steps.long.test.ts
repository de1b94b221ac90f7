import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { xoshiro } from "../../src/random.ts";
import { emptyProject, type Project } from "../support/run-cli.ts";

const REWIND = fileURLToPath(new URL("../../bin/rewind.js", import.meta.url));

/** A step sleeps: it may not read a clock, and a loop would take as long as the machine is busy. */
const STEP_MS = 200;
const STEPS = 300;
const RUNS = 4;
const KILLS_EACH = 5;

const simulation = (wait: string): string => `
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  export default {
    name: "slow",
    init: () => ({ x: 0, trail: [] }),
    step(state, rng, ctx) {
      ${wait}
      state.x += rng.random();
      state.trail.push(state.x);
      if (state.trail.length > 50) state.trail.shift();
    },
  };`;

const RECORDING = `--steps ${STEPS} --seed 9 --block-size 100`;

/** Runs a command line until it is killed or ends; returns the last step that it began. */
async function live(project: Project, line: string, killAfterMs: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [REWIND, ...line.split(" ")], {
    cwd: project.root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  const ended = new Promise((resolve) => child.on("close", resolve));
  const begun = new Promise<void>((resolve) => {
    child.stdout?.on("data", (part) => {
      text += part;
      if (/^step \d+\n/m.test(text)) resolve();
    });
  });
  await Promise.race([begun, ended]);
  const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  await ended;
  clearTimeout(timer);
  return Number([...text.matchAll(/^step (\d+)$/gm)].at(-1)?.[1] ?? 0);
}

test("killed at 20 random moments, a run of slow steps never loses five seconds of work", async () => {
  const quick = await emptyProject();
  await quick.write("slow.mjs", simulation(""));
  const { json } = await quick.ok(...`record slow.mjs ${RECORDING} --json`.split(" "));
  const rng = xoshiro(BigInt(Date.now()));
  const lost = await Promise.all(
    Array.from({ length: RUNS }, async () => {
      const project = await emptyProject();
      const wait = `console.log("step", ctx.step); Atomics.wait(sleeper, 0, 0, ${STEP_MS});`;
      await project.write("slow.mjs", simulation(wait));
      const losses: number[] = [];
      let kept = 0;
      for (let life = 0; life < KILLS_EACH; life++) {
        const line = `resume main --fresh-if-missing slow.mjs ${RECORDING}`;
        const reached = await live(project, line, 1_000 + 9_000 * rng.random());
        const { branches } = (await project.ok("branch", "--json")).json;
        const { steps = 0 } = branches[0] ?? {};
        expect(steps).toBeGreaterThanOrEqual(kept);
        kept = steps;
        // The step that was running when it was killed is no loss of what was done.
        losses.push(reached - steps);
      }
      await live(project, "resume main", 600_000);
      const described = (await project.ok("show", "main", "--json")).json;
      expect(described).toMatchObject({ steps: STEPS, root: json.root });
      return losses;
    }),
  );
  expect(lost.flat()).toHaveLength(20);
  expect(Math.max(...lost.flat()) * STEP_MS).toBeLessThan(5_000);
});
