import type { Files } from "../host/files.ts";

/** Of names that came within the same tick of a file system's clock, which can be two seconds, it does not tell. */
const TICK_MS = 2_000;

/** Where a file system does not tell of new names at all, they are seen this late. */
const LONGEST_MS = 1_000;

/** The names in a folder, which is listed again only where it may have others since. */
export class ListedFolder {
  readonly #files: Files;
  readonly #folder: string;
  /** What the folder was when it was listed; undefined where that is too little to go by. */
  #state: string | undefined;
  #listed = 0;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** The names that are there now. */
  list(): readonly string[] {
    const found = this.#files.stat(this.#folder);
    const isSettled = found !== undefined && Date.now() - found.modifiedMs > TICK_MS;
    this.#state = isSettled ? `${found.identity} ${found.modifiedMs}` : undefined;
    this.#listed = performance.now();
    return this.#files.list(this.#folder).map(({ name }) => name);
  }

  /** Whether it has the names that it had when it was listed last; false where it may have others. */
  isUnchanged(): boolean {
    if (this.#state === undefined || performance.now() - this.#listed > LONGEST_MS) return false;
    const found = this.#files.stat(this.#folder);
    return found !== undefined && `${found.identity} ${found.modifiedMs}` === this.#state;
  }
}
