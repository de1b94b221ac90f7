import { describe } from "../base/checks.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { ExternalPackage } from "../object/program.ts";
import type { LoadedProgram } from "../replay/programs.ts";
import type { AnySimulation } from "../replay/simulation.ts";
import { type ChosenSimulation, chooseSimulation } from "./choose-simulation.ts";
import { type Engine, engineModules, ownEngine } from "./engine-bridge.ts";
import { nodeGuard } from "./guard-node.ts";
import { type CompiledProgram, compileProgram } from "./program/compile.ts";
import { foldersOfExternals, loadExternals } from "./program/externals.ts";
import { plainRealm } from "./program/plain-realm.ts";
import type { Realm } from "./program/realm.ts";

/** A program to run. */
export interface LoadOptions {
  /** The bundle, as `bundle` made it. */
  readonly code: string;
  /** The module's name, for messages. */
  readonly module?: string;
  /** The export that is the simulation; chosen where it is left out. */
  readonly exportName?: string;
  /** The project folder: the packages that are not in the bundle are found from there. */
  readonly root: string;
  /** The packages that are not in the bundle. */
  readonly externals?: readonly ExternalPackage[];
  /** Makes the surroundings of one instance; Node as it is where it is left out. */
  readonly realm?: () => Realm;
  /** The modules that `rewind-engine` and `rewind-engine/random` are, as URLs; this engine's own. */
  readonly engine?: Engine;
}

/**
 * Runs a program and returns its simulation: the export `exportName`; else the default export
 * where it is a simulation, else the only export that is one. **This runs the code**: code that came
 * from elsewhere needs the user's trust first.
 *
 * The program sees this running engine as `rewind-engine`, installed or not. It runs from memory:
 * no file is written.
 *
 * Throws MODULE_FAILED (with the cause) where the program throws, PACKAGE_CHANGED where a package
 * that is not in the bundle is another or missing, EXPORT_NOT_FOUND and INVALID_SIMULATION.
 *
 * @example
 * ```ts
 * const { code, module, externals } = await bundle({ root, module: "walk.ts" });
 * const { simulation, fresh } = await loadProgram({ code, module, externals, root });
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
  const {
    code,
    root,
    externals = [],
    module = "the program",
    realm: newRealm = plainRealm,
  } = options;
  const engine = await engineModules(code, options.engine ?? ownEngine());
  const folders = foldersOfExternals(root, externals);
  const program = compiled(code, module);
  // The guard replaces some of Node's functions for good: before a program can take hold of them.
  const guard = nodeGuard();
  return async () => {
    try {
      const packages = await loadExternals(root, folders);
      const realm = newRealm();
      const host = (name: string): unknown => {
        const modules = [engine, packages].find((some) => some.has(name));
        return modules === undefined ? realm.builtin(name) : modules.get(name);
      };
      return await guard.watch(() => program.instantiate({ host, scope: realm.scope }));
    } catch (cause) {
      // What the realm refuses says itself what to do.
      if (isRewindError(cause)) throw cause;
      throw failure(module, cause);
    }
  };
}

function compiled(code: string, module: string): CompiledProgram {
  try {
    return compileProgram(code, `rewind:${encodeURI(module)}`);
  } catch (cause) {
    throw failure(module, cause);
  }
}

function failure(module: string, cause: unknown): RewindError {
  const thrown = typeof cause === "object" && cause !== null && "message" in cause;
  const [line = ""] = (thrown ? String(cause.message) : describe(cause)).split("\n");
  return new RewindError(
    "MODULE_FAILED",
    `${module} failed while it was loaded: ${line}`,
    { module },
    { cause },
  );
}
