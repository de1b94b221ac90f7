import { isBuiltin } from "node:module";
import { isAbsolute, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import type { LoadedProgram } from "../replay/programs.ts";
import type { AnySimulation } from "../replay/simulation.ts";
import { type ChosenSimulation, chooseSimulation } from "./choose-simulation.ts";
import { type Engine, ownEngine, withEngine } from "./engine-bridge.ts";
import { specifiers } from "./engine-imports.ts";
import { nodeGuard } from "./guard-node.ts";
import { packageName } from "./packages.ts";
import { writeProgramFile } from "./program-file.ts";

/** A program to run. */
export interface LoadOptions {
  /** The bundle, as `bundle` made it. */
  readonly code: string;
  /** The module's name, for messages. */
  readonly module?: string;
  /** The export that is the simulation; chosen where it is left out. */
  readonly exportName?: string;
  /** The project folder: packages are found from there. */
  readonly root: string;
  /** Where a program that imports packages is written, in `root`: `.rewind/local/programs`. */
  readonly cacheDirectory: string;
  /** The modules that `rewind-engine` and `rewind-engine/random` are, as URLs; this engine's own. */
  readonly engine?: Engine;
}

/**
 * Runs a program and returns its simulation: the export `exportName`; else the default export
 * where it is a simulation, else the only export that is one. **This runs the code**: code that came
 * from elsewhere needs the user's trust first.
 *
 * The program sees this running engine as `rewind-engine`, installed or not. Where it imports no
 * packages it runs from memory, and no file is written.
 *
 * Throws MODULE_FAILED (with the cause) where the program throws or a package is missing,
 * EXPORT_NOT_FOUND, INVALID_SIMULATION, and STORE_READ_ONLY, STORE_FULL or FILE_FAILED where the
 * program has to be written and cannot be.
 *
 * @example
 * ```ts
 * const { code, module } = await bundle({ root, module: "walk.ts" });
 * const { simulation } = await loadProgram({ code, module, root, cacheDirectory });
 * ```
 */
export async function loadProgram(
  options: LoadOptions,
): Promise<ChosenSimulation & Required<Pick<LoadedProgram, "fresh">>> {
  const { module = "the program" } = options;
  const run = await runnable(options);
  const chosen = chooseSimulation({ exports: await run(), module, wanted: options.exportName });
  const wanted = chosen.exportName;
  const fresh = async (): Promise<AnySimulation> =>
    chooseSimulation({ exports: await run(), module, wanted }).simulation;
  return { ...chosen, fresh };
}

/** Runs a program and returns all that it exports; throws as `loadProgram` does. */
export async function loadExports(options: LoadOptions): Promise<Record<string, unknown>> {
  return (await runnable(options))();
}

/** What runs a program, each time in an instance of its own. */
async function runnable(options: LoadOptions): Promise<() => Promise<Record<string, unknown>>> {
  const { code, root, cacheDirectory, module = "the program" } = options;
  const text = await withEngine(code, options.engine ?? ownEngine());
  const packages = [...new Set(packagesIn(text))];
  let url: string;
  if (packages.length === 0) {
    // The name stands in stack traces, where the address would fill the screen with its contents.
    const named = `${text}\n//# sourceURL=rewind:${encodeURI(module)}\n`;
    url = `data:text/javascript;base64,${Buffer.from(named).toString("base64")}`;
  } else {
    checkInside(cacheDirectory, root);
    url = pathToFileURL(await writeProgramFile({ text, cacheDirectory, packages })).href;
  }
  // A fragment makes it another module to Node, with variables of its own.
  return () => importProgram(`${url}#${++instances}`, module);
}

let instances = 0;

/** The packages that a program imports; what has an address, as the engine's bridge, is none. */
function packagesIn(text: string): string[] {
  return specifiers(text)
    .filter((name) => !isBuiltin(name) && !/^[a-z]+:/.test(name))
    .map(packageName);
}

function checkInside(cacheDirectory: string, root: string): void {
  const path = relative(root, cacheDirectory);
  if (!path.startsWith("..") && !isAbsolute(path)) return;
  throw new RewindError(
    "INVALID_ARGUMENT",
    "expected the programs' folder to lie in the project folder: packages are found from there",
    { name: "cacheDirectory" },
  );
}

async function importProgram(url: string, module: string): Promise<Record<string, unknown>> {
  try {
    return await nodeGuard().watch(() => import(/* @vite-ignore */ url));
  } catch (cause) {
    throw new RewindError("MODULE_FAILED", `${module} ${problemOf(cause)}`, { module }, { cause });
  }
}

/** What went wrong, in one line and without the program's address. */
function problemOf(error: unknown): string {
  const thrown = typeof error === "object" && error !== null && "message" in error;
  const message = thrown ? String(error.message) : describe(error);
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1];
  if (missing !== undefined && thrown && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") {
    return `imports "${missing}", which is not installed`;
  }
  const [line = ""] = message
    .replace(/data:text\/javascript[^'"\s]*/g, "rewind-engine")
    .split("\n");
  return `failed while it was loaded: ${line}`;
}
