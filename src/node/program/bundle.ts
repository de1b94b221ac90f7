import { realpath } from "node:fs/promises";
import { dirname, parse, relative, sep } from "node:path";
import type { BuildOptions, BuildResult, Message } from "esbuild";
import type { RewindError } from "../../base/errors.ts";
import type { ExternalPackage } from "../../object/program.ts";
import type { SourcePart } from "../../replay/programs.ts";
import { buildError } from "./build-error.ts";
import { type Engine, type EngineEntry, exportsOfEngine, ownEngine } from "./engine-bridge.ts";
import { externalsOf } from "./externals.ts";
import { FILE_META } from "./file-meta.ts";
import { findModule } from "./find-module.ts";
import { NO_REQUIRE, NODE_INTEROP } from "./interop.ts";
import type { ProgramMap } from "./locate.ts";
import { mayRename, withNames } from "./names.ts";
import { labelOf, type Met, OWN, programPlugin } from "./program-plugin.ts";
import { quietBuild } from "./quiet-esbuild.ts";
import { type PackageSource, type Source, type Sources, sourcesOf } from "./sources.ts";
import { repeatsComment, splitBundle } from "./split.ts";
import { type Options, tsconfigFor } from "./tsconfig.ts";

/** A user's module and everything that it imports, as one program. */
export interface Bundle {
  /** The program that is digested, stored and run: an ES module without imports. */
  readonly code: string;
  /** The same in parts, by package. */
  readonly parts: readonly SourcePart[];
  /** Where each line of it comes from. */
  readonly map: ProgramMap;
  /** The module's path relative to the project folder, with `/`. */
  readonly module: string;
  /** The packages that cannot be bundled, sorted by name. */
  readonly externals: readonly ExternalPackage[];
  /** The local files that are in the program, relative to the project folder, with `/`, sorted. */
  readonly inputs: readonly string[];
  /**
   * The files that the code was made from, for `rememberInputs`: sources and the settings that
   * apply to them.
   */
  readonly sources: readonly Source[];
  /** The same of packages. */
  readonly packageSources: readonly PackageSource[];
}

/**
 * Bundles a TypeScript or JavaScript module with everything that it imports into one program. The
 * bytes depend only on the files in the folder `root` and on the packages: not on their location,
 * on the working directory, or on a package.json or tsconfig.json further up.
 *
 * - Local files are code, JSON, WebAssembly (as bytes) and text, and must be in `root`.
 * - Packages are bundled whole, wherever they are linked from. A package with native addons, or one
 *   that computes what it loads, stays outside and is listed in `externals`.
 * - Node's modules and `rewind-engine` are requested through `__rewind_host(name)`.
 * - `import("./lazy.ts")` is bundled; `import(name)` is refused, because it would load unrecorded
 *   code.
 * - `import.meta.url`, `__dirname` and the like name a path below `/project`, wherever the project
 *   is. `process.env.NODE_ENV` is "production".
 *
 * `entry.module` is relative to `root`, or absolute. Throws MODULE_NOT_FOUND, and MODULE_FAILED
 * with file, line and column.
 *
 * @example
 * ```ts
 * const { code, parts } = await bundle({ root: process.cwd(), module: "walk.ts" });
 * ```
 */
export async function bundle(entry: Entry): Promise<Bundle> {
  const { imports, ...bundled } = await bundleCode(entry);
  return { ...bundled, externals: externalsOf(imports) };
}

/** What to bundle. */
interface Entry {
  readonly root: string;
  readonly module: string;
  /** The modules that programs get for `rewind-engine`, as URLs; this engine's own. */
  readonly engine?: Engine;
}

/** A bundle whose packages outside are not digested, which takes long for large ones. */
export interface BundledCode extends Omit<Bundle, "externals"> {
  readonly imports: Met["externals"];
}

/** The same as `bundle`, to compare the code. */
export async function bundleCode(entry: Entry): Promise<BundledCode> {
  const root = await realpath(entry.root);
  const file = await findModule(root, entry.module);
  const module = relative(root, file).split(sep).join("/");
  const { compilerOptions, files } = tsconfigFor(root, dirname(file));
  const outside = new Set<string>();
  const { engine = ownEngine() } = entry;
  const attempt = (more: BuildOptions): Promise<Attempt> =>
    build({
      root,
      module,
      engine,
      outside,
      compilerOptions,
      options: { ...optionsFor(root, module, compilerOptions), ...more },
    });

  const whole = async (more: BuildOptions): Promise<Attempt> => {
    let built = await attempt(more);
    // A package that cannot be bundled is found only on the way; the bundle is then made again
    // without it.
    while (built.again) built = await attempt(more);
    return built;
  };
  let more: BuildOptions = {};
  let built = await whole(more);
  if (repeatsComment(built.code, built.labels)) {
    // A text in backquotes may have a line like the comment before a file. A plain string, which
    // writes line ends as \n, cannot: then all comments are real.
    more = { supported: { "template-literal": false } };
    built = await whole(more);
  }
  if (mayRename(built)) built = withNames(built, await whole({ ...more, keepNames: true }));
  const parts = splitBundle(built.code, built.labels);
  for (const file of files) built.sources.addSettings(file);
  return {
    code: parts.map((part) => part.code).join(""),
    parts,
    map: { json: built.mapJson, shift: built.shift },
    module,
    imports: built.externals,
    inputs: built.inputs,
    sources: built.sources.list(),
    packageSources: built.sources.packages(),
  };
}

interface Attempt extends Pick<Met, "externals"> {
  readonly code: string;
  readonly mapJson: string;
  readonly shift: number;
  readonly inputs: readonly string[];
  /** The package of each file in the bundle, by the name in the comment before it. */
  readonly labels: ReadonlyMap<string, string | undefined>;
  readonly sources: Sources;
  /** Whether it must be made again, with more packages outside. */
  readonly again: boolean;
}

function optionsFor(root: string, module: string, compilerOptions: Options): BuildOptions {
  return {
    entryPoints: [`./${module}`],
    // Not in the project: esbuild would look there and above for the manifest of Yarn Plug'n'Play, which
    // leads to more files that it reads, and to packages in archives, which cannot be bundled.
    absWorkingDir: parse(root).root,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // Resolved as in Node: only its own conditions, and whole packages, even if little of them is
    // used.
    conditions: [],
    treeShaking: false,
    charset: "utf8",
    legalComments: "none",
    // For the places in errors; without the sources, and not in the code.
    sourcemap: "external",
    sourcesContent: false,
    outfile: "program.js",
    logLevel: "silent",
    define: { ...FILE_META, "process.env.NODE_ENV": '"production"' },
    logOverride: {
      "unsupported-dynamic-import": "warning",
      "unsupported-require-call": "warning",
    },
    // Explicit, because esbuild would otherwise look for one in every folder up to the disk's root.
    tsconfigRaw: JSON.stringify({ compilerOptions }),
  };
}

async function build(setup: {
  readonly root: string;
  readonly module: string;
  readonly engine: Engine;
  readonly outside: Set<string>;
  readonly compilerOptions: Options;
  readonly options: BuildOptions;
}): Promise<Attempt> {
  const { root, module, engine, outside, compilerOptions, options } = setup;
  const met: Met = {
    files: new Map(),
    externals: new Map(),
    insertions: new Map(),
    again: false,
  };
  const sources = sourcesOf(root);
  const engineNames = (name: EngineEntry): Promise<readonly string[]> =>
    exportsOfEngine(name, engine);
  const plugins = [programPlugin({ root, compilerOptions, sources, outside, met, engineNames })];
  const before: ReadonlySet<string> = new Set(outside);
  /**
   * Leaves the package that a message is about outside; false if the message is about the user's
   * own file.
   */
  const leaveOutside = ({ location, pluginName }: Message): boolean => {
    const file = pluginName === "" ? met.files.get(location?.file ?? "") : undefined;
    if (file === undefined || before.has(file.folder)) return false;
    outside.add(file.folder);
    return true;
  };
  let result: BuildResult;
  const failed = (messages: readonly Message[], cause?: unknown): RewindError =>
    buildError(messages, { module, insertions: met.insertions, cause });
  try {
    result = await quietBuild({ ...options, plugins });
  } catch (cause) {
    const { errors = [] } = cause as { errors?: readonly Message[] };
    // Node may still run a package that esbuild cannot bundle.
    const own = errors.filter((error) => !leaveOutside(error));
    if (own.length > 0 || errors.length === 0) throw failed(own, cause);
    return { ...NOTHING, externals: met.externals, sources, again: true };
  }
  const computed = result.warnings.filter(({ id }) => /^unsupported-/.test(id));
  const own = computed.filter((warning) => !leaveOutside(warning));
  if (own.length > 0) throw failed(own);
  const names = Object.keys(result.metafile?.inputs ?? {});
  return {
    ...withInterop(outputOf(result, ".js")),
    mapJson: outputOf(result, ".map"),
    inputs: names
      .filter((name) => name.startsWith(`${OWN}:`))
      .map((name) => name.slice(OWN.length + 1))
      .sort(),
    labels: new Map(names.map((name) => [name, labelOf(met.files.get(name))])),
    externals: met.externals,
    sources,
    again: met.again || computed.length > 0,
  };
}

function outputOf({ outputFiles = [] }: BuildResult, ending: string): string {
  return outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
}

const NOTHING = {
  code: "",
  shift: 0,
  mapJson: "",
  inputs: [],
  labels: new Map<string, undefined>(),
};

/** The bundle with our helpers after those of esbuild, if it has the ones that ours replace. */
function withInterop(code: string): { readonly code: string; readonly shift: number } {
  const at = code.search(/^\/\/ (?:program|package|host):/m);
  const helpers = code.slice(0, at);
  const interop = helpers.includes("var __toESM =") ? NODE_INTEROP : "";
  const noRequire = helpers.includes("var __require =") ? NO_REQUIRE : "";
  const added = interop + noRequire;
  return { code: helpers + added + code.slice(at), shift: added.split("\n").length - 1 };
}
