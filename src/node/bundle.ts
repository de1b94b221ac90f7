import { realpath } from "node:fs/promises";
import { dirname, relative, sep } from "node:path";
import type { BuildOptions, BuildResult, Message } from "esbuild";
import { RewindError } from "../base/errors.ts";
import { engineImports } from "./engine-imports.ts";
import { findModule } from "./find-module.ts";
import { NAMESPACE, programPlugin } from "./program-plugin.ts";
import { nearestConfig, type Source, sourcesOf } from "./sources.ts";

/** A user's module and its local imports, as one program. */
export interface Bundle {
  /** The program: what is digested, stored and run. */
  readonly code: string;
  /** The module's path relative to the project folder, with `/`. */
  readonly module: string;
  /** The packages that the program imports, with the versions installed, sorted by name. */
  readonly packages: ReadonlyArray<readonly [name: string, version: string]>;
  /** The local files that are in the program, relative to the project folder, with `/`, sorted. */
  readonly inputs: readonly string[];
  /** What the code was made from, for `rememberInputs`: the inputs and the settings they obey. */
  readonly sources: readonly Source[];
}

/**
 * Bundles a TypeScript or JavaScript module with its local imports into one program. The bytes
 * depend on the files in the folder `root` alone: not on where it lies, nor on the working
 * directory, nor on a package.json or tsconfig.json further up.
 *
 * - Local files are TypeScript, JavaScript and JSON, and lie in `root`. Others are refused, since
 *   they would be read at run time and so not be recorded.
 * - Packages and Node's modules stay imports. They are imported, not required, and can be found
 *   from `root`, because that is from where the program runs.
 * - `import("./lazy.ts")` is bundled; `import(name)` is refused, for it would load what is not recorded.
 * - `import.meta` is an empty object, so that `import.meta.url` is undefined: it would tie the
 *   program to a folder. `if (import.meta.url === …) main()` thus does nothing.
 *   `__dirname` does not exist, as in any module.
 *
 * `entry.module` is relative to `root`, or absolute. Throws MODULE_NOT_FOUND, and MODULE_FAILED
 * with file, line and column.
 *
 * @example
 * ```ts
 * const { code, packages } = await bundle({ root: process.cwd(), module: "walk.ts" });
 * ```
 */
export async function bundle(entry: {
  readonly root: string;
  readonly module: string;
}): Promise<Bundle> {
  const root = await realpath(entry.root);
  const file = await findModule(root, entry.module);
  const module = relative(root, file).split(sep).join("/");
  const packages = new Map<string, string>();
  const sources = sourcesOf(root);
  const config = await nearestConfig(root, dirname(file));
  const options = {
    entryPoints: [`./${module}`],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    charset: "utf8",
    legalComments: "none",
    sourcemap: false,
    logLevel: "silent",
    define: { "import.meta": "{}" },
    logOverride: { "unsupported-dynamic-import": "error", "unsupported-require-call": "error" },
    // Said outright, since esbuild would else look for one in every folder up to the disk's root.
    ...(config === undefined ? { tsconfigRaw: "{}" } : { tsconfig: config }),
    plugins: [programPlugin({ root, packages, sources })],
  } satisfies BuildOptions;

  let built = await build(options, module);
  if (!built.engineImportsAreClear) {
    // A text in backquotes has a line that reads as an import of the engine. As a plain string, in
    // which a line's end is written \n, it cannot.
    built = await build({ ...options, supported: { "template-literal": false } }, module);
  }
  if (!built.engineImportsAreClear) {
    throw new RewindError(
      "MODULE_FAILED",
      `${module}: expected each import of rewind-engine to be a statement of its own`,
      { module },
    );
  }
  if (config !== undefined) await sources.addConfig(config);
  return {
    code: built.code,
    module,
    packages: [...packages].sort(([a], [b]) => (a < b ? -1 : 1)),
    inputs: built.inputs,
    sources: await sources.list(),
  };
}

interface Built {
  readonly code: string;
  readonly inputs: readonly string[];
  /** Whether `engineImports` finds in the code the engine's imports and nothing else. */
  readonly engineImportsAreClear: boolean;
}

async function build(options: BuildOptions, module: string): Promise<Built> {
  // Only here, since it takes 30 ms to load and most commands bundle nothing.
  const esbuild = await import("esbuild");
  let result: BuildResult;
  try {
    result = await esbuild.build(options);
  } catch (error) {
    throw buildError(error, module);
  }
  const code = result.outputFiles?.[0]?.text ?? "";
  const imports = Object.values(result.metafile?.outputs ?? {})[0]?.imports ?? [];
  const engine = imports.filter(({ path }) => /^rewind-engine(\/|$)/.test(path));
  const inputs = Object.keys(result.metafile?.inputs ?? {})
    .filter((name) => name.startsWith(`${NAMESPACE}:`))
    .map((name) => name.slice(NAMESPACE.length + 1))
    .sort();
  return { code, inputs, engineImportsAreClear: engineImports(code).length === engine.length };
}

/** The first of esbuild's errors, as `file:line:column: text`. */
function buildError(error: unknown, module: string): RewindError {
  const messages = (error as { errors?: readonly Message[] }).errors ?? [];
  const [first] = messages;
  if (first === undefined) {
    return new RewindError(
      "MODULE_FAILED",
      `${module}: ${lineOf(error)}`,
      { module },
      { cause: error },
    );
  }
  const { location } = first;
  const where =
    location === null
      ? module
      : `${location.file.replace(`${NAMESPACE}:`, "")}:${location.line}:${location.column + 1}`;
  const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : "";
  const text = first.text.replace(/\s*\n\s*/g, " ");
  return new RewindError("MODULE_FAILED", `${where}: ${text}${more}`, { module, where });
}

function lineOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";
}
