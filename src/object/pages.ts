import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { decodeBody, encodeBody, type Fields, idBytes } from "./body.ts";
import { type Id, objectId } from "./id.ts";
import type { PutObject, ReadObject } from "./state.ts";

/** How many entries a page holds: the tree is 64-ary, as a timeline is. */
export const PAGE_ENTRIES = 64;

/** No list is longer: its tree has at most four levels. */
export const MOST_ENTRIES: number = PAGE_ENTRIES ** 4;

/** The kinds of object that are pages of a list. */
export type PageKind = "rows" | "results";

/** How the entries of a list are stored. An entry that is absent is stored as null. */
export interface PageFormat<T, K extends PageKind = PageKind> {
  readonly kind: K;
  parse(fields: Fields): T;
  format(entry: T): unknown;
  /** Whether an entry stays as it is: a page of these is never written again. */
  isFinal(entry: T): boolean;
}

/** A page: entries at level 0, ids of pages one level below at higher levels. */
export type Page<T, K extends PageKind = PageKind> =
  | { readonly level: 0; readonly entries: readonly (T | undefined)[] }
  | { readonly level: number; readonly pages: readonly (Id<K> | undefined)[] };

/** A stored list: its length, and its topmost page, undefined if no entry is present. */
export interface StoredList<K extends PageKind> {
  readonly count: number;
  readonly top: Id<K> | undefined;
}

/** The bytes of a page. */
export function encodePage<T>(format: PageFormat<T>, page: Page<T>): Uint8Array {
  return encodeBody(format.kind, formatPage(format, page));
}

/** Reads a page: 1 to 64 entries. */
export function decodePage<T, K extends PageKind>(
  format: PageFormat<T, K>,
  body: Uint8Array,
): Page<T, K> {
  return decodeBody(
    format.kind,
    body,
    (fields): Page<T, K> => {
      const level = fields.expectLength(2).integer(0, 3);
      if (level > 0)
        return {
          level,
          pages: sized(
            format,
            entriesOf(fields, (each) => each.id<K>()),
          ),
        };
      return {
        level: 0,
        entries: sized(
          format,
          entriesOf(fields, (each) => format.parse(each)),
        ),
      };
    },
    (page) => formatPage(format, page),
  );
}

function entriesOf<T>(fields: Fields, read: (fields: Fields) => T): (T | undefined)[] {
  return fields.list((entries) => entries.optional(read));
}

function sized<T>({ kind }: { readonly kind: PageKind }, entries: readonly T[]): readonly T[] {
  if (entries.length >= 1 && entries.length <= PAGE_ENTRIES) return entries;
  throw invalid(kind, `expected 1 to ${PAGE_ENTRIES} entries, got ${count(entries.length)}`);
}

function formatPage<T>(format: PageFormat<T>, page: Page<T>): readonly unknown[] {
  if ("pages" in page) return [page.level, page.pages.map((id) => (id ? idBytes(id) : null))];
  const entries = page.entries.map((each) => (each === undefined ? null : format.format(each)));
  return [0, entries];
}

/** Every entry of a stored list. Throws OBJECT_INVALID if a page does not fit its place. */
export async function readList<T, K extends PageKind>(
  format: PageFormat<T, K>,
  list: StoredList<K>,
  readObject: ReadObject,
): Promise<(T | undefined)[]> {
  const entries: (T | undefined)[] = new Array(list.count).fill(undefined);
  const below = async (id: Id<K> | undefined, level: number, from: number): Promise<void> => {
    if (id === undefined) return;
    const page = await readPage(format, id, { list, level, from }, readObject);
    if ("entries" in page) {
      for (const [i, entry] of page.entries.entries()) entries[from + i] = entry;
      return;
    }
    for (const [i, each] of page.pages.entries()) {
      await below(each, level - 1, from + i * widthOf(level));
    }
  };
  await below(list.top, topLevel(list.count), 0);
  return entries;
}

/** One entry of a stored list, at an index that the caller has checked. */
export async function readEntry<T, K extends PageKind>(
  format: PageFormat<T, K>,
  list: StoredList<K>,
  index: number,
  readObject: ReadObject,
): Promise<T | undefined> {
  let id = list.top;
  for (let level = topLevel(list.count); id !== undefined; level--) {
    const from = index - (index % (widthOf(level) * PAGE_ENTRIES));
    const page = await readPage(format, id, { list, level, from }, readObject);
    if ("entries" in page) return page.entries[index - from];
    id = page.pages[Math.floor((index - from) / widthOf(level))];
  }
  return undefined;
}

interface Place {
  readonly list: StoredList<PageKind>;
  readonly level: number;
  /** The first index below the page. */
  readonly from: number;
}

async function readPage<T, K extends PageKind>(
  format: PageFormat<T, K>,
  id: Id<K>,
  { list, level, from }: Place,
  readObject: ReadObject,
): Promise<Page<T, K>> {
  const page = decodePage(format, await readObject(format.kind, id));
  const entries = "entries" in page ? page.entries : page.pages;
  const expected = Math.min(PAGE_ENTRIES, Math.ceil((list.count - from) / widthOf(level)));
  if (page.level === level && entries.length === expected) return page;
  throw invalid(
    format.kind,
    `expected a page of level ${level} with ${count(expected)} entries at ${count(from)}, got one of level ${page.level} with ${count(entries.length)}`,
  );
}

/** How many entries of the list one entry of a page of this level stands for. */
function widthOf(level: number): number {
  return PAGE_ENTRIES ** level;
}

/** The level of the topmost page of a list. */
function topLevel(count: number): number {
  let level = 0;
  while (PAGE_ENTRIES ** (level + 1) < count) level++;
  return level;
}

/** A list in memory, whose pages are written when their entries have changed. */
export class PagedList<T, K extends PageKind> {
  readonly #format: PageFormat<T, K>;
  readonly #entries: (T | undefined)[];
  /** For each level, the pages as last written; undefined if the page has no entry. */
  readonly #pages: (Written<K> | undefined)[][] = [];
  /** For each level, the numbers of the pages that have changed since. */
  readonly #changed: Set<number>[] = [];

  constructor(format: PageFormat<T, K>, entries: readonly (T | undefined)[]) {
    this.#format = format;
    this.#entries = [...entries];
    for (let level = 0; level <= topLevel(entries.length); level++) {
      this.#pages.push([]);
      this.#changed.push(new Set());
    }
    for (const [i, entry] of entries.entries()) if (entry !== undefined) this.#note(i);
  }

  get entries(): readonly (T | undefined)[] {
    return this.#entries;
  }

  set(index: number, entry: T | undefined): void {
    this.#entries[index] = entry;
    this.#note(index);
  }

  /**
   * Writes the pages that have changed. Those whose entries are all final go to `put`; the others
   * will be written again, and are those of `passing`.
   */
  write(hash: Hash, put: PutObject): StoredList<K> {
    for (const [level, changed] of this.#changed.entries()) {
      for (const number of changed) this.#writePage(level, number, hash, put);
      changed.clear();
    }
    return { count: this.#entries.length, top: this.#pages.at(-1)?.[0]?.id };
  }

  /** The pages as last written that are not final. */
  passing(): readonly { readonly kind: K; readonly id: Id<K>; readonly body: Uint8Array }[] {
    return this.#pages.flat().flatMap((page) => {
      if (page?.body === undefined) return [];
      return [{ kind: this.#format.kind, id: page.id, body: page.body }];
    });
  }

  #note(index: number): void {
    for (const [level, changed] of this.#changed.entries()) {
      changed.add(Math.floor(index / (widthOf(level) * PAGE_ENTRIES)));
    }
  }

  #writePage(level: number, number: number, hash: Hash, put: PutObject): void {
    const [from, to] = [number * PAGE_ENTRIES, (number + 1) * PAGE_ENTRIES];
    const pages = this.#pages[level] as (Written<K> | undefined)[];
    const { page, isFinal } = level === 0 ? this.#bottom(from, to) : this.#upper(level, from, to);
    if (page === undefined) {
      pages[number] = undefined;
      return;
    }
    const { kind } = this.#format;
    const body = encodePage(this.#format, page);
    pages[number] = isFinal
      ? { id: put(kind, body), body: undefined }
      : { id: objectId(hash, kind, body), body };
  }

  #bottom(from: number, to: number): Made<T> {
    const entries = this.#entries.slice(from, to);
    if (entries.every((entry) => entry === undefined)) return { page: undefined, isFinal: false };
    const isFinal = entries.every((entry) => entry !== undefined && this.#format.isFinal(entry));
    return { page: { level: 0, entries }, isFinal };
  }

  #upper(level: number, from: number, to: number): Made<T> {
    const below = this.#pages[level - 1] as (Written<K> | undefined)[];
    const width = Math.min(to, Math.ceil(this.#entries.length / widthOf(level))) - from;
    const pages = Array.from({ length: width }, (_, i) => below[from + i]);
    if (pages.every((page) => page === undefined)) return { page: undefined, isFinal: false };
    const isFinal = pages.every((page) => page !== undefined && page.body === undefined);
    return { page: { level, pages: pages.map((each) => each?.id) }, isFinal };
  }
}

interface Made<T> {
  readonly page: Page<T> | undefined;
  readonly isFinal: boolean;
}

/** A page that was written; it has its body unless it is final. */
interface Written<K extends PageKind> {
  readonly id: Id<K>;
  readonly body: Uint8Array | undefined;
}

function invalid(kind: PageKind, problem: string): RewindError {
  return new RewindError("OBJECT_INVALID", `not valid ${kind}: ${problem}`, { kind });
}
