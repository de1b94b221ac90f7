/** Text inserted into a file's code before bundling, so that errors can report the true column. */
export interface Insertion {
  /** Counted from 1. */
  readonly line: number;
  /** In UTF-16 code units, from 0. */
  readonly column: number;
  readonly length: number;
}

/** esbuild's definitions for the names to which `withFileMeta` gives a value in each file. */
export const FILE_META: Readonly<Record<string, string>> = {
  "import.meta": "__rewind_file",
  "import.meta.url": "__rewind_file.url",
  "import.meta.dirname": "__rewind_file.dirname",
  "import.meta.filename": "__rewind_file.filename",
  __dirname: "__rewind_file.dirname",
  __filename: "__rewind_file.filename",
};

/**
 * Gives `import.meta.url`, `__dirname` and the like in a file their value: a path below `/project`,
 * which stands for the project folder. So a program does not depend on its folder.
 */
export function withFileMeta(
  code: string,
  path: string,
): { readonly code: string; readonly insertion: Insertion | undefined } {
  if (!/\bimport\s*\.\s*meta\b|\b__(?:dirname|filename)\b/.test(code)) {
    return { code, insertion: undefined };
  }
  const filename = `/project/${path}`;
  const dirname = filename.slice(0, filename.lastIndexOf("/"));
  const url = `file://${encodeURI(filename).replace(/[?#]/g, encodeURIComponent)}`;
  const value = JSON.stringify({ url, dirname, filename });
  const inserted = `var __rewind_file = ${withResolve(value, code, path)};`;
  const before = code.slice(0, lengthOfLead(code));
  const lines = before.split("\n");
  return {
    code: before + inserted + code.slice(before.length),
    insertion: {
      line: lines.length,
      column: lines.at(-1)?.length ?? 0,
      length: inserted.length,
    },
  };
}

/** The message for a call that asks for a file's path, which would differ between machines. */
export function noPlace(call: string): string {
  return `${call}() would give a path on this machine: import the module, or read a file of the project with new URL("./data.csv", import.meta.url)`;
}

/** The value of `import.meta`, with a `resolve` that refuses if the code uses it. */
function withResolve(value: string, code: string, path: string): string {
  const at = code.search(/\bimport\s*\.\s*meta\s*(?:\?\.|\.)\s*resolve\b/);
  if (at < 0) return value;
  const text = `${path}:${code.slice(0, at).split("\n").length}: ${noPlace("import.meta.resolve")}`;
  return `{ ...${value}, resolve() { throw new Error(${JSON.stringify(text)}); } }`;
}

/** The length of a leading shell line and "use strict", which count only at the beginning. */
function lengthOfLead(code: string): number {
  const shebang = /^#![^\n]*\n/.exec(code)?.[0].length ?? 0;
  let at = shebang;
  // One gap at a time: a single pattern would try every way to split a row of slashes.
  for (let next = endOf(GAP, code, at); next !== undefined; next = endOf(GAP, code, at)) at = next;
  return endOf(USE_STRICT, code, at) ?? shebang;
}

const GAP = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const USE_STRICT = /(?:"use strict"|'use strict')\s*;/y;

/** The end of a match at an index; undefined if there is no match. */
function endOf(pattern: RegExp, code: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(code) ? pattern.lastIndex : undefined;
}
