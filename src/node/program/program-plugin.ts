import { realpathSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import type {
  Loader,
  OnLoadArgs,
  OnLoadResult,
  OnResolveArgs,
  OnResolveResult,
  Plugin,
} from "esbuild";
import { isRewindError } from "../../base/errors.ts";
import { isPackageName } from "../../object/program.ts";
import {
  LARGEST_CODE_BYTES,
  LARGEST_JSON_BYTES,
  LARGEST_SOURCE_BYTES,
  readRegular,
} from "../host/regular-file.ts";
import { type EngineEntry, isEngineEntry } from "./engine-bridge.ts";
import { exactEnums } from "./enums.ts";
import { type ImportedExternal, isNative } from "./externals.ts";
import { type Insertion, withFileMeta } from "./file-meta.ts";
import {
  builtinName,
  type HostModule,
  hostModule,
  importedNames,
  namesOfBuiltin,
} from "./host-modules.ts";
import { loaderOf } from "./loaders.ts";
import { packageSettings } from "./module-settings.ts";
import { isBare, type PackageFile, packageFolders, remembered } from "./package-folder.ts";
import { ENGINE, findPackage, packageName } from "./packages.ts";
import { sourceMemory } from "./source-memory.ts";
import type { Sources } from "./sources.ts";
import type { Options } from "./tsconfig.ts";
import { wasmModule } from "./wasm-module.ts";

/** The spaces in which esbuild sees files: the project's by their relative paths, and packages'. */
export const OWN = "program";
export const PACKAGE = "package";
/** What a bundle asks its host for, or an import that a package could not find. */
export const HOST_MODULE = "host";

/** What bundling a program has found. */
export interface Met {
  /** The files of packages, and the modules that only they import, by esbuild's names. */
  readonly files: Map<string, PackageFile>;
  /** The packages that stay outside, by folder, with the imports from them. */
  readonly externals: Map<string, ImportedExternal>;
  /** The text inserted into files, by esbuild's names. */
  readonly insertions: Map<string, Insertion>;
  /** Whether a package that was bundled must stay outside. */
  again: boolean;
}

/**
 * The esbuild plugin that decides what becomes part of a program, and refuses what could not be
 * replayed elsewhere. Files are in separate namespaces: for esbuild they have a relative path and
 * contents but no folder, so that no package.json or tsconfig.json above can change the result.
 *
 * `outside` are the folders of packages that must stay outside; if the plugin finds another, it
 * sets `met.again`, and the program must be bundled again.
 */
export function programPlugin(options: {
  readonly root: string;
  readonly compilerOptions: Options;
  readonly sources: Sources;
  readonly outside: Set<string>;
  readonly met: Met;
  /** The names that each module of the engine exports. */
  engineNames(entry: EngineEntry): Promise<readonly string[]>;
}): Plugin {
  const { root, compilerOptions, sources, outside, met, engineNames } = options;
  const folders = packageFolders(root);
  const real = new Map<string, string>(); // the files' real paths, by esbuild's names
  const codes = new Map<string, string>(); // the contents of those that are code
  // The contents of modules that are not files, and the folder of what they import.
  const virtual = new Map<string, { readonly contents: string; readonly resolveDir?: string }>();
  const native = remembered(isNative);
  const checkMemory = sourceMemory();
  const checkSettings = packageSettings(root, compilerOptions);

  const importerOf = ({ namespace, importer }: OnResolveArgs): string => `${namespace}:${importer}`;

  const host = (
    args: OnResolveArgs,
    name: string,
    exported?: readonly string[],
  ): OnResolveResult => {
    const importer = importerOf(args);
    const by = met.files.get(importer);
    const module = hostModule({
      name,
      specifier: args.path,
      kind: args.kind,
      importer: { path: args.importer, code: codes.get(importer) ?? "", package: labelOf(by) },
      exported,
    });
    return place(module, by);
  };
  /** A module that is not a file; in the bundle it belongs to the package that imports it. */
  const place = (
    { path, contents }: HostModule,
    by: PackageFile | undefined,
    resolveDir?: string,
  ): OnResolveResult => {
    virtual.set(path, { contents, ...(resolveDir !== undefined && { resolveDir }) });
    if (by !== undefined) met.files.set(`${HOST_MODULE}:${path}`, by);
    return { path, namespace: HOST_MODULE, sideEffects: true };
  };
  const missing = (args: OnResolveArgs): OnResolveResult => {
    const by = met.files.get(importerOf(args));
    const error = `new Error(${JSON.stringify(`Cannot find module '${args.path}'`)})`;
    const contents = `throw Object.assign(${error}, { code: "MODULE_NOT_FOUND" });`;
    return place({ path: `missing ${args.path} for ${labelOf(by)}`, contents }, by);
  };

  const resolveOther = async (args: OnResolveArgs): Promise<OnResolveResult | undefined> => {
    const { path, kind } = args;
    // A bundle cannot say where a file is, so the package must stay outside.
    if (kind === "require-resolve") return { path, external: true };
    const builtin = builtinName(path);
    if (builtin !== undefined) return host(args, builtin, namesOfBuiltin(builtin));
    if (packageName(path) !== ENGINE) return undefined;
    if (isEngineEntry(path)) return host(args, path, await engineNames(path));
    return refuse(`expected ${ENGINE} or ${ENGINE}/random, got "${path}"`);
  };

  const notFound = (args: OnResolveArgs, text: string): OnResolveResult => {
    const { path, kind } = args;
    const inPackage = args.namespace === PACKAGE;
    if (inPackage && (kind === "require-call" || kind === "dynamic-import")) {
      // Packages probe for optional packages, and continue without them.
      return missing(args);
    }
    if (!isBare(path) || findPackage(packageName(path), args.resolveDir) !== undefined) {
      return refuse(text);
    }
    const by = met.files.get(importerOf(args));
    const why = by === undefined ? "" : `, which ${by.name} imports`;
    return refuse(`the package "${packageName(path)}"${why} is not installed`);
  };

  /** A package that stays outside, which must be the one found from the project folder. */
  const external = async (
    args: OnResolveArgs,
    file: PackageFile,
    path: string,
  ): Promise<OnResolveResult> => {
    const by = met.files.get(importerOf(args));
    const seen = findPackage(file.name, root);
    const isSeen = seen !== undefined && realpathSync(seen.folder) === file.folder;
    if (!isSeen && by === undefined) {
      return refuse(
        `the package "${file.name}" cannot be bundled, and is not the one found from ` +
          "the project folder: install it there, or use the folder that has it as the project",
      );
    }
    if (by !== undefined && (!isSeen || by.folder === file.folder)) {
      // The package that imports it finds it from its own folder, and so stays outside too.
      outside.add(by.folder);
      met.again = true;
      return missing(args);
    }
    const kind = args.kind === "require-call" ? "require" : "import";
    const inside = relative(file.folder, path).split(sep).join("/");
    const { specifiers } = met.externals.get(file.folder) ?? { specifiers: [] };
    met.externals.set(file.folder, {
      name: file.name,
      specifiers: [...specifiers, [kind, args.path, inside]],
      up: seen?.up,
    });
    return host(args, `${kind}:${args.path}`);
  };

  /** Whether an import takes exports of WebAssembly, and not its bytes alone. */
  const takesExports = (args: OnResolveArgs): boolean => {
    const { path, kind, namespace } = args;
    if (kind !== "import-statement" || namespace === HOST_MODULE || args.with.type) return false;
    const names = importedNames(codes.get(importerOf(args)) ?? "", path);
    return names === undefined || names.some((name) => name !== "default");
  };
  const instance = (file: string, of: PackageFile | undefined): OnResolveResult => {
    const path = of?.path ?? relative(root, file).split(sep).join("/");
    const bytes = readRegular(file, { name: path, limitBytes: LARGEST_SOURCE_BYTES });
    if (bytes === undefined) return refuse(`${path} does not exist`);
    const contents = wasmModule(bytes, { path, name: `./${basename(file)}` });
    return place({ path: `instance of ${path}`, contents }, of, dirname(file));
  };

  const resolve = async (args: OnResolveArgs, path: string): Promise<OnResolveResult> => {
    const file = realpathSync(path);
    const from = args.kind === "entry-point" ? root : args.resolveDir;
    const inPackage = folders.packageOf(file, args.path, from);
    if (inPackage !== undefined) {
      const { folder, name: packageOf } = inPackage;
      if (!isPackageName(packageOf)) {
        return refuse(`${JSON.stringify(packageOf)} is not a valid package name`);
      }
      if (outside.has(folder) || extname(file) === ".node" || native(folder)) {
        outside.add(folder);
        return external(args, inPackage, file);
      }
      if (extname(file) === ".wasm" && takesExports(args)) return instance(file, inPackage);
      const name = `${PACKAGE}:${inPackage.path}`;
      met.files.set(name, inPackage);
      real.set(name, file);
      return { path: inPackage.path, namespace: PACKAGE, sideEffects: true };
    }
    const own = relative(root, file).split(sep).join("/");
    if (own.startsWith("../") || own.includes(":")) {
      return refuse(`${own} is outside the project folder, so it cannot be part of a program`);
    }
    if (extname(file) === ".wasm" && takesExports(args)) return instance(file, undefined);
    real.set(`${OWN}:${own}`, file);
    // With its side effects, whatever a package.json says, because that may be one further up.
    return { path: own, namespace: OWN, sideEffects: true };
  };

  const load = async (args: OnLoadArgs): Promise<OnLoadResult> => {
    const { path, namespace } = args;
    const name = `${namespace}:${path}`;
    const file = real.get(name) ?? "";
    const loader = loaderOf(path, { type: args.with.type, inPackage: namespace === PACKAGE });
    if (loader === undefined) {
      return refuse(
        `${path} cannot be part of a program: only code, JSON, WebAssembly and text can, and any other file by an import with { type: "bytes" }`,
      );
    }
    const contents = readRegular(file, { name: path, limitBytes: largestOf(loader) });
    if (contents === undefined) return refuse(`${path} does not exist`);
    checkMemory(path, contents, loader);
    if (namespace === OWN) sources.add(path, contents);
    else sources.addPackageFile(file, contents);
    const resolveDir = dirname(file);
    if (!/^[jt]sx?$/.test(loader)) return { contents, loader, resolveDir };
    const text = new TextDecoder().decode(contents);
    codes.set(name, text);
    const { code, insertion } = withFileMeta(
      loader.startsWith("ts") ? exactEnums(text) : text,
      path,
    );
    if (insertion !== undefined) met.insertions.set(name, insertion);
    return { contents: code, loader, resolveDir };
  };

  return {
    name: "rewind-program",
    setup(build) {
      build.onResolve(
        { filter: /.*/ },
        orRefusal(async (args) => {
          if (args.pluginData === RESOLVING) return undefined;
          const other = args.kind === "entry-point" ? undefined : await resolveOther(args);
          if (other !== undefined) return other;
          const plain = plainFile(args);
          if (plain !== undefined) return resolve(args, plain);
          checkSettings(args.path, args.kind === "entry-point" ? root : args.resolveDir);
          const found = await build.resolve(args.path, {
            kind: args.kind,
            importer: args.importer,
            resolveDir: args.kind === "entry-point" ? root : args.resolveDir,
            with: args.with,
            pluginData: RESOLVING,
          });
          const [error] = found.errors;
          if (error !== undefined) return notFound(args, error.text);
          return resolve(args, found.path);
        }),
      );
      build.onLoad({ filter: /.*/, namespace: OWN }, orRefusal(load));
      build.onLoad({ filter: /.*/, namespace: PACKAGE }, orRefusal(load));
      build.onLoad({ filter: /.*/, namespace: HOST_MODULE }, ({ path }) => ({
        contents: "",
        ...virtual.get(path),
        loader: "js",
      }));
    },
  };
}

/** How large a file may be, which esbuild holds in memory as it parses it. */
function largestOf(loader: Loader): number {
  if (loader === "json") return LARGEST_JSON_BYTES;
  return /^[jt]sx?$/.test(loader) ? LARGEST_CODE_BYTES : LARGEST_SOURCE_BYTES;
}

/** The package of a file, as named in a program's parts; undefined for the user's own file. */
export function labelOf(file: PackageFile | undefined): string | undefined {
  return file && `${file.name}@${file.version}`;
}

/** Marks a call of esbuild's own resolver, which asks this plugin first. */
const RESOLVING = Symbol("resolving");

/**
 * The file that an import names in full, such as `./a.js`. esbuild would find the same one, but
 * asking it is slow, and packages have thousands of such imports.
 */
function plainFile({ path, kind, resolveDir }: OnResolveArgs): string | undefined {
  if (kind === "entry-point" || !/^\.\.?\/.*\.(?:[cm]?[jt]s|[jt]sx|json)$/.test(path))
    return undefined;
  const file = join(resolveDir, path);
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}

/** Turns our errors into esbuild messages; otherwise esbuild would add the place in this file. */
function orRefusal<A, R>(work: (args: A) => Promise<R>): (args: A) => Promise<R | Refusal> {
  return async (args) => {
    try {
      return await work(args);
    } catch (error) {
      if (isRewindError(error)) return refuse(error.message);
      throw error;
    }
  };
}

type Refusal = ReturnType<typeof refuse>;

function refuse(text: string): { errors: { text: string }[] } {
  return { errors: [{ text }] };
}
