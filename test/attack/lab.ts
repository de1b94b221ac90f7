import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** How a command ended, and what it printed. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The same, with its time and memory. */
export interface Measured extends Ended {
  /** Processor time of all its threads, which does not depend on the load of the machine. */
  readonly cpuMs: number;
  /** The peak memory of its process. */
  readonly memoryKb: number;
}

/** What `intercept.cjs` should do to a process. */
export interface Strike {
  readonly mode: "kill" | "fault" | "count" | "trace";
  /** The call to strike at, counted from 1. */
  readonly at?: number;
  readonly code?: string;
  readonly onward?: boolean;
  /** The step at which Ctrl-C is pressed. */
  readonly ctrlC?: number | undefined;
}

/** The time limit of a command: one that hangs must not hang the tests. */
const LIMIT_MS = 60_000;

/** Folders for stores and for the user's settings, removed when the process ends. */
export class Lab {
  readonly folder: string = realpathSync(mkdtempSync(path.join(tmpdir(), "rewind-attack-")));
  readonly #servers: Server[] = [];
  #count = 0;

  constructor() {
    process.once("exit", () => this.close());
  }

  get env(): Record<string, string> {
    const home = path.join(this.folder, "home");
    return { PATH: process.env.PATH ?? "", HOME: home, XDG_CONFIG_HOME: home, NO_COLOR: "1" };
  }

  /** A new path. */
  fresh(name = "project"): string {
    return path.join(this.folder, `${name}-${++this.#count}`);
  }

  /** Runs a command line in a new process, with a strike; returns the number of its calls. */
  async strike(
    root: string,
    argv: readonly string[],
    { mode, at = 0, code = "EIO", onward = false, ctrlC }: Strike,
  ): Promise<Ended & { readonly report: string }> {
    const report = this.fresh("report");
    const ended = await this.run(root, argv, {
      ATTACK_ROOT: root,
      ATTACK_MODE: mode,
      ATTACK_AT: String(at),
      ATTACK_CODE: code,
      ATTACK_ONWARD: onward ? "1" : "0",
      ATTACK_REPORT: report,
      ...(ctrlC !== undefined && { ATTACK_CTRL_C: String(ctrlC) }),
    });
    return { ...ended, report: textOf(report) };
  }

  /** Runs a command line in a new process. */
  run(
    root: string,
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const preload = env.ATTACK_ROOT === undefined ? [] : ["--require", here("intercept.cjs")];
    const child = spawn(process.execPath, [...preload, here("../../bin/rewind.js"), ...argv], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...this.env, ...env },
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (part) => (stdout += part));
    child.stderr.on("data", (part) => (stderr += part));
    return new Promise((resolve) => {
      child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
    });
  }

  /** A process that runs many command lines; `env` can name another user's home. */
  server(env: Readonly<Record<string, string>> = this.env): Server {
    const server = new Server(env);
    this.#servers.push(server);
    return server;
  }

  close(): void {
    for (const server of this.#servers) server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs command lines in one process, one at a time. A lost process is replaced. */
export class Server {
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  /** Runs one; `signal` is set if the process died or hung. */
  run(cwd: string, argv: readonly string[]): Promise<Measured> {
    const child = this.#child ?? this.#start();
    return new Promise((resolve) => {
      let stderr = "";
      const listen = (part: unknown): void => {
        stderr += String(part);
      };
      const end = (result: Measured): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        child.stderr?.off("data", listen);
        resolve({ ...result, stderr: stderr + result.stderr });
      };
      child.stderr?.on("data", listen);
      child.once("message", end);
      child.once("exit", (status, signal) => {
        this.#child = undefined;
        const nothing = { stdout: "", stderr: "", cpuMs: 0, memoryKb: 0 };
        end({ status, signal: signal ?? "exit", ...nothing });
      });
      const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
      child.send({ argv, cwd });
    });
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #start(): ChildProcess {
    this.#child = fork(here("served.mjs"), {
      env: this.#env,
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    return this.#child;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
