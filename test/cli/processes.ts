import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type Project, temporaryFolder } from "../support/run-cli.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** How a process ended, and what it printed. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts processes that run the command line from the current sources: dist may be out of date. */
export interface Processes {
  /** Runs a command line to its end. */
  run(project: Project, line: string): Promise<Ended>;
  /**
   * Starts one that waits before step `at` of `GATED` until it is released. With `tickMs` its clock
   * seems to move by so much whenever it is read.
   */
  held(project: Project, line: string, at: number, options?: { tickMs: number }): Promise<Held>;
}

/** A process that waits in the middle of a recording. */
export interface Held {
  /** Lets it continue to its end. */
  release(): Promise<Ended>;
  /** Makes the step fail instead. */
  fail(): Promise<Ended>;
  kill(): Promise<Ended>;
}

/** The source of a simulation whose process can be made to wait at a step, if `GATE` is loaded. */
export const GATED = `
  export default {
    name: "gated",
    params: { by: 1 },
    init: () => 0,
    step(x, rng, ctx) {
      Atomics.gate?.(ctx.step);
      return x + ctx.params.by * rng.random();
    },
  };`;

/**
 * Lets a step wait: it sleeps until a file exists. A step may not read files, so this is loaded
 * before rewind.
 */
const GATE = `
  import { existsSync, readdirSync, writeFileSync } from "node:fs";
  const { GATE: gate, GATE_AT: at, GATE_TICK: tick } = process.env;
  let ms = 0;
  if (tick !== undefined) performance.now = () => (ms += Number(tick));
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const [exists, names, write] = [existsSync, readdirSync, writeFileSync];
  Atomics.gate = (step) => {
    if (step !== Number(at)) return;
    write(gate + "/reached", "");
    while (!exists(gate + "/open")) Atomics.wait(sleeper, 0, 0, 5);
    if (names(gate).includes("fail")) throw new Error("no more");
  };`;

/** Bundles the command line as published. Call it in a hook: it takes a second. */
export async function processes(): Promise<Processes> {
  const folder = await temporaryFolder();
  const source = (file: string): string => path.join(ROOT, "src", file);
  await build({
    entryPoints: ["index.ts", "random.ts", "cli/main.ts"].map(source),
    outbase: path.join(ROOT, "src"),
    outdir: path.join(folder, "dist"),
    ...{ bundle: true, splitting: true, format: "esm", platform: "node", target: "node20" },
    ...{ packages: "external", chunkNames: "chunks/[hash]", logLevel: "silent" },
  });
  mkdirSync(path.join(folder, "bin"));
  const rewind = path.join(folder, "bin/rewind.js");
  copyFileSync(path.join(ROOT, "bin/rewind.js"), rewind);
  const hook = path.join(folder, "gate.mjs");
  writeFileSync(hook, GATE);
  copyFileSync(path.join(ROOT, "package.json"), path.join(folder, "package.json"));
  symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  const start = (
    project: Project,
    line: string,
    env: Readonly<Record<string, string>> = {},
  ): [ChildProcess, Promise<Ended>] => {
    const gate = env.GATE === undefined ? [] : ["--import", pathToFileURL(hook).href];
    const child = spawn(process.execPath, [...gate, rewind, ...line.split(" ")], {
      cwd: project.root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout?.on("data", (part) => (stdout += part));
    child.stderr?.on("data", (part) => (stderr += part));
    const ended = new Promise<Ended>((resolve) => {
      child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
    });
    return [child, ended];
  };
  return {
    run: (project, line) => start(project, line)[1],
    async held(project, line, at, options) {
      const gate = await temporaryFolder();
      const tick = options === undefined ? {} : { GATE_TICK: String(options.tickMs) };
      const [child, ended] = start(project, line, { GATE: gate, GATE_AT: String(at), ...tick });
      let isOver = false;
      void ended.then(() => {
        isOver = true;
      });
      while (!existsSync(path.join(gate, "reached"))) {
        if (isOver) throw new Error(`rewind ${line}: it ended early: ${(await ended).stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const release = (): Promise<Ended> => {
        writeFileSync(path.join(gate, "open"), "");
        return ended;
      };
      return {
        release,
        fail() {
          writeFileSync(path.join(gate, "fail"), "");
          return release();
        },
        kill() {
          child.kill("SIGKILL");
          return ended;
        },
      };
    },
  };
}
