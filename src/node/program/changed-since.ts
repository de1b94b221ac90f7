import type { RewindError } from "../../base/errors.ts";
import { type Program, splitLabel } from "../../object/program.ts";
import type { SourcePart } from "../../replay/programs.ts";

/**
 * What has changed since a program was recorded, as the beginning of a sentence: its packages, if
 * the user's own files still give the same code, else the module.
 *
 * `idOf` gives the id of the chunk with a text.
 */
export function changedSince(
  program: Program,
  parts: readonly SourcePart[],
  idOf: (code: string) => string,
): string {
  const before = textsOf(program.parts.map((part) => [part.package, part.chunk]));
  const now = textsOf(parts.map((part) => [part.package, idOf(part.code)]));
  const own = `${program.module} has changed since`;
  if (program.parts.length === 0 || before.get(undefined) !== now.get(undefined)) return own;
  const changes = [...before].flatMap(([label, text]) => {
    if (label === undefined || now.get(label) === text) return [];
    const [name, version] = splitLabel(label);
    const other = [...now.keys()].find((one) => one !== label && one?.startsWith(`${name}@`));
    const found = other === undefined || now.has(label) ? undefined : splitLabel(other)[1];
    return [`${name} ${version} ${found === undefined ? "has changed since" : `is ${found} now`}`];
  });
  return changes.length > 0 ? changes.join(", ") : own;
}

/** The same if the working files give no program: a missing package, or the module. */
export function missingSince(program: Program, error: RewindError): string {
  const missing = /the package "([^"]+)".* is not installed/.exec(error.message)?.[1];
  return missing === undefined
    ? `${program.module} has changed since`
    : `${missing} is not installed`;
}

/** The texts of each package, by its name and version. */
function textsOf(
  parts: ReadonlyArray<readonly [label: string | undefined, id: string]>,
): Map<string | undefined, string> {
  const texts = new Map<string | undefined, string>();
  for (const [label, id] of parts) texts.set(label, `${texts.get(label) ?? ""} ${id}`);
  return texts;
}
