import { RewindError } from "../base/errors.ts";
import type { RefStore } from "./ref-store.ts";

/** Git's rules for the names of refs (git-check-ref-format), as patterns of what is refused. */
const REFUSED: readonly (readonly [pattern: RegExp, problem: string])[] = [
  [/^$/, "it is empty"],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  [/[\u0000-\u0020\u007f]/, "it has a space or a control character"],
  [/[~^:?*[\\]/, "it has one of ~ ^ : ? * [ \\"],
  [/\.\./, "it has two dots in a row"],
  [/@\{/, "it has @{"],
  [/^@$/, "it is @ alone"],
  [/(^|\/)\./, "a part of it begins with a dot"],
  [/\.lock($|\/)/, "a part of it ends in .lock"],
  [/\.$/, "it ends in a dot"],
  [/^\/|\/$|\/\//, "it begins or ends with a slash, or has two in a row"],
  [/^-/, "it begins with a dash"],
  [/@/, "it has an @, which separates a branch from a step"],
  [/^(HEAD|refs\/.*)$/, "it is a name that rewind uses itself"],
  [
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
    "it is not valid Unicode",
  ],
];

/** Longer names do not fit into the file systems' 255 bytes a part. */
const LONGEST_NAME = 200;

/** Checks the name of a branch or tag. Throws INVALID_REF_NAME, which says what is wrong with it. */
export function checkBranchName(name: string): string {
  const refused = REFUSED.find(([pattern]) => pattern.test(name))?.[1];
  const problem =
    refused ?? (name.length > LONGEST_NAME ? `it has over ${LONGEST_NAME} characters` : undefined);
  if (problem === undefined) return name;
  throw new RewindError(
    "INVALID_REF_NAME",
    `expected a name that Git would take, got ${JSON.stringify(name)}: ${problem}`,
    {
      name,
      problem,
    },
  );
}

/** Checks that a new ref can stand beside the refs that are there. Throws REF_CONFLICT. */
export function checkBeside(name: string, others: readonly string[]): void {
  for (const other of others) {
    if (other === name) continue;
    const [a, b] = [name.toLowerCase(), other.toLowerCase()];
    const problem =
      a === b
        ? "they differ only in case"
        : a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
          ? "one would be a folder of the other"
          : undefined;
    if (problem === undefined) continue;
    throw new RewindError("REF_CONFLICT", `${name} cannot stand beside ${other}: ${problem}`, {
      name,
      other,
    });
  }
}

/** The first free name `refs/archive/<branch>/<n>` for a run that leaves the branch `ref`. */
export async function nextArchiveName(refs: RefStore, ref: string): Promise<string> {
  const prefix = `refs/archive/${ref.replace(/^refs\/heads\//, "")}/`;
  const numbers = (await refs.list(prefix)).map(({ name }) => Number(name.slice(prefix.length)));
  return `${prefix}${Math.max(0, ...numbers.filter(Number.isInteger)) + 1}`;
}
