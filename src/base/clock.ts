/**
 * The clock and the timers that rewind itself uses, taken when this module is loaded: before any
 * program runs, and so before one can replace them. A simulation that sets its own `Date.now` or
 * `setTimeout` changes neither the times that rewind notes nor when it stores and listens for Ctrl-C.
 */
export interface Clock {
  /** Milliseconds since a fixed moment; never goes back. */
  now(): number;
  /** Milliseconds since 1970. */
  time(): number;
  /** The present time in ISO 8601. */
  iso(): string;
  /** Calls `call` after `ms` milliseconds, unless `cancel` gets the result before. */
  after(ms: number, call: () => void): Timer;
  /** Ends a wait. */
  cancel(timer: Timer): void;
}

/** A wait that has begun. */
export type Timer = ReturnType<typeof setTimeout>;

const RealDate = Date;
const monotonic = performance.now.bind(performance);
const sinceEpoch = Date.now;
const inIso = Date.prototype.toISOString;
const begin = setTimeout;
const end = clearTimeout;

/** An object, so that a test can put another clock in its place. */
export const clock: Clock = {
  now: () => monotonic(),
  time: () => sinceEpoch(),
  iso: () => Reflect.apply(inIso, new RealDate(sinceEpoch()), []),
  after: (ms, call) => begin(call, ms),
  cancel: (timer) => end(timer),
};
