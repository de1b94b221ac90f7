import { utf8 } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { checkKind } from "../base/options.ts";
import { RefSpace } from "./ref-space.ts";
import { checkUnmoved, type RefChange, type RefStore } from "./ref-store.ts";

/** The folder of the branches. */
export const HEADS = "refs/heads/" as const;

/** The folder of the branches of remotes, as they were when last fetched. */
export const REMOTES = "refs/remotes/" as const;

/** The folder of the tags. */
export const TAGS = "refs/tags/" as const;

/** The folder of the ensembles. */
export const ENSEMBLES = "refs/ensembles/" as const;

/**
 * Where a name is looked up, in this order: a branch comes before a tag of its name, which
 * `tags/NAME` names. Tags come last, because they may come from a remote: no tag of one can take the
 * name of a branch, here or of another remote.
 */
export const LOOKUP_ORDER: readonly string[] = [HEADS, REMOTES, TAGS, "refs/"];

/** What a ref is called for short: `main`, `v1`, `origin/main`, `archive/main/1`. */
export function shortRef(ref: string): string {
  const folder = LOOKUP_ORDER.find((each) => ref.startsWith(each)) ?? "";
  return ref.slice(folder.length);
}

/** Git's rules for the names of refs (git-check-ref-format), as patterns of refused names. */
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
  [/\.\//, "a part of it ends in a dot"],
  [/^\/|\/$|\/\//, "it begins or ends with a slash, or has two in a row"],
  [/^-/, "it begins with a dash"],
  [/@/, "it has an @, which separates a branch from a step"],
  [/^(HEAD|(refs|heads|tags|remotes|archive)\/.*)$/, "it is a name that rewind uses itself"],
  [
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
    "it is not valid Unicode",
  ],
  [/[<>"|]/, 'it has one of < > " |, which Windows does not allow in file names'],
  [
    /(^|\/)(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(\.[^/]*)?(\/|$)/i,
    "a part of it is the name of a device on Windows",
  ],
  [/\p{Default_Ignorable_Code_Point}/u, "it has a character that cannot be seen"],
  [/ſ/, "it has ſ, which some file systems treat as s"],
];

/** The longest name in UTF-8: file systems allow 255 bytes a part. */
const LONGEST_NAME = 200;
/** The longest full name: an archived run has the name of its branch, and a few characters more. */
const LONGEST_REF = 1024;

/**
 * What is wrong with a name, of which each part has a length that a file system takes; undefined if
 * it is valid. Lengths come first: to normalize a text takes time in proportion to its square.
 */
function problemOf(name: string): string | undefined {
  if (name.length > LONGEST_REF) return `it has over ${count(LONGEST_REF)} characters`;
  if (name.split("/").some(isLong)) return `a part of it has over ${count(LONGEST_NAME)} bytes`;
  if (PLAIN.test(name)) return undefined;
  const refused = REFUSED.find(([pattern]) => pattern.test(name))?.[1];
  if (refused !== undefined) return refused;
  if (name === name.normalize("NFC")) return undefined;
  return "it is spelled in a way that some file systems change: write it in Unicode's form NFC";
}

function isLong(name: string): boolean {
  // A letter takes at most three bytes, so that most names need not be encoded.
  if (3 * name.length <= LONGEST_NAME) return false;
  return name.length > LONGEST_NAME || utf8(name).length > LONGEST_NAME;
}

/** Most names: words of letters and digits that are no device's, with slashes between them. */
const PLAIN =
  /^(?!(?:head|con|prn|aux|nul|com|lpt|refs|tags|remotes|archive)|.*\/(?:con|prn|aux|nul|com|lpt))\w+(?:[/-]\w+)*$/i;

/** Checks the name of a branch or tag. Throws INVALID_REF_NAME, which says what is wrong with it. */
export function checkBranchName(name: string): string {
  checkKind(name, "a name", "text");
  const problem = isLong(name) ? `it has over ${count(LONGEST_NAME)} bytes` : problemOf(name);
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
  // After refs/ and a folder comes the name of a branch or tag, or of an archived run.
  const rest = /^refs\/[a-z]+\/(.*)$/s.exec(name)?.[1];
  if (rest === undefined) return "it does not begin with refs/heads/ or the like";
  return problemOf(rest);
}

function refusedName(name: string, problem: string): RewindError {
  const shown = name.length > LONGEST_REF ? `${name.slice(0, LONGEST_REF)}…` : name;
  return new RewindError(
    "INVALID_REF_NAME",
    `expected a name that Git would accept, got ${JSON.stringify(shown)}: ${problem}`,
    { name, problem },
  );
}

/**
 * Checks an update before it is made: the names are valid, no ref has moved, and every new ref can
 * exist beside the others after the update.
 */
export function checkChanges(
  changes: readonly RefChange[],
  names: Iterable<string>,
  read: (name: string) => string | undefined,
): void {
  const after = new Set(names);
  for (const { name, to } of changes) {
    checkRefName(name);
    if (to === undefined) after.delete(name);
  }
  checkAdditions(changes, new RefSpace(after), read);
}

/**
 * The same for the names of a space. Adds the names of new refs to it; removed refs must not be in
 * it.
 */
export function checkAdditions(
  changes: readonly RefChange[],
  space: RefSpace,
  read: (name: string) => string | undefined,
): void {
  for (const { name, to } of changes) {
    checkRefName(name);
    if (to !== undefined) space.add(name);
  }
  for (const change of changes) checkUnmoved(change, read(change.name));
  for (const { name, from, to } of changes) {
    if (from === undefined && to !== undefined) space.check(name);
  }
}

/**
 * The first free name `refs/archive/<branch>/<n>` for a run that leaves the branch `ref`. Archived
 * runs outlive their branches, so those of a branch `a` can conflict with those of `A` or `a/1`.
 */
export async function nextArchiveName(refs: RefStore, ref: string): Promise<string> {
  return freeArchiveName(new RefSpace(await refs.names("refs/archive/")), ref);
}

/** The same for the names of a space. */
export function freeArchiveName(space: RefSpace, ref: string): string {
  let folder = "refs/archive";
  for (const part of ref.replace(/^refs\/heads\//, "").split("/")) {
    folder += `/${part}`;
    // If `archive/a/1` is a run, no name below it is free.
    while (space.isTaken(folder)) folder += "-";
  }
  let number = space.highestIn(folder) + 1;
  const inTheWay = (name: string): boolean => space.has(name) || space.conflict(name) !== undefined;
  while (inTheWay(`${folder}/${number}`)) number++;
  return `${folder}/${number}`;
}
