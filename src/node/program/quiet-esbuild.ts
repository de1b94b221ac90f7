import childProcess from "node:child_process";
import type { BuildOptions, BuildResult } from "esbuild";

/**
 * Runs esbuild such that it prints nothing: where it breaks down, on code that is nested a million deep,
 * it would print the stacks of all its threads. After that the next build starts it anew.
 */
export async function quietBuild(options: BuildOptions): Promise<BuildResult> {
  // Only here, since it takes 30 ms to load and most commands bundle nothing.
  const esbuild = await import("esbuild");
  try {
    return await withoutStderr(() => esbuild.build(options));
  } catch (error) {
    if (hasEnded(error)) await esbuild.stop();
    throw error;
  }
}

/** Whether esbuild itself broke down, and does not say what is wrong with the code. */
export function hasEnded(error: unknown): boolean {
  return error instanceof Error && !Array.isArray((error as { errors?: unknown }).errors);
}

/** What `start` starts while it is called gets no standard error; esbuild has no setting for that. */
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
