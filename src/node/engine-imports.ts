/** The engine's entry points, as programs import them. */
export type EngineEntry = "rewind-engine" | "rewind-engine/random";

/** An import of the engine in a program: which entry, and where its quoted name lies. */
export interface EngineImport {
  readonly entry: EngineEntry;
  readonly start: number;
  readonly end: number;
}

/**
 * The imports of the engine in a bundle. esbuild writes each import statement from the first
 * column, and its last line alone: `} from "rewind-engine";`. A string has no such line, as its
 * line ends are written `\n`; a text in backquotes could, so `bundle` counts what is found here
 * against esbuild's own list of imports before it lets a program pass.
 *
 * @example
 * ```ts
 * engineImports('import "rewind-engine";'); // [{ entry: "rewind-engine", start: 7, end: 22 }]
 * ```
 */
export function engineImports(code: string): EngineImport[] {
  return importsOf(code)
    .filter(({ specifier }) => /^rewind-engine(\/random)?$/.test(specifier))
    .map(({ specifier, start, end }) => ({ entry: specifier as EngineEntry, start, end }));
}

/**
 * Everything that a program imports by a literal name, `import("name")` included. It may name too
 * much, where a text looks like an import, and never too little.
 */
export function specifiers(code: string): string[] {
  const dynamic = [...code.matchAll(/\bimport\(\s*"([^"\\]+)"/g)].map((match) => match[1] ?? "");
  return [...new Set([...importsOf(code).map(({ specifier }) => specifier), ...dynamic])];
}

interface Found {
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
}

function importsOf(code: string): Found[] {
  const statement =
    /^(?:(?:import|export|\}) .*?\bfrom |import )("([^"\\]+)")(?: with \{.*\})?;$/dgm;
  return [...code.matchAll(statement)].map((match) => {
    const [start, end] = match.indices?.[1] ?? [0, 0];
    return { specifier: match[2] ?? "", start, end };
  });
}
