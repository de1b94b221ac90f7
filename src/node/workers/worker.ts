import console from "node:console";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { decodeRun } from "../../object/run.ts";
import { memoryChecks } from "../../replay/environment.ts";
import type { Workspace } from "../../replay/jobs/task.ts";
import { Programs } from "../../replay/programs.ts";
import { Replayer } from "../../replay/replayer.ts";
import { taskNamed } from "../../replay/run/tasks.ts";
import { nodeEnvironment } from "../host/environment.ts";
import { type LoadOptions, loadProgram } from "../program/load-program.ts";
import { FileStore } from "../store/file-store.ts";
import { nodeTools } from "../store/node-tools.ts";
import type { FromWorker, ToWorker, WorkerData } from "./messages.ts";
import { Notes } from "./notes.ts";

// The entry of a worker: does the pieces that it is sent, one after the other. It only reads the
// store, and runs the code that the first thread has loaded, in instances of its own.

// Only results go to stdout, and a worker has none to print.
globalThis.console = new console.Console(process.stderr);

const port = parentPort as NonNullable<typeof parentPort>;
const { root, runs, programs, notes: memory } = workerData as WorkerData;
const notes = new Notes(memory);

/** The blocks that were checked since the last answer. */
const checked: string[] = [];
const env = nodeEnvironment({
  store: new FileStore(root, nodeTools()),
  programs: new Programs(async (id) => {
    const portable = programs.get(id);
    return portable === undefined ? undefined : loadProgram(portable as LoadOptions);
  }),
  checks: { ...memoryChecks(), add: (key) => void checked.push(key) },
});
const workspace: Workspace = {
  env,
  runs: runs.map((body) => new Replayer(decodeRun(body), env)),
  isWorker: true,
};

const answer = (message: FromWorker): void => port.postMessage(message);

port.on("message", async ({ task, input, piece, step }: ToWorker) => {
  try {
    notes.sliceEnds(step, 0);
    const result = await taskNamed(task).run(workspace, input, piece, {
      onProgress: ({ done }) => notes.sliceEnds(env.guard.running?.step ?? step, done),
    });
    answer({ kind: "result", result, checked: checked.splice(0) });
  } catch {
    // The first thread does the piece again, and gives the error as it would be without workers.
    answer({ kind: "failed" });
  }
});
answer({ kind: "ready" });
