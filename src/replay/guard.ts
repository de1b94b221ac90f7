import { RewindError } from "../base/errors.ts";

/** A function that a step may not call, because a replay could not give its result again. */
export interface GuardedCall {
  /** The object that has the function, itself or through its prototypes. */
  readonly object: object;
  readonly key: string;
  /** The function as a reader knows it, such as `Math.random()`. */
  readonly name: string;
  /** What to use instead. */
  readonly hint: string;
}

/** Runs code in which nothing may draw from elsewhere or read a clock. */
export interface Guard {
  /**
   * Runs `run`, which must be synchronous, and returns what it returns. Throws FORBIDDEN_IN_STEP
   * where a guarded function was called, even if `run` caught that error.
   */
  <T>(run: () => T): T;
  /**
   * Loads a module so that what it keeps for itself (`const { random } = Math;`) is refused in its
   * steps as well. Nothing is refused while it loads.
   */
  watch<T>(load: () => Promise<T>): Promise<T>;
  /** Replaces a function for good: it does what it did, except that it is refused in a step. */
  keep(call: GuardedCall): void;
}

/**
 * Makes a guard for `Math.random`, the clocks and `crypto`, and for `calls` besides. Outside a
 * step every one of them is untouched: nothing that runs in between is slower, or sees a change.
 *
 * @example
 * ```ts
 * const guard = createGuard();
 * guard(() => Math.sqrt(2));      // 1.4142135623730951
 * guard(() => Math.random());     // throws FORBIDDEN_IN_STEP
 * Math.random();                  // works again
 * ```
 */
export function createGuard(calls: readonly GuardedCall[] = []): Guard {
  let steps = 0; // how many runs are on the stack
  let places = 0; // how many runs and loads want the watched functions in place
  let refused: RewindError | undefined;

  const refuse: Refuse = (call) => {
    if (steps === 0) return;
    const error = new RewindError(
      "FORBIDDEN_IN_STEP",
      `${call.name} was called in a step, and a replay would not give the same: ${call.hint}`,
      { name: call.name, hint: call.hint },
    );
    refused ??= error;
    throw error;
  };
  const swaps = [...[...globalCalls(), ...calls].flatMap(swapOf(refuse)), ...dateSwaps(refuse)];

  const enter = (): void => {
    if (places++ > 0) return;
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

  const guard = <T>(run: () => T): T => {
    if (steps === 0) refused = undefined;
    enter();
    steps++;
    let result: T;
    try {
      result = run();
    } finally {
      steps--;
      leave();
    }
    // A step that catches the refusal and goes on has still tried, and may behave differently.
    if (refused !== undefined) throw refused;
    return result;
  };
  const watch = async <T>(load: () => Promise<T>): Promise<T> => {
    enter();
    try {
      return await load();
    } finally {
      leave();
    }
  };
  const keep = (call: GuardedCall): void => {
    for (const swap of swapOf(refuse)(call)) swap.object[swap.key] = swap.watched;
  };
  return Object.assign(guard, { watch, keep });
}

type Refuse = (call: Pick<GuardedCall, "name" | "hint">) => void;

/** A property, what it holds inside a guard, and what it held before. */
interface Swap {
  readonly object: Record<string, unknown>;
  readonly key: string;
  readonly watched: unknown;
  real: unknown;
}

/** The swap for a call; none where this host has no such function, or does not let it be replaced. */
function swapOf(refuse: Refuse): (call: GuardedCall) => Swap[] {
  return (call) => {
    // The object that owns the property: to assign further down would leave a property behind.
    let object: object | null = call.object;
    while (object !== null && !Object.hasOwn(object, call.key)) {
      object = Object.getPrototypeOf(object);
    }
    if (object === null) return [];
    const { value: original, writable } = Object.getOwnPropertyDescriptor(object, call.key) ?? {};
    if (typeof original !== "function" || writable !== true) return [];

    const watched = function (this: unknown, ...values: unknown[]): unknown {
      refuse(call);
      return Reflect.apply(original, this, values);
    };
    // Name, length, and what hangs on the function, such as process.hrtime.bigint.
    Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original));
    return [{ object: object as Record<string, unknown>, key: call.key, watched, real: original }];
  };
}

/**
 * Date, which is refused only where it reads the clock. A proxy, so that `instanceof`, subclasses,
 * `Date.UTC` and the prototype of what it makes are Date's own.
 */
function dateSwaps(refuse: Refuse): Swap[] {
  const real = Date;
  const watched = new Proxy(real, {
    construct(target, values, newTarget) {
      if (values.length === 0) refuse({ name: "new Date()", hint: CLOCK });
      return Reflect.construct(target, values, newTarget);
    },
    apply(target, self, values) {
      refuse({ name: "Date()", hint: CLOCK });
      return Reflect.apply(target, self, values);
    },
  });
  const swap = (object: object, key: string): Swap => ({
    object: object as Record<string, unknown>,
    key,
    watched,
    real,
  });
  // The constructor as well, so that `date.constructor === Date` holds in a step.
  return [swap(globalThis, "Date"), swap(real.prototype, "constructor")];
}

const CLOCK = "take the time from ctx.step";
const BYTES = "use rng.uint32()";
const NAMES = "build an id from ctx.step and rng.uint32()";

/** What every host has, or may have; each is looked up, none is taken for granted. */
function globalCalls(): GuardedCall[] {
  const calls: GuardedCall[] = [
    { object: Math, key: "random", name: "Math.random()", hint: "use rng.random()" },
    { object: Date, key: "now", name: "Date.now()", hint: CLOCK },
  ];
  const { performance, crypto, Temporal } = globalThis as unknown as Record<
    string,
    Record<string, object> | undefined
  >;
  if (performance !== undefined) {
    calls.push({ object: performance, key: "now", name: "performance.now()", hint: CLOCK });
  }
  if (crypto !== undefined) {
    calls.push(
      { object: crypto, key: "getRandomValues", name: "crypto.getRandomValues()", hint: BYTES },
      { object: crypto, key: "randomUUID", name: "crypto.randomUUID()", hint: NAMES },
    );
  }
  const now = Temporal?.Now;
  if (now !== undefined) {
    for (const key of ["instant", "plainDateTimeISO", "zonedDateTimeISO", "plainDateISO"]) {
      calls.push({ object: now, key, name: `Temporal.Now.${key}()`, hint: CLOCK });
    }
  }
  return calls;
}
