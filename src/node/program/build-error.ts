import type { Message } from "esbuild";
import { RewindError } from "../../base/errors.ts";
import type { Insertion } from "./file-meta.ts";

/** The first of esbuild's messages, as an error: `file:line:column: text`. */
export function buildError(
  messages: readonly Message[],
  options: {
    readonly module: string;
    readonly insertions: ReadonlyMap<string, Insertion>;
    readonly cause?: unknown;
  },
): RewindError {
  const { module, insertions, cause } = options;
  const [first] = messages;
  if (first === undefined) {
    const text = `${module}: esbuild crashed on it: it may be nested too deeply or too large`;
    return new RewindError("MODULE_FAILED", text, { module }, { cause });
  }
  const where = first.location === null ? module : placeOf(first.location, insertions);
  const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : "";
  const text = first.text
    .replace(/\s+/g, (blanks) => (blanks.includes("\n") ? " " : blanks))
    .replace(
      /^No matching export in "host:([^"]*?)(?: for [^"]*)?" for import "(.*)"$/s,
      (_, host, name) => `"${host}" does not export "${name}"`,
    )
    .replace(
      /^This "import" expression will not be bundled.*$/,
      "import() of a computed name would load what is not recorded: write the name in quotes",
    )
    .replace(
      /^This call to "require" will not be bundled.*$/,
      "require() of a computed name would load what is not recorded: write the name in quotes",
    )
    .replace(/"(?:program|package):/g, '"');
  return new RewindError("MODULE_FAILED", `${where}: ${text}${more}`, { module, where });
}

function placeOf(
  { file, line, column }: { readonly file: string; readonly line: number; readonly column: number },
  insertions: ReadonlyMap<string, Insertion>,
): string {
  const inserted = insertions.get(file);
  const shifted = inserted?.line === line && column >= inserted.column + inserted.length;
  const real = shifted ? column - inserted.length : column;
  return `${file.replace(/^(?:program|package):/, "")}:${line}:${real + 1}`;
}
