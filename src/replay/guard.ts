import { isRewindError, RewindError } from "../base/errors.ts";
import type { RunChance } from "./chance.ts";
import { dateSwaps, keepDateFormat } from "./guard-date.ts";
import { type Answer, keepWatched, type Swap, swapOf } from "./guard-watch.ts";
import { type GuardedCall, guardedHost, guardedLanguage } from "./guarded.ts";

export type { GuardedCall } from "./guarded.ts";

/** A call to refuse, and what to use instead. */
export type Refusable = Pick<GuardedCall, "name" | "hint" | "kind" | "fromRun">;

/**
 * Answers a guarded call that a program makes while it is loaded; undefined for calls of other
 * code.
 */
export type WhileLoading = (call: GuardedCall, values: readonly unknown[]) => Answer | undefined;

/** Runs code that may not read a clock or draw random numbers elsewhere. */
export interface Guard {
  /**
   * Runs `work`, which must be synchronous, and returns its result. Throws FORBIDDEN_IN_STEP if it
   * made a guarded call, even if it caught that error.
   */
  <T>(work: () => T): T;
  /**
   * Loads a module so that its own references (`const { random } = Math;`) are refused in its steps
   * too. While it loads, `whileLoading` answers the guarded calls; without it, all are allowed.
   */
  watch<T>(load: () => Promise<T>, whileLoading?: WhileLoading): Promise<T>;
  /**
   * Replaces a property for good with one that is refused in a step and works as before elsewhere.
   */
  keep(call: GuardedCall): void;
  /** Replaces the guarded properties of a web host for good, but not those of the language. */
  keepHost(): void;
  /**
   * The result of a call as if it were guarded: what the run gives, if it does. Otherwise throws
   * FORBIDDEN_IN_STEP now, and again after the run.
   */
  inStep(call: Refusable, values?: readonly unknown[]): unknown;
  /**
   * Runs code in this time zone and locale from here to the end of the current run. Does nothing
   * outside a run. Throws PLACE_UNKNOWN if this host lacks the zone or the locale.
   */
  pin(place: ZoneAndLocale): void;
  /**
   * Does work of rewind itself in the middle of a run, such as storing. Nothing is refused in it.
   */
  outside<T>(work: () => T): T;
  /** The step that is running, if one is. `advance` sets it so that others can name the step. */
  running: { readonly step: number } | undefined;
  /** The code whose step or `init` is running; undefined between steps. */
  code: RunningCode | undefined;
  /** Takes what steps and `init` log; undefined if nobody wants it. */
  log: TakeLog | undefined;
}

/** Takes a text that a step logs. */
export type TakeLog = (step: number, text: string) => void;

/** What a guard knows of the code that is running. */
export interface RunningCode {
  /** What the calls of chance and of the clock give; undefined if they are refused. */
  readonly chance: RunChance | undefined;
}

/** The time zone and locale that a program runs in: its results may depend on them. */
export interface ZoneAndLocale {
  /** The time zone, such as `Europe/Berlin`. */
  readonly zone: string;
  /** The default locale, such as `en-US`. */
  readonly locale: string;
  /** The program's own Date, if it has one: dates then name it as their constructor. */
  readonly date?: object;
}

/** How a program that cannot change gets its chance and its clock. */
const CHANCE_RUN = 'chance: "run" (--chance run)';

/** What a guard needs from its host. */
export interface GuardOptions {
  /** Called once, before the first run or load, to do slow preparations no earlier. */
  prepare?(guard: Guard): void;
  /**
   * Moves the process to a time zone and locale; returns a function that moves it back. Throws
   * PLACE_UNKNOWN.
   */
  pin?(place: ZoneAndLocale): () => void;
  /**
   * Wraps a whole run so that it can be ended from outside, perhaps without reaching `finally`.
   * `step` returns the step that is running, or undefined between steps.
   */
  around?<T>(work: () => T, step: () => number | undefined): T;
}

/**
 * Makes a guard for the calls of the language and for `calls`. They are replaced only during a
 * step: code that runs between steps is not slower and sees no change.
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
  let steps = 0; // nested runs
  let places = 0; // runs and loads that need the watched properties
  let refused: RewindError | undefined;
  let prepared = false;
  let pinned: ZoneAndLocale | undefined;
  let unpin: (() => void) | undefined;
  const loads = new Set<WhileLoading>();

  const note = (error: RewindError): RewindError => {
    if (steps > 0) refused ??= error;
    return error;
  };
  const refuse = (call: Refusable): never => {
    const { code } = whole;
    const offers = code !== undefined && code.chance === undefined && call.fromRun !== undefined;
    const hint = offers ? `${call.hint}, or record with ${CHANCE_RUN}` : call.hint;
    const error = new RewindError(
      "FORBIDDEN_IN_STEP",
      `${call.name} was ${call.kind === "read" ? "read" : "called"} in a step, and a replay would not give the same result: ${hint}`,
      { name: call.name, hint },
    );
    throw note(error);
  };
  const inStep = (call: Refusable, values: readonly unknown[] = []): unknown => {
    const chance = whole.code?.chance;
    if (chance === undefined || call.fromRun === undefined) return refuse(call);
    try {
      return call.fromRun(chance, ...values);
    } catch (error) {
      throw isRewindError(error) ? note(error as RewindError) : error;
    }
  };
  const ask = (call: GuardedCall, values: readonly unknown[]): Answer | undefined => {
    if (steps === 0 && loads.size === 0) return undefined;
    if (call.when?.(values) === false) return undefined;
    if (steps > 0) {
      return { value: call.instead ? call.instead(...values) : inStep(call, values) };
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
      // Read now, not when the guard was made: a test may have installed a fake clock since.
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

  const around = <T>(work: () => T): T =>
    options.around === undefined ? work() : options.around(work, () => whole.running?.step);
  const guard = <T>(work: () => T): T => {
    const outer = steps;
    const held = places;
    if (outer === 0) {
      refused = undefined;
      whole.running = undefined;
      whole.code = undefined;
    }
    enter();
    steps++;
    let result: T;
    try {
      result = outer === 0 ? around(work) : work();
    } finally {
      // Reset, not decremented: a run that was ended from outside did not decrement its nested
      // runs.
      steps = outer;
      places = held + 1;
      rest();
      leave();
    }
    // A step that catches the refusal has still made the call, and may behave differently.
    if (refused !== undefined) throw refused;
    return result;
  };
  const watch = async <T>(load: () => Promise<T>, whileLoading?: WhileLoading): Promise<T> => {
    enter();
    if (whileLoading !== undefined) loads.add(whileLoading);
    try {
      whole.running = undefined;
      whole.code = undefined;
      return await around(load);
    } finally {
      if (whileLoading !== undefined) loads.delete(whileLoading);
      leave();
    }
  };
  const pin = (place: ZoneAndLocale): void => {
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
    ...{ watch, keep, keepHost, inStep, pin, outside },
    running: undefined,
    code: undefined,
    log: undefined,
  });
  return whole;

  /**
   * `error.stack` names the files and lines of whatever called the step, so in a step it holds only
   * the message. V8 writes a stack when it is first read, so an error that leaves the step still
   * gets its full stack.
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

/** The first line of a stack, such as `TypeError: x is not a function`. */
function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
