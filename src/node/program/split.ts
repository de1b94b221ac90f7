import type { SourcePart } from "../../replay/programs.ts";

/**
 * Whether the comment before a file occurs twice in a bundle: a text in backquotes may look like
 * one. Or esbuild wrote the file in two pieces, first the object of all its exports.
 */
export function repeatsComment(
  code: string,
  labels: ReadonlyMap<string, string | undefined>,
): boolean {
  const seen = new Set<string>();
  for (const [, name = ""] of code.matchAll(COMMENT)) {
    if (!labels.has(name)) continue;
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}

/**
 * Cuts a bundle into stretches, each of one package or of the user's own files, at the comments
 * that esbuild writes before each file. `labels` maps each file's comment to its package (undefined
 * for the user's own file).
 */
export function splitBundle(
  code: string,
  labels: ReadonlyMap<string, string | undefined>,
): SourcePart[] {
  const parts: { package: string | undefined; code: string }[] = [];
  const add = (label: string | undefined, text: string): void => {
    const last = parts.at(-1);
    if (last !== undefined && last.package === label) last.code += text;
    else if (text !== "") parts.push({ package: label, code: text });
  };
  let begin = 0;
  let label: string | undefined;
  for (const match of code.matchAll(COMMENT)) {
    const name = match[1] ?? "";
    if (!labels.has(name)) continue;
    add(label, code.slice(begin, match.index));
    begin = match.index;
    label = labels.get(name);
  }
  // The list of exports belongs to the user's own code, whichever file comes last.
  const end = Math.max(code.lastIndexOf("\nexport ") + 1, begin);
  add(label, code.slice(begin, end));
  add(undefined, code.slice(end));
  return parts;
}

const COMMENT = /^\/\/ (.+)$/gm;
