import { RewindError } from "../base/errors.ts";

/**
 * The names of present and future refs, indexed to find fast whether another name can exist beside
 * them on every file system: some take two spellings of a letter for one.
 */
export class RefSpace {
  /** The names by their folded forms. */
  readonly #names = new Map<string, readonly string[]>();
  /** A name inside each folder. */
  readonly #folders = new Map<string, string>();

  constructor(names: Iterable<string>) {
    for (const name of names) this.add(name);
  }

  /** Adds a name without checking it. */
  add(name: string): void {
    const folded = fold(name);
    this.#names.set(folded, [...(this.#names.get(folded) ?? []), name]);
    for (const folder of foldersOf(folded)) this.#folders.set(folder, name);
  }

  /** A name that `name` conflicts with, and why; undefined if there is no conflict. */
  conflict(name: string): { readonly other: string; readonly problem: string } | undefined {
    const folded = fold(name);
    const same = this.#names.get(folded)?.find((other) => other !== name);
    if (same !== undefined) return { other: same, problem: difference(name, same) };
    const [above] = foldersOf(folded).flatMap((folder) => this.#names.get(folder) ?? []);
    const other = above ?? this.#folders.get(folded);
    return other === undefined
      ? undefined
      : { other, problem: "one would be a folder of the other" };
  }

  /** Checks that a name conflicts with no other. Throws REF_CONFLICT. */
  check(name: string): void {
    const conflict = this.conflict(name);
    if (conflict === undefined) return;
    const { other, problem } = conflict;
    throw new RewindError("REF_CONFLICT", `${name} cannot stand beside ${other}: ${problem}`, {
      name,
      other,
    });
  }
}

/** A name as file systems compare it that ignore case and Unicode composition. */
export function fold(name: string): string {
  // Upper case first: only that maps ſ, ß and ﬁ to s, ss and fi.
  return name.normalize("NFD").toUpperCase().toLowerCase().normalize("NFC");
}

function difference(name: string, other: string): string {
  const isCase = name.toLowerCase() === other.toLowerCase();
  return isCase ? "they differ only in case" : "some file systems take them for one name";
}

function foldersOf(name: string): string[] {
  const folders: string[] = [];
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    folders.push(name.slice(0, at));
  }
  return folders;
}
