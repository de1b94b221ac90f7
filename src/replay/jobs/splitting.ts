import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { JobWorker, Workers } from "../workers.ts";
import type { Job } from "./job.ts";
import { Measured } from "./measured.ts";
import { setupOf } from "./setup.ts";

/** A piece that was begun, and what has become of it. */
interface Part<R> {
  readonly from: number;
  to: number;
  /** How many of its units are done. */
  done: number;
  /** `again`: a worker failed at it, so it is done again here. */
  state: "running" | "done" | "again" | "failed";
  result?: R;
  error?: unknown;
}

/** How many pieces each job may begin before the first of them is delivered. */
const MOST_AHEAD = 4;

/** A job in progress, on this thread and on workers. */
export class Splitting<I, R> {
  readonly #job: Job<I, R>;
  readonly #workers: Workers;
  readonly #jobs: number;
  readonly #measured: Measured;
  /** The pieces that were begun and are not delivered yet, in order. */
  readonly #parts: Part<R>[] = [];
  /** Where the units begin that no piece has yet, and those that are not delivered. */
  #next: number;
  #delivered: number;
  readonly #crew: JobWorker[] = [];
  readonly #serving: Promise<void>[] = [];
  #hasStarted = false;
  /** Whether a worker waits for a piece. */
  #isReady = false;
  /** Where the first piece, which is the whole at first, can be cut. */
  #cut: number | undefined;
  #isFindingCut = false;
  #isStopped = false;
  #failure: { readonly error: unknown } | undefined;
  /** Ends what this thread is doing when nobody needs it any more. */
  readonly #enough = new AbortController();
  readonly #waiting: (() => void)[] = [];
  /** How often something has changed. */
  #changes = 0;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #told = 0;

  constructor(job: Job<I, R>, workers: Workers, jobs: number) {
    this.#job = job;
    this.#workers = workers;
    this.#jobs = jobs;
    this.#measured = new Measured(job.workspace.env);
    this.#next = job.from;
    this.#delivered = job.from;
  }

  async run(): Promise<void> {
    const { signal, to } = this.#job;
    const changed = (): void => this.#changed();
    signal?.addEventListener("abort", changed);
    try {
      await this.#doHere(this.#begin(to));
      for (;;) {
        await this.#deliver();
        if (this.#isOver) break;
        if (signal?.aborted) throw this.#interrupted();
        const seen = this.#changes;
        const part = await this.#take();
        if (part !== undefined) await this.#doHere(part);
        else await this.#change(seen);
      }
      if (this.#failure !== undefined) throw this.#failure.error;
    } finally {
      signal?.removeEventListener("abort", changed);
      this.#stop();
      await Promise.all(this.#crew.map((worker) => worker.end()));
      await Promise.all(this.#serving);
    }
  }

  get #isOver(): boolean {
    return this.#isStopped || (this.#parts.length === 0 && this.#next >= this.#job.to);
  }

  #begin(to: number): Part<R> {
    const part: Part<R> = { from: this.#next, to, done: 0, state: "running" };
    this.#parts.push(part);
    this.#next = to;
    return part;
  }

  async #doHere(part: Part<R>): Promise<void> {
    const { task, workspace, input, signal } = this.#job;
    const isHead = part.to === this.#job.to && part.from === this.#job.from;
    const step = this.#measured.begin();
    const onProgress = ({ done }: { readonly done: number }): void => {
      part.done = Math.min(done, part.to - part.from);
      step(done);
      this.#tell();
      if (isHead) this.#considerWorkers(part);
    };
    const signals = [this.#enough.signal, ...(signal === undefined ? [] : [signal])];
    try {
      const options = { signal: AbortSignal.any(signals), onProgress };
      part.result = await task.run(workspace, input, part, options);
      part.state = "done";
    } catch (error) {
      if (this.#enough.signal.aborted && isRewindError(error, "INTERRUPTED")) return;
      part.state = "failed";
      part.error = error;
    }
  }

  /** Between slices of the first piece: starts workers, and cuts the piece when they are ready. */
  #considerWorkers(head: Part<R>): void {
    const { to } = this.#job;
    if (head.to < to) return;
    const at = head.from + head.done;
    const { afterMs, worthMs } = this.#workers.pace;
    if (!this.#hasStarted) {
      const leftMs = (to - at) * this.#measured.msPerUnit;
      if (this.#measured.ms < afterMs || leftMs < worthMs) return;
      this.#hasStarted = true;
      this.#start().catch(noWorkers);
    } else if (this.#isReady) {
      if (this.#cut !== undefined && this.#cut >= at && this.#cut < to) {
        head.to = this.#cut;
        this.#next = this.#cut;
        this.#changed();
      } else if (!this.#isFindingCut) {
        this.#isFindingCut = true;
        this.#cutAfter(at + this.#units(this.#workers.pace.leastMs)).then((cut) => {
          this.#cut = cut;
          this.#isFindingCut = false;
        }, noCut);
      }
    }
  }

  async #start(): Promise<void> {
    const setup = await setupOf(this.#job.workspace);
    if (setup === undefined) return;
    for (let i = 1; i < this.#jobs && !this.#isStopped; i++) {
      const worker = await this.#workers.start(setup);
      if (worker === undefined) return;
      if (this.#isStopped) return worker.end();
      this.#crew.push(worker);
      this.#serving.push(this.#serve(worker));
    }
  }

  /** Gives a worker pieces, one after the other, until the job is over or the worker is gone. */
  async #serve(worker: JobWorker): Promise<void> {
    // A worker that cannot start is not missed.
    if (!(await worker.ready.then(yes, no))) return;
    this.#isReady = true;
    const { task, input, workspace } = this.#job;
    while (!this.#isOver) {
      const seen = this.#changes;
      const part = await this.#new();
      if (part === undefined) {
        await this.#change(seen);
        continue;
      }
      const { from, to } = part;
      const step = task.stepOf?.(workspace, input, from) ?? from;
      const request = { task: task.name, input, piece: { from, to }, step };
      try {
        const answer = await worker.run(request, (done) => {
          part.done = done;
          this.#tell();
        });
        part.state = answer.failed ? "again" : "done";
        if (!answer.failed) {
          part.result = answer.result as R;
          for (const key of answer.checked) workspace.env.checks.add(key);
        }
      } catch (error) {
        part.state = "failed";
        part.error = error;
      }
      part.done = part.state === "done" ? to - from : 0;
      await this.#deliver();
      this.#changed();
      if (part.state === "failed") return;
    }
  }

  /** The next piece for this thread: one at which a worker failed, or a new one. */
  async #take(): Promise<Part<R> | undefined> {
    const again = this.#parts.find(({ state }) => state === "again");
    if (again === undefined) return this.#new();
    again.state = "running";
    return again;
  }

  /** A new piece; undefined if all are begun, or if too many wait to be delivered. */
  #new(): Promise<Part<R> | undefined> {
    return this.#inTurn(async () => {
      const { to } = this.#job;
      if (this.#isOver || this.#next >= to) return undefined;
      if (this.#parts.length >= MOST_AHEAD * this.#jobs) return undefined;
      const { leastMs, mostMs } = this.#workers.pace;
      const leftMs = (to - this.#next) * this.#measured.msPerUnit;
      // Smaller toward the end, so that all threads end at about the same time.
      const ms = Math.min(mostMs, Math.max(leastMs, leftMs / (2 * this.#jobs)));
      const cut = await this.#cutAfter(this.#next + this.#units(ms));
      return this.#isOver ? undefined : this.#begin(cut);
    });
  }

  #units(ms: number): number {
    return Math.max(1, Math.round(ms / Math.max(this.#measured.msPerUnit, 1e-9)));
  }

  async #cutAfter(unit: number): Promise<number> {
    const { to, cutAfter } = this.#job;
    if (unit >= to) return to;
    return Math.min(to, (await cutAfter?.call(this.#job, unit)) ?? unit);
  }

  /** Delivers what is done, in order, up to the first piece that is not. */
  #deliver(): Promise<void> {
    return this.#inTurn(async () => {
      for (;;) {
        const [part] = this.#parts;
        if (this.#isStopped || part === undefined) return;
        if (part.state !== "done" && part.state !== "failed") return;
        if (part.state === "failed") return this.#fail(part.error);
        this.#parts.shift();
        this.#delivered = part.to;
        const { from, to } = part;
        try {
          if (await this.#job.deliver(part.result as R, { from, to })) this.#stop();
        } catch (error) {
          this.#fail(error);
        }
        this.#changed();
      }
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stop();
  }

  #stop(): void {
    this.#isStopped = true;
    this.#enough.abort();
    this.#changed();
  }

  /** INTERRUPTED as of what was delivered: whatever came after it has to be done again. */
  #interrupted(): RewindError {
    const { from } = this.#job;
    const step = this.#delivered > from ? this.#delivered : from - 1;
    const message = step < 0 ? "interrupted" : `interrupted at step ${count(step)}`;
    return new RewindError("INTERRUPTED", message, { step });
  }

  #tell(): void {
    const { from, to, onProgress } = this.#job;
    if (onProgress === undefined) return;
    const begun = this.#parts.reduce((sum, { done }) => sum + done, 0);
    this.#told = Math.max(this.#told, this.#delivered - from + begun);
    onProgress({ done: this.#told, total: to - from });
  }

  /** Runs work that must not overlap, in the order of the calls. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when something has changed since: a piece is done, or the job is over. */
  async #change(since: number): Promise<void> {
    if (this.#changes === since) await new Promise<void>((go) => this.#waiting.push(go));
  }

  #changed(): void {
    this.#changes++;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;
const noCut = (): void => undefined;
const noWorkers = noCut;
