import { clock } from "../../base/clock.ts";
import type { Files } from "../host/files.ts";

/**
 * The coarsest clock of a file system: a folder's time does not change for names added within one
 * tick.
 */
const TICK_MS = 2_000;

/**
 * The longest delay before new names are seen on a file system that does not update a folder's
 * time.
 */
const LONGEST_MS = 1_000;

/** The names in a folder, with a cheap check whether they may have changed. */
export class ListedFolder {
  readonly #files: Files;
  readonly #folder: string;
  /**
   * The folder's identity and time when it was listed; undefined if the time is too recent to rely
   * on.
   */
  #state: string | undefined;
  #listed = 0;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** The current names. */
  list(): readonly string[] {
    const found = this.#files.stat(this.#folder);
    const isSettled = found !== undefined && clock.time() - found.modifiedMs > TICK_MS;
    this.#state = isSettled ? `${found.identity} ${found.modifiedMs}` : undefined;
    this.#listed = clock.now();
    return this.#files.list(this.#folder).map(({ name }) => name);
  }

  /** Whether the names are those of the last listing; false if they may have changed. */
  isUnchanged(): boolean {
    if (this.#state === undefined || clock.now() - this.#listed > LONGEST_MS) return false;
    const found = this.#files.stat(this.#folder);
    return found !== undefined && `${found.identity} ${found.modifiedMs}` === this.#state;
  }
}
