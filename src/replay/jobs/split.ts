import type { Job } from "./job.ts";
import { Splitting } from "./splitting.ts";

/**
 * Does a task, on several threads if that is worth their start. This thread begins at once. When it
 * has worked for a while and much is left, workers take pieces of the rest, and this thread goes on
 * too. Results come in the order of their pieces, and so does the first error: of several pieces
 * that fail, the first counts. Throws what the task and `deliver` throw, and WORKER_FAILED.
 */
export async function split<I, R>(job: Job<I, R>): Promise<void> {
  const { workspace, task, input, from, to } = job;
  const { workers } = workspace.env;
  const jobs = job.jobs ?? workers?.jobs ?? 1;
  if (workers !== undefined && jobs > 1 && from < to) {
    await new Splitting(job, workers, jobs).run();
    return;
  }
  const piece = { from, to };
  await job.deliver(await task.run(workspace, input, piece, job), piece);
}
