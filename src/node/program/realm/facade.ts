import type { Builtin } from "../../host/builtins.ts";
import type { Gate } from "./gate.ts";

/**
 * A module of Node as a program sees it. Functions that give the same result in every run are
 * passed through, those in `ours` are replaced, and every other function is refused when it is
 * called. Importing the module and keeping its functions is always allowed: packages do so for code
 * that never runs.
 */
export function facade(
  module: object,
  options: {
    /** The prefix of its functions' names, such as `os`. */
    readonly name: string;
    readonly builtin: Builtin;
    readonly gate: Gate;
    readonly ours?: Readonly<Record<string, unknown>>;
    /** The result for a package that calls a function while it is loaded. */
    readonly still?: Readonly<Record<string, () => unknown>>;
  },
): Record<string, unknown> {
  const { name, builtin, gate, ours = {}, still = {} } = options;
  const seen: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
    if (Object.hasOwn(ours, key)) continue;
    const call = { name: `${name}.${key}`, hint: builtin.hint };
    if (!("value" in property)) {
      define(seen, key, { get: () => gate.deny({ ...call, kind: "read" }, still[key]) });
    } else if (typeof property.value !== "function") {
      // Data, such as the names of signals: a copy, so that a program's changes stay its own.
      define(seen, key, { value: copied(property.value), writable: true });
    } else if (builtin.allowed === "all" || builtin.allowed.includes(key)) {
      define(seen, key, { value: property.value, writable: true });
    } else {
      const value = refused(`${call.name}()`, { key, hint: call.hint, gate, still: still[key] });
      define(seen, key, { value, writable: true });
    }
  }
  for (const [key, value] of Object.entries(ours)) define(seen, key, { value, writable: true });
  return seen;
}

/** A function or class that can be kept and extended, but is refused when it is called. */
export function refused(
  name: string,
  options: {
    readonly key: string;
    readonly hint: string;
    readonly gate: Gate;
    readonly still?: (() => unknown) | undefined;
  },
): object {
  const { key, hint, gate, still } = options;
  const call = function (): unknown {
    const shown = new.target === undefined ? name : `new ${name}`;
    return gate.deny<unknown>({ name: shown, hint }, still);
  };
  Object.defineProperty(call, "name", { value: key, configurable: true });
  return call;
}

function define(seen: object, key: string, property: PropertyDescriptor): void {
  Object.defineProperty(seen, key, { ...property, enumerable: true, configurable: true });
}

function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  try {
    return structuredClone(value);
  } catch {
    // An object with functions is not plain data.
    return undefined;
  }
}
