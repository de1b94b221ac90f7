import type { GuardedCall } from "./guarded.ts";

/**
 * Called before a guarded call runs. Throws to refuse the call, returns an answer to replace its
 * result, and returns undefined to let it run.
 */
export type Ask = (call: GuardedCall, values: readonly unknown[]) => Answer | undefined;

/** The result that replaces a guarded call's own. */
export interface Answer {
  readonly value: unknown;
}

/** A property, its value while it is guarded, and its value before. */
export interface Swap {
  readonly object: Record<string, unknown>;
  readonly key: string;
  readonly watched: unknown;
  real: unknown;
}

/** The swap for a call; empty if this host lacks the property or does not let it be replaced. */
export function swapOf(ask: Ask): (call: GuardedCall) => Swap[] {
  return (call) => {
    const found = find(call);
    if (found === undefined || !("value" in found.property) || found.property.writable !== true) {
      return [];
    }
    const { object } = found;
    const real = found.property.value;
    if (typeof real !== "function") return [];
    const watched = call.kind === "class" ? watchedClass(real, call, ask) : watch(real, call, ask);
    return [{ object, key: call.key, watched, real }];
  };
}

/** Replaces a property for good with one that asks first. */
export function keepWatched(call: GuardedCall, ask: Ask): void {
  const found = find(call);
  if (found === undefined) return;
  const { object, property } = found;
  if (call.kind === "read") {
    if (property.configurable) Object.defineProperty(object, call.key, asked(property, call, ask));
    return;
  }
  for (const swap of swapOf(ask)(call)) {
    // Not by assignment: some objects inherit a setter.
    Object.defineProperty(swap.object, swap.key, { ...property, value: swap.watched });
  }
}

/**
 * The object that owns the property: assigning to one that inherits it would leave a property
 * behind.
 */
function find(
  call: GuardedCall,
): { object: Record<string, unknown>; property: PropertyDescriptor } | undefined {
  let object: object | null = call.object;
  while (object !== null && !Object.hasOwn(object, call.key)) {
    object = Object.getPrototypeOf(object);
  }
  const property = object && Object.getOwnPropertyDescriptor(object, call.key);
  return property ? { object: object as Record<string, unknown>, property } : undefined;
}

type Callable = (...values: unknown[]) => unknown;

function watch(original: Callable, call: GuardedCall, ask: Ask): unknown {
  const watched = function (this: unknown, ...values: unknown[]): unknown {
    const answer = ask(call, values);
    if (answer !== undefined) return answer.value;
    return new.target === undefined
      ? Reflect.apply(original, this, values)
      : Reflect.construct(original, values, new.target === watched ? original : new.target);
  };
  // Name, length, and the function's own properties, such as process.hrtime.bigint.
  Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original));
  return watched;
}

/**
 * A class that asks before it makes an instance. It is a proxy, so that `instanceof`, subclasses,
 * statics and prototypes stay those of the class.
 */
export function watchedClass(original: Callable, call: GuardedCall, ask: Ask): unknown {
  return new Proxy(original, {
    construct(target, values, newTarget) {
      const answer = ask(call, values);
      return answer === undefined
        ? Reflect.construct(target, values, newTarget)
        : (answer.value as object);
    },
  });
}

/** A property that asks before it is read. */
function asked(property: PropertyDescriptor, call: GuardedCall, ask: Ask): PropertyDescriptor {
  const { get, set, enumerable = false } = property;
  let { value } = property;
  return {
    enumerable,
    configurable: true,
    get(this: unknown): unknown {
      const answer = ask(call, []);
      if (answer !== undefined) return answer.value;
      return get === undefined ? value : Reflect.apply(get, this, []);
    },
    set(this: unknown, next: unknown): void {
      if (set !== undefined) Reflect.apply(set, this, [next]);
      else if (get === undefined) value = next;
    },
  };
}
