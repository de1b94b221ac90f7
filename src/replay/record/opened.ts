import { close, type Integrity } from "../../codec/state/integrity.ts";
import { decodeState, type Environment, encodeState } from "../environment.ts";
import type { AnySimulation } from "../simulation.ts";

/** A copy of a value in which everything can be changed until it is closed again. */
export interface Opened {
  readonly value: unknown;
  /**
   * Replaces `present` with `next`, which will be closed as `present` was, and so will its objects.
   */
  replace(present: unknown, next: unknown): void;
  /** Freezes and seals every object that was frozen or sealed in the original. */
  closeAgain(): void;
}

/** Opens a copy of `given`, so that a fork can set values that are frozen in the state. */
export function opened(given: unknown, simulation: AnySimulation, env: Environment): Opened {
  const levels = new Map<object, Integrity>();
  const encoded = env.guard(() => encodeState(given, simulation, env));
  const value = decodeState(encoded, simulation, (object, level) => levels.set(object, level));
  return {
    value,
    replace: (present, next) => replace(present, next, levels),
    closeAgain: () => {
      for (const [object, level] of levels) close(object, level);
    },
  };
}

function replace(present: unknown, next: unknown, levels: Map<object, Integrity>): void {
  if (!isObject(present) || !isObject(next) || present === next || levels.has(next)) return;
  const level = levels.get(present);
  if (level !== undefined) levels.set(next, level);
  if (!isPlain(present) || !isPlain(next)) return;
  for (const key of Object.keys(next)) {
    if (Object.hasOwn(present, key)) replace(present[key], next[key], levels);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Whether an object holds all its values in properties. */
function isPlain(value: object): value is Fields {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
