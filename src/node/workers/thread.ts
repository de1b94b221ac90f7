import { Worker } from "node:worker_threads";
import { clock, type Timer } from "../../base/clock.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { objectId } from "../../object/id.ts";
import { encodeRun } from "../../object/run.ts";
import type { JobWorker, PieceRequest, PieceResult, WorkerSetup } from "../../replay/workers.ts";
import { nodeHash } from "../host/platform.ts";
import { WORKER } from "../own-files.ts";
import type { FromWorker, WorkerData } from "./messages.ts";
import { Notes } from "./notes.ts";

interface ThreadOptions {
  /** The folder of the store. */
  readonly root: string;
  readonly setup: WorkerSetup;
  /** A worker whose slice takes longer counts as hanging. */
  readonly hangMs: number;
  onEnd(): void;
}

/** How often the notes of a worker are read. */
const LOOK_MS = 100;

/** Starts a worker on a thread. */
export function startThread(options: ThreadOptions): JobWorker {
  return new Thread(options);
}

class Thread implements JobWorker {
  readonly ready: Promise<void>;
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #notes = new Notes();
  readonly #runs: readonly Uint8Array[];
  /** Takes what comes next: the answer to the piece in hand, or the end of the worker. */
  #waiting: { resolve(message: FromWorker): void; reject(error: unknown): void } | undefined;
  #gone: RewindError | undefined;
  #isEnded = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
    const { root, setup } = options;
    this.#runs = setup.runs.map(encodeRun);
    const { programs } = setup;
    const data: WorkerData = { root, runs: this.#runs, programs, notes: this.#notes.memory };
    this.#worker = new Worker(WORKER, { workerData: data, stdin: false });
    this.#worker.unref();
    this.#worker.on("message", (message: FromWorker) => this.#waiting?.resolve(message));
    // What a worker throws outside of its pieces, such as from a timer of the program.
    this.#worker.on("error", (error) => this.#lose(whyOf(error), error));
    this.#worker.on("messageerror", (error) => this.#lose("sent something unreadable", error));
    this.#worker.on("exit", (code) => this.#lose(`ended with exit code ${code}`));
    this.ready = this.#next().then(() => undefined);
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => undefined);
  }

  async run(request: PieceRequest, onProgress: (done: number) => void): Promise<PieceResult> {
    if (this.#gone !== undefined) throw this.#gone;
    const notes = this.#notes;
    notes.sliceEnds(request.step, 0);
    let slices = notes.slices;
    let lastSign = clock.now();
    let timer: Timer;
    const look = (): void => {
      if (notes.slices !== slices) {
        slices = notes.slices;
        lastSign = clock.now();
        onProgress(notes.done);
      } else if (clock.now() - lastSign > this.#options.hangMs) {
        this.#lose(`gave no sign for ${count(Math.round(this.#options.hangMs / 1000))} s`);
        void this.end();
        return;
      }
      timer = clock.after(LOOK_MS, look);
    };
    timer = clock.after(LOOK_MS, look);
    try {
      const answer = this.#next();
      this.#worker.postMessage(request);
      const message = await answer;
      if (message.kind !== "result") return { failed: true };
      const { result, checked } = message;
      return { failed: false, result, checked };
    } finally {
      clock.cancel(timer);
    }
  }

  async end(): Promise<void> {
    if (!this.#isEnded) {
      this.#isEnded = true;
      await this.#worker.terminate();
      this.#options.onEnd();
    }
  }

  #next(): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#gone !== undefined) reject(this.#gone);
    });
  }

  #lose(why: string, cause?: unknown): void {
    const { step } = this.#notes;
    const [body = new Uint8Array()] = this.#runs;
    const run = objectId(nodeHash, "run", body);
    this.#gone ??= new RewindError(
      "WORKER_FAILED",
      `a worker ${why} while it replayed run ${run.slice(0, 12)}, at step ${count(step)} or after it`,
      { run, step },
      { cause },
    );
    this.#waiting?.reject(this.#gone);
  }
}

function whyOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return "ran out of memory";
  return `failed (${String(message)})`;
}
