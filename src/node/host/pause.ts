import * as timers from "node:timers/promises";

// Taken before any program runs, as in `base/clock.ts`: a program may replace Node's own.
const { setImmediate } = globalThis;
const { setTimeout } = timers;

/** Lets signals and other input of the process through; awaiting a promise alone would not. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits. Throws an AbortError as soon as the signal is aborted. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { ...(signal && { signal }) });
}
