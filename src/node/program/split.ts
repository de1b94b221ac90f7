import type { SourcePart } from "../../replay/programs.ts";

/**
 * Cuts a bundle into stretches, each of one package or of the user's own files, at the comments
 * that esbuild writes before each file. `labels` maps each file's comment to its package (undefined
 * for the user's own file). Returns undefined if a comment occurs twice, because a text in
 * backquotes looks like one.
 */
export function splitBundle(
  code: string,
  labels: ReadonlyMap<string, string | undefined>,
): SourcePart[] | undefined {
  const parts: { package: string | undefined; code: string }[] = [];
  const seen = new Set<string>();
  const add = (label: string | undefined, text: string): void => {
    const last = parts.at(-1);
    if (last !== undefined && last.package === label) last.code += text;
    else if (text !== "") parts.push({ package: label, code: text });
  };
  let begin = 0;
  let label: string | undefined;
  for (const match of code.matchAll(/^\/\/ (.+)$/gm)) {
    const name = match[1] ?? "";
    if (!labels.has(name)) continue;
    if (seen.has(name)) return undefined;
    seen.add(name);
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
