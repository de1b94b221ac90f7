import { verifyTask } from "../compare/verify.ts";
import type { Task } from "../jobs/task.ts";

/** The tasks that workers do. */
const TASKS: readonly Task<never, unknown>[] = [verifyTask()];

/** The task of this name. */
export function taskNamed(name: string): Task<unknown, unknown> {
  const found = TASKS.find((task) => task.name === name);
  if (found === undefined) throw new Error(`no task ${name}`);
  return found as Task<unknown, unknown>;
}
