import { INSTEAD } from "../../../replay/guarded.ts";
import { type BuiltinContext, builtinOf } from "./builtin.ts";
import { functionIn } from "./code-from-text.ts";
import { consoleOf } from "./console.ts";
import { dateOf } from "./date.ts";
import { refused } from "./facade.ts";
import type { Gate } from "./gate.ts";
import { LANGUAGE, WEB } from "./known-globals.ts";
import { microtasksOf, timersOf } from "./timers.ts";

/** The web's functions that let a program communicate or wait. */
const REFUSED: Readonly<Record<string, string>> = {
  fetch: INSTEAD.network,
  WebSocket: INSTEAD.network,
  EventSource: INSTEAD.network,
  Worker: INSTEAD.later,
  BroadcastChannel: INSTEAD.later,
  MessageChannel: INSTEAD.later,
  PerformanceObserver: INSTEAD.clock,
};

/**
 * The globals of a realm that are not the language's own: an allowlist, so that additions of a
 * later Node are missing until they are known to behave the same in every run.
 */
export function globalsOf(
  context: BuiltinContext,
  builtin: (name: string) => unknown,
): Record<string, unknown> {
  const { gate, locale } = context;
  const scope: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!LANGUAGE.has(name) && !WEB.has(name) && isName(name)) scope[name] = undefined;
  }
  for (const [key, hint] of Object.entries(REFUSED)) {
    if (key in globalThis) scope[key] = refused(`${key}()`, { key, hint, gate });
  }
  const timers = Object.keys(timersOf(gate));
  const timer = (name: string) => () =>
    (builtinOf("web:timers", context) as Record<string, unknown>)[name];
  const makers: Record<string, () => unknown> = {
    ...Object.fromEntries(timers.map((name) => [name, timer(name)])),
    Date: () => dateOf(gate),
    Math: () => mathOf(context),
    WeakRef: () => weakRefOf(gate),
    FinalizationRegistry: () => Registry,
    console: () => consoleOf(gate),
    crypto: () => builtinOf("web:crypto", context),
    navigator: () => navigatorOf(gate, locale),
    performance: () => builtinOf("web:performance", context),
    process: () => builtin("process"),
    queueMicrotask: () => microtasksOf(gate).queue,
    Function: () => functionIn(scope),
    globalThis: () => wholeOf(scope),
    global: () => scope.globalThis,
  };
  for (const [name, make] of Object.entries(makers)) defineLazily(scope, name, make);
  return scope;
}

/** Made on demand: most programs use few globals, and each checked block has a new realm. */
function defineLazily(scope: object, name: string, make: () => unknown): void {
  const value = (): unknown => {
    const made = make();
    Object.defineProperty(scope, name, { value: made, enumerable: true });
    return made;
  };
  Object.defineProperty(scope, name, { get: value, enumerable: true, configurable: true });
}

/** Whether a global can be shadowed by a parameter. */
function isName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !UNSHADOWED.has(name);
}

const UNSHADOWED: ReadonlySet<string> = new Set([
  ...["eval", "arguments", "undefined", "NaN", "Infinity", "globalThis", "global", "process"],
]);

/** The `globalThis` of this realm: an object with every global, which a program may change. */
function wholeOf(scope: Readonly<Record<string, unknown>>): object {
  const whole = {};
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(whole, name, { value, writable: true, configurable: true });
  };
  for (const name of [...LANGUAGE, ...WEB]) {
    const value = (globalThis as Record<string, unknown>)[name];
    if (value !== undefined) define(name, value);
  }
  for (const name of Object.keys(scope)) {
    const value = name === "globalThis" || name === "global" ? whole : scope[name];
    if (value !== undefined) define(name, value);
  }
  return whole;
}

function mathOf({ chance }: BuiltinContext): Math {
  const random = { value: () => chance.random(), writable: true, configurable: true };
  const properties = { ...Object.getOwnPropertyDescriptors(Math), random };
  return Object.defineProperties({}, properties) as Math;
}

/** A strong reference: a replay could not tell whether the target of a weak one is still alive. */
function weakRefOf(gate: Gate): unknown {
  const made = class {
    readonly #target: object;

    constructor(target: object) {
      gate.deny({ name: "new WeakRef()", hint: INSTEAD.memory }, () => undefined);
      this.#target = target;
    }

    deref(): object {
      return this.#target;
    }
  };
  return Object.defineProperty(made, "name", { value: "WeakRef" });
}

/** The language never promises to run its callbacks, so they do not run. */
class Registry {
  register(): void {}

  unregister(): boolean {
    return false;
  }
}
Object.defineProperty(Registry, "name", { value: "FinalizationRegistry" });

function navigatorOf(gate: Gate, locale: string): object {
  const call = {
    name: "navigator.hardwareConcurrency",
    hint: INSTEAD.host,
    kind: "read",
  } as const;
  return {
    userAgent: "rewind",
    language: locale,
    languages: [locale],
    get hardwareConcurrency(): number {
      return gate.deny(call, () => 1);
    },
  };
}
