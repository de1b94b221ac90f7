import type { RunChance } from "./chance.ts";

/** A property that a step may not use, because a replay could not repeat its result. */
export interface GuardedCall {
  /** The object that owns or inherits the property. */
  readonly object: object;
  readonly key: string;
  /** The name for messages, such as `Math.random()`. */
  readonly name: string;
  /** What to use instead. */
  readonly hint: string;
  /**
   * What is refused: calling a function (the default), constructing a class, or reading a value or
   * a getter.
   */
  readonly kind?: "function" | "class" | "read";
  /** Whether to refuse a call with these arguments; without it, every call is refused. */
  when?(values: readonly unknown[]): boolean;
  /** A result that is the same in every run, for a step to get instead of a refusal. */
  instead?(...values: unknown[]): unknown;
  /** The result under `chance: "run"`, from the run; without it, the call is refused there too. */
  fromRun?(chance: RunChance, ...values: unknown[]): unknown;
  /** A fixed result for a package that makes the call while it is loaded. */
  still?(...values: unknown[]): unknown;
}

/** Hints that many calls share. */
export const INSTEAD = {
  clock: "take the time from ctx.step",
  chance: "use rng.random()",
  bytes: "use rng.uint32()",
  ids: "build an id from ctx.step and rng.uint32()",
  later: "compute the next state at once, in the step itself",
  memory: "keep what the step needs in its state",
  host: "pass what the step needs as a param",
  network: "fetch it before recording, into a file that the module reads at its top, or a param",
} as const;

/** What the calls of chance and of the clock give under `chance: "run"`. */
export const FROM_RUN: {
  random(chance: RunChance): number;
  time(chance: RunChance): number;
  elapsed(chance: RunChance): number;
  origin(chance: RunChance): number;
  date(chance: RunChance): string;
  fill(chance: RunChance, view: unknown): unknown;
  uuid(chance: RunChance): string;
} = {
  random: (chance) => chance.random(),
  time: (chance) => chance.time(),
  elapsed: (chance) => chance.elapsed(),
  origin: (chance) => chance.origin,
  date: (chance) => String(new Date(chance.time())),
  fill: (chance, view) => chance.fill(view),
  uuid: (chance) => chance.uuid(),
};

/**
 * The calls of the language whose results differ between two runs. They are called so often, and
 * compiled so well, that they are replaced only while a step runs.
 */
export function guardedLanguage(): GuardedCall[] {
  const { clock, chance, memory } = INSTEAD;
  const { random, time } = FROM_RUN;
  const calls: GuardedCall[] = [
    { object: Math, key: "random", name: "Math.random()", hint: chance, fromRun: random },
    { object: Date, key: "now", name: "Date.now()", hint: clock, still: () => 0, fromRun: time },
    { object: globalThis, key: "WeakRef", kind: "class", name: "new WeakRef()", hint: memory },
  ];
  const { Temporal, performance, crypto } = globalThis as unknown as Hosts;
  for (const key of Object.getOwnPropertyNames(Temporal?.Now ?? {})) {
    // The zone is pinned, so a replay gives the same one.
    if (key === "timeZoneId") continue;
    const object = Temporal?.Now as object;
    calls.push({ object, key, name: `Temporal.Now.${key}()`, hint: clock });
  }
  if (performance !== undefined) calls.push(performanceNow(performance));
  if (crypto !== undefined) {
    const { bytes, ids } = INSTEAD;
    calls.push(
      {
        object: crypto,
        key: "getRandomValues",
        name: "crypto.getRandomValues()",
        hint: bytes,
        fromRun: FROM_RUN.fill,
      },
      {
        object: crypto,
        key: "randomUUID",
        name: "crypto.randomUUID()",
        hint: ids,
        fromRun: FROM_RUN.uuid,
      },
    );
  }
  return calls;
}

interface Hosts {
  readonly Temporal?: { readonly Now: object };
  readonly performance?: object;
  readonly crypto?: object;
}

function performanceNow(performance: object): GuardedCall {
  const name = "performance.now()";
  const { elapsed: fromRun } = FROM_RUN;
  return { object: performance, key: "now", name, hint: INSTEAD.clock, still: () => 0, fromRun };
}

/**
 * The calls of a web host, and the rare ones of the language. Nobody calls these a million times a
 * second, so they are replaced for good with functions that ask whether a step is running.
 */
export function guardedHost(): GuardedCall[] {
  const global = globalThis as unknown as Readonly<Record<string, object | undefined>>;
  const { clock, later, memory, host, network, ids } = INSTEAD;
  const at =
    (owner: string, hint: string, more: Partial<GuardedCall> = {}) =>
    (path: string): GuardedCall[] => {
      const [first = "", ...rest] = owner.split(".");
      let object: unknown = first === "" ? globalThis : global[first];
      for (const key of rest) object = (object as Record<string, unknown> | undefined)?.[key];
      if (object === undefined || object === null) return [];
      const call = more.kind === "read" ? path : `${path}()`;
      const shown = owner
        .replace(/^Performance\.prototype$/, "performance")
        .replace(/\.prototype$/, "")
        .replace(/^SubtleCrypto$/, "crypto.subtle")
        .replace(/^Navigator$/, "navigator");
      const name = shown === "" ? call : `${shown}.${call}`;
      return [{ object: object as object, key: path, name, hint, ...more }];
    };
  const read = { kind: "read" } as const;
  return [
    ...["mark", "measure", "toJSON", "eventLoopUtilization", "timerify"].flatMap(
      at("Performance.prototype", clock),
    ),
    ...["getEntries", "getEntriesByName", "getEntriesByType"].flatMap(
      at("Performance.prototype", clock),
    ),
    ...at("Performance.prototype", clock, { ...read, fromRun: FROM_RUN.origin })("timeOrigin"),
    ...at("Performance.prototype", clock, read)("nodeTiming"),
    ...["mark", "measure", "toJSON", "eventLoopUtilization", "timerify", "nodeTiming"]
      .filter((key) => Object.hasOwn(global.performance ?? {}, key))
      .flatMap((key) => at("performance", clock, key === "nodeTiming" ? read : {})(key)),
    ...at("Event.prototype", clock, { ...read, still: () => 0 })("timeStamp"),
    ...at("File.prototype", clock, { ...read, still: () => 0 })("lastModified"),
    ...at("URL", ids)("createObjectURL"),
    ...at("WeakRef.prototype", memory)("deref"),
    // The language never promises to run its callbacks, so in a step they do not run.
    ...at("FinalizationRegistry.prototype", memory, { instead: () => undefined })("register"),
    ...at("Atomics", later)("waitAsync"),
    ...at("AbortSignal", later)("timeout"),
    ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"].flatMap(at("", later)),
    ...["requestAnimationFrame", "requestIdleCallback"].flatMap(at("", later)),
    ...at("MessagePort.prototype", later)("postMessage"),
    ...at("", network)("fetch"),
    ...["WebSocket", "EventSource", "XMLHttpRequest", "Worker"].flatMap(
      at("", network, { kind: "class" }),
    ),
    ...at("BroadcastChannel.prototype", later)("postMessage"),
    ...Object.getOwnPropertyNames(global.SubtleCrypto ? SubtleCrypto.prototype : {})
      .filter((key) => key !== "constructor")
      .flatMap(at("SubtleCrypto.prototype", later)),
    ...["hardwareConcurrency", "userAgent", "onLine", "deviceMemory"].flatMap(
      at("Navigator.prototype", host, read),
    ),
  ];
}
