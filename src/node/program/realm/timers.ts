import { INSTEAD } from "../../../replay/guarded.ts";
import type { Gate } from "./gate.ts";

type Callback = (...values: unknown[]) => void;

/**
 * The timers of a realm. What a package starts while it is loaded, to clean up from time to time,
 * say, never fires; to start one elsewhere is refused.
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

/** What waits for the code that runs now to end: as sure as the code itself, while it is loaded. */
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
