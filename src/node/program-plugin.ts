import { readFile, realpath } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, extname, join, relative, sep } from "node:path";
import type { Loader, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import { ENGINE, engineVersion, findPackage, packageName } from "./packages.ts";
import type { Sources } from "./sources.ts";

/** The name of the space in which esbuild sees a project's files, by their relative paths. */
export const NAMESPACE = "program";

/**
 * The esbuild plugin that decides what becomes part of a program. It notes packages and files in
 * `options` as they are met, and refuses what could not be replayed elsewhere.
 *
 * The files are in a namespace of their own: to esbuild they have a relative path and contents, and
 * no folder, so that no package.json or tsconfig.json above the project can change the result.
 */
export function programPlugin(options: {
  readonly root: string;
  readonly packages: Map<string, string>;
  readonly sources: Sources;
}): Plugin {
  const { root, packages, sources } = options;

  const resolveExternal = (args: OnResolveArgs): OnResolveResult => {
    const { path, kind, resolveDir } = args;
    if (kind === "require-call" || kind === "require-resolve") {
      return refuse(`require("${path}") cannot be kept in a program: write import instead`);
    }
    if (isBuiltin(path)) return { path, external: true };
    const name = packageName(path);
    if (name === ENGINE) {
      if (path !== ENGINE && path !== `${ENGINE}/random`) {
        return refuse(`expected ${ENGINE} or ${ENGINE}/random, got "${path}"`);
      }
      if (kind === "dynamic-import") {
        return refuse(`import("${path}") cannot be kept in a program: write an import statement`);
      }
      packages.set(name, engineVersion());
      return { path, external: true };
    }
    const found = findPackage(name, resolveDir);
    if (found === undefined) return refuse(`the package "${name}" is not installed`);
    // The program runs from a file below the root, so that is from where Node will look.
    if (findPackage(name, root)?.folder !== found.folder) {
      return refuse(
        `the package "${name}" is not the one that is found from the project folder: ` +
          "install it there, or make the folder that has it the project",
      );
    }
    packages.set(name, found.version);
    return { path, external: true };
  };

  const load = async (path: string): Promise<OnLoadResult> => {
    const loader = LOADERS[extname(path)];
    if (loader === undefined) {
      return refuse(
        `${path} cannot be part of a program: only TypeScript, JavaScript and JSON files can`,
      );
    }
    const file = join(root, path);
    const contents = await readFile(file);
    sources.add(path, contents);
    return { contents, loader, resolveDir: dirname(file) };
  };

  return {
    name: "rewind-program",
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.pluginData === RESOLVING) return undefined;
        const found = await build.resolve(args.path, {
          kind: args.kind,
          importer: args.importer,
          resolveDir: args.kind === "entry-point" ? root : args.resolveDir,
          with: args.with,
          pluginData: RESOLVING,
        });
        if (found.errors.length > 0) return { errors: found.errors.map(({ text }) => ({ text })) };
        if (found.external) return resolveExternal(args);
        const path = relative(root, await realpath(found.path))
          .split(sep)
          .join("/");
        if (path.startsWith("../") || path.includes(":")) {
          return refuse(
            `${path} lies outside the project folder, and so cannot be part of a program`,
          );
        }
        // With its side effects, whatever a package.json says of them: that may be one further up.
        return { path, namespace: NAMESPACE, sideEffects: true };
      });
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => load(path));
    },
  };
}

/** Marks a question to esbuild's own resolver, which this plugin is asked first. */
const RESOLVING = Symbol("resolving");

const LOADERS: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
  ".json": "json",
};

function refuse(text: string): { errors: { text: string }[] } {
  return { errors: [{ text }] };
}

function isBuiltin(path: string): boolean {
  return path.startsWith("node:") || builtinModules.includes(path);
}
