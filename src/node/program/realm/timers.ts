import { INSTEAD } from "../../../replay/guarded.ts";
import type { Gate } from "./gate.ts";

type Callback = (...values: unknown[]) => void;

/**
 * The timers of a realm. A timer that a package starts while it is loaded, perhaps for regular
 * cleaning, never fires; starting one elsewhere is refused.
 */
export function timersOf(gate: Gate): Record<string, unknown> {
  const start = (key: string) => (): unknown =>
    gate.deny({ name: `${key}()`, hint: INSTEAD.later }, inert);
  const stop = (): void => undefined;
  return {
    setTimeout: start("setTimeout"),
    setInterval: start("setInterval"),
    setImmediate: start("setImmediate"),
    clearTimeout: stop,
    clearInterval: stop,
    clearImmediate: stop,
  };
}

/**
 * Callbacks after the current code, which are as deterministic as the code itself while it is
 * loaded.
 */
export function microtasksOf(gate: Gate): { queue: Callback; nextTick: Callback } {
  const later =
    (name: string) =>
    (callback: unknown, ...values: unknown[]): void => {
      if (!gate.isLoading) gate.deny({ name, hint: INSTEAD.later });
      gate.asRealm(() => queueMicrotask(() => (callback as Callback)(...values)));
    };
  return { queue: later("queueMicrotask()"), nextTick: later("process.nextTick()") };
}

function inert(): object {
  const timer = {
    ref: () => timer,
    unref: () => timer,
    hasRef: () => false,
    refresh: () => timer,
    close: () => timer,
    [Symbol.toPrimitive]: () => 0,
  };
  return timer;
}
