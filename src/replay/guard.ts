import { RewindError } from "../base/errors.ts";
import { dateSwaps, keepDateFormat } from "./guard-date.ts";
import { type Answer, keepWatched, type Swap, swapOf } from "./guard-watch.ts";
import { type GuardedCall, guardedHost, guardedLanguage } from "./guarded.ts";
import type { Place } from "./place.ts";

export type { GuardedCall } from "./guarded.ts";

/** What is refused, and what to use instead. */
export type Refusable = Pick<GuardedCall, "name" | "hint" | "kind">;

/** Answers a guarded call that a program makes while it is loaded; undefined where others make it. */
export type WhileLoading = (call: GuardedCall, values: readonly unknown[]) => Answer | undefined;

/** Runs code in which nothing may draw from elsewhere or read a clock. */
export interface Guard {
  /**
   * Runs `run`, which must be synchronous, and returns what it returns. Throws FORBIDDEN_IN_STEP
   * where a guarded call was made, even if `run` caught that error.
   */
  <T>(run: () => T): T;
  /**
   * Loads a module so that what it keeps for itself (`const { random } = Math;`) is refused in its
   * steps as well. While it loads, `whileLoading` answers the guarded calls; without it none is
   * refused.
   */
  watch<T>(load: () => Promise<T>, whileLoading?: WhileLoading): Promise<T>;
  /** Replaces a property for good: it does what it did, except that it is refused in a step. */
  keep(call: GuardedCall): void;
  /** Replaces everything for good that a host of the web has; what the language has is not touched. */
  keepHost(): void;
  /** Refuses a call as a guarded one is refused: throws FORBIDDEN_IN_STEP, now and after the run. */
  refuse(call: Refusable): never;
  /**
   * From here to the end of the run on the stack, code runs in this time zone and locale. Does
   * nothing where no run is on the stack. Throws PLACE_UNKNOWN where this host lacks one of them.
   */
  pin(place: Place): void;
  /** Does what rewind itself has to do in the middle of a run, such as storing: nothing is refused. */
  outside<T>(work: () => T): T;
  /** The step that runs, while one does: what `advance` sets, so that others can name it. */
  running: { readonly step: number } | undefined;
}

/** What a guard needs from its host. */
export interface GuardOptions {
  /** Called once, before the first run or load: what takes a while can wait until then. */
  prepare?(guard: Guard): void;
  /** Takes the process to another zone and locale; returns what takes it back. Throws PLACE_UNKNOWN. */
  pin?(place: Place): () => void;
  /**
   * Runs a whole run, so that it can be ended from outside. It may end without `finally`; `step`
   * gives the step that runs, or undefined between steps.
   */
  around?<T>(run: () => T, step: () => number | undefined): T;
}

/**
 * Makes a guard for what the language has, and for `calls` besides. Outside a step every one of
 * them is untouched: nothing that runs in between is slower, or sees a change.
 *
 * @example
 * ```ts
 * const guard = createGuard();
 * guard(() => Math.sqrt(2));      // 1.4142135623730951
 * guard(() => Math.random());     // throws FORBIDDEN_IN_STEP
 * Math.random();                  // works again
 * ```
 */
export function createGuard(calls: readonly GuardedCall[] = [], options: GuardOptions = {}): Guard {
  let steps = 0; // how many runs are on the stack
  let places = 0; // how many runs and loads want the watched properties in place
  let refused: RewindError | undefined;
  let prepared = false;
  let pinned: Place | undefined;
  let unpin: (() => void) | undefined;
  const loads = new Set<WhileLoading>();

  const refuse = (call: Refusable): never => {
    const error = new RewindError(
      "FORBIDDEN_IN_STEP",
      `${call.name} was ${call.kind === "read" ? "read" : "called"} in a step, and a replay would not give the same: ${call.hint}`,
      { name: call.name, hint: call.hint },
    );
    if (steps > 0) refused ??= error;
    throw error;
  };
  const ask = (call: GuardedCall, values: readonly unknown[]): Answer | undefined => {
    if (steps === 0 && loads.size === 0) return undefined;
    if (call.when?.(values) === false) return undefined;
    if (steps > 0) {
      if (call.instead === undefined) refuse(call);
      return { value: call.instead?.(...values) };
    }
    for (const whileLoading of loads) {
      const answer = whileLoading(call, values);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  const swaps: Swap[] = [
    ...[...guardedLanguage(), ...calls].flatMap(swapOf(ask)),
    ...dateSwaps(ask),
    stackSwap(),
  ];

  const enter = (): void => {
    if (places++ > 0) return;
    if (!prepared) {
      prepared = true;
      options.prepare?.(whole);
    }
    for (const swap of swaps) {
      // Read now, not when the guard was made: a test may have put a false clock in place since.
      swap.real = swap.object[swap.key];
      swap.object[swap.key] = swap.watched;
    }
  };
  const leave = (): void => {
    if (--places > 0) return;
    for (const swap of swaps) swap.object[swap.key] = swap.real;
  };
  const rest = (): void => {
    if (unpin === undefined || steps > 0) return;
    pinned = undefined;
    unpin();
    unpin = undefined;
  };

  const around = <T>(run: () => T): T =>
    options.around === undefined ? run() : options.around(run, () => whole.running?.step);
  const guard = <T>(run: () => T): T => {
    const outer = steps;
    const held = places;
    if (outer === 0) {
      refused = undefined;
      whole.running = undefined;
    }
    enter();
    steps++;
    let result: T;
    try {
      result = outer === 0 ? around(run) : run();
    } finally {
      // As they were, and not one less: a run that was ended from outside left those in it standing.
      steps = outer;
      places = held + 1;
      rest();
      leave();
    }
    // A step that catches the refusal and goes on has still tried, and may behave differently.
    if (refused !== undefined) throw refused;
    return result;
  };
  const watch = async <T>(load: () => Promise<T>, whileLoading?: WhileLoading): Promise<T> => {
    enter();
    if (whileLoading !== undefined) loads.add(whileLoading);
    try {
      whole.running = undefined;
      return await around(load);
    } finally {
      if (whileLoading !== undefined) loads.delete(whileLoading);
      leave();
    }
  };
  const pin = (place: Place): void => {
    if (steps === 0 || options.pin === undefined || place === pinned) return;
    unpin?.();
    unpin = undefined;
    unpin = options.pin(place);
    pinned = place;
  };
  const outside = <T>(work: () => T): T => {
    const inside = steps;
    steps = 0;
    try {
      return work();
    } finally {
      steps = inside;
    }
  };
  const keep = (call: GuardedCall): void => keepWatched(call, ask);
  const keepHost = (): void => {
    for (const call of guardedHost()) keep(call);
    keepDateFormat(ask);
  };
  const whole: Guard = Object.assign(guard, {
    ...{ watch, keep, keepHost, refuse, pin, outside },
    running: undefined,
  });
  return whole;

  /**
   * `error.stack` names the files and lines of whatever called the step, so that in a step it says
   * what went wrong and nothing else. V8 writes a stack when it is first read: of an error that
   * leaves the step, the stack is written outside, in full.
   */
  function stackSwap(): Swap {
    const object = Error as unknown as Record<string, unknown>;
    const watched = (error: unknown, frames: readonly unknown[]): unknown => {
      if (steps > 0) return `${headOf(error)}\n    at step (rewind)`;
      const real = swap.real;
      return typeof real === "function"
        ? real.call(Error, error, frames)
        : [headOf(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
    };
    const swap: Swap = { object, key: "prepareStackTrace", watched, real: undefined };
    return swap;
  }
}

/** `TypeError: x is not a function`, as a stack begins. */
function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
