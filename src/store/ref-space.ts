import { RewindError } from "../base/errors.ts";

/**
 * The names of present and planned refs, indexed to tell quickly whether another name can exist
 * beside them on every file system. Some file systems treat two spellings of a letter as one.
 */
export class RefSpace {
  /** Names by their folded form, which a file system may use. */
  readonly #names = new Map<string, Set<string>>();
  /** For each folder, one name inside it. */
  readonly #folders = new Map<string, string>();
  /** For each folder, the highest number that is a name in it. */
  readonly #numbers = new Map<string, number>();

  constructor(names: Iterable<string>) {
    for (const name of names) this.add(name);
  }

  /** Adds a name without checking it. */
  add(name: string): void {
    const folded = fold(name);
    const same = this.#names.get(folded);
    if (same === undefined) this.#names.set(folded, new Set([name]));
    else same.add(name);
    for (const folder of foldersOf(folded)) this.#folders.set(folder, name);
    const [, parent, number] = NUMBERED.exec(name) ?? [];
    if (parent !== undefined) {
      this.#numbers.set(parent, Math.max(Number(number), this.highestIn(parent)));
    }
  }

  /** Whether exactly this name is among them. */
  has(name: string): boolean {
    return this.#names.get(fold(name))?.has(name) === true;
  }

  /** Whether this name, or one that a file system may treat as the same, is among them. */
  isTaken(name: string): boolean {
    return this.#names.has(fold(name));
  }

  /** The highest `n` of the names `<folder>/<n>`; 0 if there are no such names. */
  highestIn(folder: string): number {
    return this.#numbers.get(folder) ?? 0;
  }

  /** A name that `name` conflicts with, and why; undefined if there is no conflict. */
  conflict(name: string): { readonly other: string; readonly problem: string } | undefined {
    const folded = fold(name);
    for (const same of this.#names.get(folded) ?? []) {
      if (same !== name) return { other: same, problem: difference(name, same) };
    }
    const [above] = foldersOf(folded).flatMap((folder) => first(this.#names.get(folder)));
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
    throw new RewindError("REF_CONFLICT", `${name} cannot exist beside ${other}: ${problem}`, {
      name,
      other,
    });
  }
}

/** A name whose last part is a number that can be increased. */
const NUMBERED = /^(.+)\/([1-9]\d{0,14})$/s;

/** A name as compared by file systems that ignore case and Unicode composition. */
export function fold(name: string): string {
  // Upper case first: only that maps ſ, ß and ﬁ to s, ss and fi.
  return name.normalize("NFD").toUpperCase().toLowerCase().normalize("NFC");
}

function difference(name: string, other: string): string {
  const isCase = name.toLowerCase() === other.toLowerCase();
  return isCase ? "they differ only in case" : "some file systems treat them as one name";
}

function first(names: Iterable<string> = []): string[] {
  for (const name of names) return [name];
  return [];
}

function foldersOf(name: string): string[] {
  const folders: string[] = [];
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    folders.push(name.slice(0, at));
  }
  return folders;
}
