import { clock } from "../../base/clock.ts";
import { RewindError } from "../../base/errors.ts";

/** How long a server may send and take nothing. */
export const PATIENCE_MS = 60_000;

/** After that time it must move this many bytes a second on average: 10 kB. */
const SLOWEST_PER_MS = 10;

/** How a transport tells that it goes on, and learns that it must stop. */
export interface Watch {
  /** Aborted when the user interrupts or the server has been slow for too long; the reason says which. */
  readonly signal: AbortSignal;
  /**
   * Notes that bytes have come from the server, or have gone there, and that `ahead` more will go
   * there before anything can be told.
   */
  moved(bytes: number, ahead?: number): void;
}

/**
 * Does `work` with a server, and gives up if no byte moves for a minute, or if on average it is
 * slower than 10 kB a second after the first minute. Throws INTERRUPTED as soon as `signal` is
 * aborted, and an Error that says why it gave up.
 */
export async function patiently<T>(
  signal: AbortSignal | undefined,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const interrupted = new RewindError("INTERRUPTED", "interrupted");
  if (signal?.aborted) throw interrupted;
  const controller = new AbortController();
  const begun = clock.now();
  let total = 0;
  const giveUp = (): void => controller.abort(new Error("it sent nothing for a minute"));
  const interrupt = (): void => controller.abort(interrupted);
  let timer = clock.after(PATIENCE_MS, giveUp);
  const stopped = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason));
  });
  signal?.addEventListener("abort", interrupt);
  const moved = (bytes: number, ahead = 0): void => {
    clock.cancel(timer);
    timer = clock.after(PATIENCE_MS + ahead / SLOWEST_PER_MS, giveUp);
    total += bytes + ahead;
    if (clock.now() - begun <= PATIENCE_MS + total / SLOWEST_PER_MS) return;
    controller.abort(new Error("it is slower than 10 kB a second"));
  };
  try {
    const done = work({ signal: controller.signal, moved });
    done.catch(() => undefined);
    return await Promise.race([stopped, done]);
  } finally {
    clock.cancel(timer);
    signal?.removeEventListener("abort", interrupt);
  }
}
