import { spawn, spawnSync } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

/** Where servers lie that only root has on its path. */
const PATH: string = `${process.env.PATH}:/usr/sbin:/sbin`;

/** A server in a process of its own, until it is closed. */
export interface Running {
  close(): Promise<void>;
}

/** Whether every one of these programs is installed. */
export function installed(...programs: readonly string[]): boolean {
  return programs.every(
    (program) =>
      spawnSync("sh", ["-c", `command -v ${program}`], { env: { ...process.env, PATH } }).status ===
      0,
  );
}

/** Runs a program to its end, and returns what it prints. */
export function run(program: string, args: readonly string[]): string {
  const options = { env: { ...process.env, PATH }, encoding: "utf8", timeout: 60_000 } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

/** Starts a server that stays in the foreground. */
export function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(program, args, { env: { ...process.env, PATH, ...env }, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return {
    async close() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until `ready` is true, for a minute at most. */
export async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await ready().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not start within a minute`);
}
