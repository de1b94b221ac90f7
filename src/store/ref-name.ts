import { utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { checkUnmoved, type RefChange, type RefStore } from "./ref-store.ts";

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
  [/^(HEAD|(refs|heads|tags|remotes|archive)\/.*)$/, "it is a name that rewind uses itself"],
  [
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
    "it is not valid Unicode",
  ],
];

/** Longer names, in UTF-8, do not fit into the file systems' 255 bytes a part. */
const LONGEST_NAME = 200;

/** Checks the name of a branch or tag. Throws INVALID_REF_NAME, which says what is wrong with it. */
export function checkBranchName(name: string): string {
  const refused = REFUSED.find(([pattern]) => pattern.test(name))?.[1];
  const problem =
    refused ?? (utf8(name).length > LONGEST_NAME ? `it has over ${LONGEST_NAME} bytes` : undefined);
  if (problem === undefined) return name;
  throw refusedName(name, problem);
}

/** Whether `name` is `HEAD` or the full name of a ref, such as `refs/heads/main`. */
export function isRefName(name: string): boolean {
  return problemOfRef(name) === undefined;
}

/** Checks the full name of a ref, or `HEAD`. Throws INVALID_REF_NAME. */
export function checkRefName(name: string): string {
  const problem = problemOfRef(name);
  if (problem === undefined) return name;
  throw refusedName(name, problem);
}

function problemOfRef(name: string): string | undefined {
  if (name === "HEAD") return undefined;
  // After refs/ and a folder stands the name of a branch or tag, perhaps with a number behind it.
  const rest = /^refs\/[a-z]+\/(.*)$/s.exec(name)?.[1];
  if (rest === undefined) return "it does not begin with refs/heads/ or the like";
  const refused = REFUSED.find(([pattern]) => pattern.test(rest))?.[1];
  if (refused !== undefined) return refused;
  const long = rest.split("/").some((part) => utf8(part).length > LONGEST_NAME);
  return long ? `a part of it has over ${LONGEST_NAME} bytes` : undefined;
}

function refusedName(name: string, problem: string): RewindError {
  return new RewindError(
    "INVALID_REF_NAME",
    `expected a name that Git would take, got ${JSON.stringify(name)}: ${problem}`,
    { name, problem },
  );
}

/**
 * Checks what must hold before an update: names, that no ref has moved, and that every new ref can
 * stand beside those that will be there, the ones that the update removes left out.
 */
export function checkChanges(
  changes: readonly RefChange[],
  names: readonly string[],
  read: (name: string) => string | undefined,
): void {
  const after = new Set(names);
  for (const { name, to } of changes) {
    checkRefName(name);
    if (to === undefined) after.delete(name);
    else after.add(name);
  }
  for (const change of changes) checkUnmoved(change, read(change.name));
  for (const { name, from, to } of changes) {
    if (from === undefined && to !== undefined) checkBeside(name, [...after]);
  }
}

/** Checks that a new ref can stand beside the refs that are there. Throws REF_CONFLICT. */
export function checkBeside(name: string, others: readonly string[]): void {
  for (const other of others) {
    const problem = conflictOf(name, other);
    if (problem === undefined) continue;
    throw new RewindError("REF_CONFLICT", `${name} cannot stand beside ${other}: ${problem}`, {
      name,
      other,
    });
  }
}

function conflictOf(name: string, other: string): string | undefined {
  if (other === name) return undefined;
  const [a, b] = [name.toLowerCase(), other.toLowerCase()];
  if (a === b) return "they differ only in case";
  const oneIsFolder = a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
  return oneIsFolder ? "one would be a folder of the other" : undefined;
}

/**
 * The first free name `refs/archive/<branch>/<n>` for a run that leaves the branch `ref`. Archived
 * runs outlive their branches: those of a branch `a` may be in the way of those of `A` or `a/1`.
 */
export async function nextArchiveName(refs: RefStore, ref: string): Promise<string> {
  const names = await refs.names("refs/archive/");
  const inTheWay = (name: string): boolean =>
    names.some((other) => other === name || conflictOf(name, other) !== undefined);
  let folder = `refs/archive/${ref.replace(/^refs\/heads\//, "")}`;
  // Where `archive/a/1` is a run, no number makes a name of `archive/a/1/1`.
  while (names.some((name) => `${folder}/`.toLowerCase().startsWith(`${name.toLowerCase()}/`))) {
    folder += "-";
  }
  const numbers = names
    .filter((name) => name.startsWith(`${folder}/`))
    .map((name) => Number(name.slice(folder.length + 1)));
  let number = Math.max(0, ...numbers.filter(Number.isInteger)) + 1;
  while (inTheWay(`${folder}/${number}`)) number++;
  return `${folder}/${number}`;
}
