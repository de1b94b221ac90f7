import { Buffer } from "node:buffer";
import crypto from "node:crypto";
import { builtinModules } from "node:module";
import process from "node:process";
import { FROM_RUN, type GuardedCall, INSTEAD } from "../../replay/guarded.ts";
import { builtinNamed } from "./builtins.ts";

/** The parts of the process itself that differ between two runs. */
export function guardedProcess(): GuardedCall[] {
  const { clock, host, later } = INSTEAD;
  const of =
    (hint: string, more: Partial<GuardedCall> = {}) =>
    (key: string): GuardedCall => {
      const name = more.kind === "read" ? `process.${key}` : `process.${key}()`;
      return { object: process, key, name, hint, when: askedByOthers, ...more };
    };
  return [
    // hrtime.bigint before hrtime, whose replacement takes over the properties it finds.
    { object: process.hrtime, key: "bigint", name: "process.hrtime.bigint()", hint: clock },
    ...["hrtime", "uptime", "cpuUsage", "threadCpuUsage", "resourceUsage"].map(of(clock)),
    { object: process.memoryUsage, key: "rss", name: "process.memoryUsage.rss()", hint: host },
    ...["memoryUsage", "constrainedMemory", "availableMemory"].map(of(host)),
    // This includes calls by path.resolve().
    of(host, { when: () => true })("cwd"),
    ...["getActiveResourcesInfo", "umask", "loadEnvFile"].map(of(host)),
    ...["getuid", "geteuid", "getgid", "getegid", "getgroups"].map(of(host)),
    ...["nextTick", "kill", "chdir", "dlopen", "getBuiltinModule", "exit", "abort"].map(of(later)),
    ...["pid", "ppid", "argv", "argv0", "execArgv", "execPath", "title", "env"].map(
      of(host, { kind: "read" }),
    ),
    // Uninitialized memory: its contents are arbitrary.
    ...["allocUnsafe", "allocUnsafeSlow"].map((key) => ({
      object: Buffer,
      key,
      name: `Buffer.${key}()`,
      hint: "use Buffer.alloc()",
      instead: (size: unknown) => Buffer.alloc(size as number),
    })),
    ...ecdh(),
  ];
}

/** Whether code outside Node is calling: to print a line, Node itself reads variables and waits. */
function askedByOthers(): boolean {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = 12;
    Error.prepareStackTrace = (_, frames) => frames;
    const frames = new Error().stack as unknown as readonly NodeJS.CallSite[];
    const watched = frames.findIndex((frame) => frame.getFunctionName()?.includes("askedByOthers"));
    // This function, the guard's question, and the watched property itself.
    return frames[watched + 3]?.getFileName()?.startsWith("node:") !== true;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace as NonNullable<typeof prepareStackTrace>;
  }
}

/** Key generation is also a method of an object. */
function ecdh(): GuardedCall[] {
  const { ECDH, DiffieHellman } = crypto as unknown as Record<string, { prototype: object }>;
  return Object.entries({ ECDH, DiffieHellman }).flatMap(([name, made]) =>
    made === undefined
      ? []
      : [
          {
            object: made.prototype,
            key: "generateKeys",
            name: `crypto.${name}.generateKeys()`,
            hint: INSTEAD.bytes,
          },
        ],
  );
}

/**
 * The functions of Node's loaded modules that may differ between two runs: all that are not known
 * to give the same result. Loading the other modules would take longer than a command.
 */
export function guardedModules(seen: Set<string>): GuardedCall[] {
  const loaded = new Set(
    loadedModules()
      .filter((line) => line.startsWith("NativeModule "))
      .map((line) => line.slice("NativeModule ".length)),
  );
  return builtinModules.flatMap((name) => {
    if (seen.has(name) || !loaded.has(name) || name.startsWith("_") || LEFT.has(name)) return [];
    seen.add(name);
    const { allowed, hint } = builtinNamed(name);
    if (allowed === "all") return [];
    const module = process.getBuiltinModule(name) as Record<string, unknown> | undefined;
    if (module === undefined) return [];
    return Object.entries(Object.getOwnPropertyDescriptors(module))
      .filter(([key, { value }]) => typeof value === "function" && !allowed.includes(key))
      .map(([key]) => ({
        object: module,
        key,
        name: `${name.replaceAll("/", ".")}.${key}()`,
        hint: HINTS[key] ?? hint,
        ...(name === "crypto" && key in DRAWN && { fromRun: DRAWN[key] as FromRun }),
      }));
  });
}

/** The modules that are loaded, by Node itself or by a program. */
export function loadedModules(): readonly string[] {
  return (process as unknown as { moduleLoadList: readonly string[] }).moduleLoadList;
}

/** `process` has a separate list; the others have only classes, or nothing that differs. */
const LEFT: ReadonlySet<string> = new Set(["process", "console", "module", "vm", "wasi", "test"]);

type FromRun = NonNullable<GuardedCall["fromRun"]>;

/** What `node:crypto` has beside the web's crypto that the run can give. */
const DRAWN: Readonly<Record<string, FromRun>> = {
  getRandomValues: FROM_RUN.fill,
  randomUUID: FROM_RUN.uuid,
};

const HINTS: Readonly<Record<string, string>> = {
  randomInt: "use rng.integer(low, high)",
  randomUUID: INSTEAD.ids,
};
