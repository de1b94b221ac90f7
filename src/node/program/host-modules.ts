import { createRequire, isBuiltin } from "node:module";
import { HOST } from "./compile.ts";

/** A module from outside the bundle, as the bundle's code sees it. */
export interface HostModule {
  /** Its name in the bundle, in a comment. */
  readonly path: string;
  readonly contents: string;
}

/**
 * The module that stands for `name` in a bundle. If `importer` imports names in braces or the
 * default, the module exports only those: it is short, as fast as an import, and a missing name is
 * an error when bundling. Otherwise it is the whole module, as CommonJS.
 *
 * `exported` are the names that can be imported; undefined if they are unknown.
 */
export function hostModule(options: {
  readonly name: string;
  readonly specifier: string;
  readonly kind: string;
  readonly importer: {
    readonly path: string;
    readonly code: string;
    /** Its package; undefined for the user's own file. */
    readonly package: string | undefined;
  };
  readonly exported: readonly string[] | undefined;
}): HostModule {
  const { name, specifier, kind, importer, exported } = options;
  const call = `${HOST}(${JSON.stringify(name)})`;
  const whole = {
    path: importer.package === undefined ? name : `${name} for ${importer.package}`,
    contents: `module.exports = ${call};`,
  };
  if (kind !== "import-statement" || exported === undefined) return whole;
  const names = importedNames(importer.code, specifier);
  if (names === undefined) return whole;
  const known = names.filter((item) => exported.includes(item) && item !== "default").sort();
  const hasDefault = names.includes("default") && exported.includes("default");
  const lines = [
    ...(hasDefault ? [`export default ${call};`] : []),
    ...(known.length > 0 ? [`export const { ${known.join(", ")} } = ${call};`] : []),
  ];
  return {
    // Named by the specifier: a file may import different names from "fs" and "node:fs".
    path: `${specifier} for ${importer.path}`,
    contents: lines.length > 0 ? lines.join("\n") : "export {};",
  };
}

/** The names that can be imported from one of Node's modules. */
export function namesOfBuiltin(name: string): string[] {
  return ["default", ...Object.keys(require(name) as object)];
}

const require = createRequire(import.meta.url);

/** The name of one of Node's modules with `node:`, or undefined for any other specifier. */
export function builtinName(specifier: string): string | undefined {
  if (!isBuiltin(specifier)) return undefined;
  return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
}

/**
 * The names that the statements of `code` import from `specifier`; undefined if one of them has a
 * form that this cannot parse, such as `import * as fs`. Text that only looks like an import, in a
 * comment, adds names and does no harm.
 */
export function importedNames(code: string, specifier: string): string[] | undefined {
  const quoted = `(["'])${specifier.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}`;
  const all = [...code.matchAll(new RegExp(`\\bfrom\\s*${quoted}\\1`, "g"))].length;
  const clause = new RegExp(
    // Each row of blanks belongs to one part; otherwise a long row would be split in every way
    // before failing. Likewise, only the beginning of a word counts: `import$import$import`
    // would be read to its end from each of its parts.
    String.raw`(?<![\w$])(?:import|export)(\s+type\b(?!\s*(?:,|from\b)))?\s*(?:([\w$]+)\s*(?:,\s*)?)?(?:\{([^{}]*)\}\s*)?from\s*` +
      `${quoted}\\4`,
    "g",
  );
  const names = new Set<string>();
  let understood = 0;
  for (const [, type, byDefault, braces] of code.matchAll(clause)) {
    understood++;
    if (type !== undefined) continue;
    if (byDefault !== undefined) names.add("default");
    for (const item of (braces ?? "").split(",").map((text) => text.trim())) {
      if (item === "") continue;
      const name = /^(?:type\s+)?([\w$]+)(?:\s+as\s+[\w$]+)?$/.exec(item)?.[1];
      if (name === undefined) return undefined;
      names.add(name);
    }
  }
  return understood === all ? [...names] : undefined;
}
