import { isRewindError, RewindError } from "../../base/errors.ts";
import { messageOf } from "../../base/reason.ts";
import type { ExternalPackage } from "../../object/program.ts";
import type { LoadedProgram, SourcePart } from "../../replay/programs.ts";
import { nodeGuard } from "../host/guard-node.ts";
import { type ChosenSimulation, chooseSimulation } from "./choose-simulation.ts";
import { type CompiledProgram, compileProgram } from "./compile.ts";
import { type Engine, engineModules, ownEngine } from "./engine-bridge.ts";
import { foldersOfExternals, loadExternals } from "./externals.ts";
import {
  classPlaceIn,
  type PackageOfLine,
  type PlaceOf,
  type ProgramMap,
  packagesByLine,
  placesIn,
  placesInFiles,
  placesInRecorded,
} from "./locate.ts";
import { ENGINE } from "./packages.ts";
import { plainRealm } from "./plain-realm.ts";
import { type Captured, createRealm, type ProgramRealm, type Realm } from "./realm.ts";
import { type ScriptCalls, scriptCalls } from "./script-calls.ts";

/** A program to run. */
export interface LoadOptions {
  /** The bundle, as `bundle` made it. */
  readonly code: string;
  /** The module's name, for messages. */
  readonly module?: string;
  /** The export that is the simulation; chosen if it is left out. */
  readonly exportName?: string;
  /** Whether the program is about to be recorded: no member of its simulation may be misspelt. */
  readonly isNew?: boolean;
  /** The project folder, from which packages outside the bundle are found. */
  readonly root: string;
  /** The packages that are not in the bundle. */
  readonly externals?: readonly ExternalPackage[];
  /** The parts of the code: each package's and the user's own; all of it is the user's unless given. */
  readonly parts?: readonly SourcePart[];
  /** Where the code comes from, for the places in errors; without it, they are places in `parts`. */
  readonly map?: ProgramMap | undefined;
  /** The inputs of the recording, which the program gets again. */
  readonly captured?: Captured | undefined;
  /** The largest file to keep among those that the program reads while it is loaded. */
  readonly inputsLimitBytes?: number;
  /**
   * The modules for `rewind-engine` and `rewind-engine/random`, as URLs; by default this engine's
   * own.
   */
  readonly engine?: Engine;
}

/**
 * Runs a program and returns its simulation: the export `exportName`; else the default export if it
 * is a simulation, else the only export that is one. **This runs the code**: the user must first
 * trust code that came from elsewhere.
 *
 * The program sees this running engine as `rewind-engine`, installed or not. It runs from memory:
 * no file is written.
 *
 * Throws MODULE_FAILED (with the cause) if the program throws, PACKAGE_CHANGED if a package outside
 * the bundle has changed or is missing, EXPORT_NOT_FOUND and INVALID_SIMULATION.
 *
 * @example
 * ```ts
 * const { code, module, externals } = await bundle({ root, module: "walk.ts" });
 * const { simulation, fresh } = await loadProgram({ code, module, externals, root });
 * ```
 */
export async function loadProgram(options: LoadOptions): Promise<LoadedSimulation> {
  const { module = "the program", root, isNew = false } = options;
  const { inputsLimitBytes = INPUTS_LIMIT_BYTES } = options;
  const run = await runnable(options);
  const guard = nodeGuard();
  const filename = filenameOf(module);
  const packageOf = options.parts === undefined ? () => undefined : packagesByLine(options.parts);
  const placeOf = placesOf(module, options, packageOf);
  const located = placeOf && { filename, placeOf };
  let { captured, exportName } = options;
  const load = async (): Promise<LoadedSimulation> => {
    const realm = createRealm({
      root,
      mode: captured === undefined ? "record" : "replay",
      ...(captured && { captured }),
      limitBytes: inputsLimitBytes,
      filename,
      isPackageLine: (line) => packageOf(line) !== undefined,
      guard,
      variables: process.env,
    });
    const exports = await loadModule(realm, run, options);
    // Later instances get the inputs of the first, even if the files have changed since.
    captured ??= realm.recorded();
    const chosen = chooseSimulation({ exports, module, wanted: exportName, isNew });
    ({ exportName } = chosen);
    const places = located && {
      places: (stack: string) => placesIn(stack, located),
      classPlace: (name: string) => classPlaceIn(options.code, name, located),
    };
    const portable = portableOf({ ...options, ...(exportName && { exportName }), captured });
    return { ...chosen, captured, portable, place: realm.place, fresh: load, ...places };
  };
  return load();
}

function placesOf(
  module: string,
  { map, parts }: LoadOptions,
  packageOf: PackageOfLine,
): PlaceOf | undefined {
  if (map !== undefined) return placesInFiles(map, packageOf);
  return parts && placesInRecorded(module, parts);
}

/** What another thread needs to load the same program. */
function portableOf(options: LoadOptions): LoadOptions | undefined {
  // Another engine's modules are in this thread alone.
  if (options.engine !== undefined) return undefined;
  const { code, module, exportName, root, externals, parts, map, captured } = options;
  return {
    ...{ code, root, map, captured },
    ...(module !== undefined && { module }),
    ...(exportName !== undefined && { exportName }),
    ...(externals !== undefined && { externals }),
    ...(parts !== undefined && { parts }),
  };
}

/** Loads a program's module, which may not record with the engine meanwhile. */
async function loadModule(
  realm: ProgramRealm,
  run: Runnable,
  { code, module = "the program" }: LoadOptions,
): Promise<Record<string, unknown>> {
  const calls: ScriptCalls[] = [];
  const watched = (engine: object): object => {
    const watch = scriptCalls(module, code, engine);
    calls.push(watch);
    return watch.engine;
  };
  const refused = (): RewindError | undefined => calls.map((one) => one.refused()).find(Boolean);
  try {
    const exports = await realm.load(() => run(realm, watched));
    const error = refused();
    if (error !== undefined) throw error;
    return exports;
  } catch (cause) {
    throw refused() ?? failure(module, cause);
  } finally {
    for (const one of calls) one.loaded();
  }
}

/** A loaded program: its simulation, and the inputs that it read while it was loaded. */
export interface LoadedSimulation extends ChosenSimulation, LoadedProgram {
  readonly captured: Captured;
  fresh(): Promise<LoadedSimulation>;
}

const INPUTS_LIMIT_BYTES = 16 << 20;

/**
 * Runs a program as Node runs a module, and returns all its exports: for functions that are called
 * once and whose results are recorded. Throws as `loadProgram` does.
 */
export async function loadExports(options: LoadOptions): Promise<Record<string, unknown>> {
  const { module = "the program" } = options;
  const run = await runnable(options);
  try {
    return await run(plainRealm());
  } catch (cause) {
    throw failure(module, cause);
  }
}

/** Runs a program in a new instance; `watched` gives its view of the engine. */
type Runnable = (
  realm: Realm,
  watched?: (engine: object) => object,
) => Promise<Record<string, unknown>>;

/** Makes a function that runs a program in a new instance on each call. */
async function runnable(options: LoadOptions): Promise<Runnable> {
  const { code, root, externals = [], module = "the program" } = options;
  const engine = await engineModules(code, options.engine ?? ownEngine());
  const folders = foldersOfExternals(root, externals);
  const program = compiled(code, module);
  return async ({ scope, builtin }, watched = (module) => module) => {
    const packages = await loadExternals(root, folders);
    const main = engine.get(ENGINE);
    const seen = main === undefined ? engine : new Map([...engine, [ENGINE, watched(main)]]);
    const host = (name: string): unknown => {
      const modules = [seen, packages].find((some) => some.has(name));
      return modules === undefined ? builtin(name) : modules.get(name);
    };
    return namesOf(await program.instantiate({ host, scope }), code);
  };
}

/** The exports by name. A bundle of a CommonJS module has only `module.exports`, as its default. */
function namesOf(exports: Record<string, unknown>, code: string): Record<string, unknown> {
  const whole = exports.default;
  const isCommonJs = /\bexport default require_\w+\(\);\s*$/.test(code);
  if (!isCommonJs || typeof whole !== "object" || whole === null) return exports;
  // What a compiler made of an ES module has that module's default.
  return "__esModule" in whole ? { ...whole } : { ...whole, default: whole };
}

/** The name in stack traces. */
function filenameOf(module: string): string {
  return `rewind:${encodeURI(module)}`;
}

function compiled(code: string, module: string): CompiledProgram {
  try {
    return compileProgram(code, filenameOf(module));
  } catch (cause) {
    throw failure(module, cause);
  }
}

function failure(module: string, cause: unknown): RewindError {
  // The realm's own refusals already say what to do.
  if (isRewindError(cause)) return cause;
  return new RewindError(
    "MODULE_FAILED",
    `${module} failed while it was loaded: ${messageOf(cause)}`,
    { module },
    { cause },
  );
}
