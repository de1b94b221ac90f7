import { verifyTask } from "../compare/verify.ts";
import type { Task } from "../jobs/task.ts";
import { countTask } from "../look/count.ts";
import { findTask } from "../look/find.ts";
import { statsTask } from "../look/stats.ts";

/** The tasks that workers do. */
const TASKS: readonly Task<never, unknown>[] = [
  ...[verifyTask(), findTask(), countTask(), statsTask()],
];

/** The task of this name. */
export function taskNamed(name: string): Task<unknown, unknown> {
  const found = TASKS.find((task) => task.name === name);
  if (found === undefined) throw new Error(`no task ${name}`);
  return found as Task<unknown, unknown>;
}
