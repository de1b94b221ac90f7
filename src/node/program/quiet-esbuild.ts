import childProcess from "node:child_process";
import type { BuildOptions, BuildResult } from "esbuild";

/**
 * Runs esbuild without its output: when it crashes, on code nested a million deep, it would print
 * the stacks of all its threads. The next build then restarts it.
 */
export async function quietBuild(options: BuildOptions): Promise<BuildResult> {
  // Imported here because it takes 30 ms to load, and most commands bundle nothing.
  const esbuild = await import("esbuild");
  try {
    return await withoutStderr(() => esbuild.build(options));
  } catch (error) {
    if (hasEnded(error)) await esbuild.stop();
    throw error;
  }
}

/** Whether esbuild itself crashed, without saying what is wrong with the code. */
export function hasEnded(error: unknown): boolean {
  return error instanceof Error && !Array.isArray((error as { errors?: unknown }).errors);
}

/** Processes that `start` starts get no standard error; esbuild has no setting for that. */
function withoutStderr<T>(start: () => T): T {
  const { spawn } = childProcess;
  const quiet = (command: string, args: string[], options: childProcess.SpawnOptions): unknown =>
    spawn(command, args, { ...options, stdio: ["pipe", "pipe", "ignore"] });
  childProcess.spawn = quiet as typeof spawn;
  try {
    return start();
  } finally {
    childProcess.spawn = spawn;
  }
}
