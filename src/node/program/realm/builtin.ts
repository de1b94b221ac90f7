import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import url from "node:url";
import { builtinNamed, shortName } from "../../host/builtins.ts";
import type { Chance } from "./chance.ts";
import { cryptoOf } from "./crypto.ts";
import { facade } from "./facade.ts";
import { filesOf } from "./files.ts";
import type { Gate } from "./gate.ts";
import type { Inputs } from "./inputs.ts";
import { PROJECT } from "./paths.ts";
import { performanceOf } from "./performance.ts";
import { processOf } from "./process.ts";
import { timersOf } from "./timers.ts";
import type { Variables } from "./variables.ts";

/** What the modules of one realm share. */
export interface BuiltinContext {
  readonly gate: Gate;
  readonly root: string;
  readonly chance: Chance;
  readonly inputs: Inputs;
  readonly variables: Variables;
  readonly locale: string;
  /** The requested modules: a module is the same object each time. */
  readonly modules: Map<string, unknown>;
}

/** A module of Node in a realm. */
export function builtinOf(name: string, context: BuiltinContext): unknown {
  const short = shortName(name);
  const { modules } = context;
  if (!modules.has(short)) modules.set(short, (OURS[short] ?? asFacade(short))(context));
  return modules.get(short);
}

/** Unlike process.getBuiltinModule, it works while a step runs, when the realm may be asked. */
const load = createRequire(import.meta.url);

type Make = (context: BuiltinContext) => unknown;

/** The modules that we replace in part. The web's globals have `web:` names. */
const OURS: Readonly<Record<string, Make>> = {
  fs: (context) => {
    const { gate, inputs, root } = context;
    const { sync } = filesOf(inputs, gate, root);
    const ours = { ...sync, promises: builtinOf("fs/promises", context) };
    return facade(fs, { name: "fs", builtin: builtinNamed("fs"), gate, ours });
  },
  "fs/promises": ({ gate, inputs, root }) => {
    const { promises } = filesOf(inputs, gate, root);
    const builtin = builtinNamed("fs/promises");
    return facade(fsPromises, { name: "fs.promises", builtin, gate, ours: promises });
  },
  path: () => projectPath(),
  "path/posix": (context) => builtinOf("path", context),
  url: () => ({
    ...url,
    fileURLToPath: (given: string | URL) => decodeURIComponent(new URL(given).pathname),
    pathToFileURL: (given: string) =>
      new URL(
        `file://${projectPath().resolve(given).split("/").map(encodeURIComponent).join("/")}`,
      ),
  }),
  process: (context) =>
    processOf(context.gate, context.variables, (name) => builtinOf(name, context)),
  crypto: (context) => {
    const made = cryptoOf(context.gate, context.chance);
    context.modules.set("web:crypto", made.web);
    return made.module;
  },
  "web:crypto": (context) => {
    builtinOf("crypto", context);
    return context.modules.get("web:crypto");
  },
  "web:performance": ({ gate }) => performanceOf(gate),
  "web:timers": ({ gate }) => timersOf(gate),
  perf_hooks: asFacade("perf_hooks", (context) => ({
    ours: { performance: builtinOf("web:performance", context) },
  })),
  timers: asFacade("timers", (context) => ({
    ours: builtinOf("web:timers", context) as Record<string, unknown>,
  })),
  // Whether there is a terminal for colours: never.
  tty: asFacade("tty", () => ({ ours: { isatty: () => false } })),
  os: asFacade("os", () => ({ still: OS })),
  module: asFacade("module", (context) => ({ ours: { createRequire: () => requireOf(context) } })),
};

/** What a package sees of the machine while it is loaded. */
const OS: Readonly<Record<string, () => unknown>> = {
  cpus: () => [{ model: "", speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }],
  availableParallelism: () => 1,
  freemem: () => 0,
  homedir: () => PROJECT,
  hostname: () => "localhost",
  release: () => "",
  tmpdir: () => "/tmp",
  totalmem: () => 0,
};

function asFacade(
  name: string,
  more: (context: BuiltinContext) => {
    readonly ours?: Readonly<Record<string, unknown>>;
    readonly still?: Readonly<Record<string, () => unknown>>;
  } = () => ({}),
): Make {
  return (context) => {
    const module = isBuiltin(`node:${name}`) ? (load(`node:${name}`) as unknown) : undefined;
    const builtin = builtinNamed(name);
    // A module that is a function, such as events, is extended by others, so it is passed through.
    if (typeof module === "function" && builtin.allowed === "all") return module;
    if (module === undefined || module === null) return undefined;
    const shown = name.replaceAll("/", ".");
    return facade(module, { name: shown, builtin, gate: context.gate, ...more(context) });
  };
}

/** `node:path` with `/project` as the current folder; the same on every system. */
function projectPath(): typeof path.posix {
  const { posix } = path;
  const resolve = (...parts: string[]): string => posix.resolve(PROJECT, ...parts);
  const relative = (from: string, to: string): string => posix.relative(resolve(from), resolve(to));
  const made = { ...posix, resolve, relative };
  return Object.assign(made, { posix: made });
}

/**
 * The result of `createRequire`: it loads Node's modules; packages are already part of the program.
 */
function requireOf(context: BuiltinContext): (name: string) => unknown {
  return (name) => {
    const module = context.gate.isLoading ? builtinOf(name, context) : undefined;
    if (module !== undefined) return module;
    const hint = "import it by a name in quotes";
    return context.gate.deny({ name: `require(${JSON.stringify(name)})`, hint });
  };
}
