import path from "node:path";
import { isRewindError, type RewindError } from "../../base/errors.ts";
import type { OutputFiles } from "../../replay/output/output-files.ts";
import { GrowingFile } from "./growing-file.ts";
import { type NotesStore, type OutputPlace, writeNotes } from "./output-notes.ts";
import { onOutput } from "./output-place.ts";
import { thinned } from "./thinned.ts";

/** A folder in which a recording goes on with the outputs of a run. */
export interface FolderToContinue {
  readonly store: NotesStore;
  readonly folder: string;
  /** What the lines of the steps before `next` follow from. */
  key(next: number): string;
  /** The noted places that hold, the last of which is where the files are continued. */
  readonly places: readonly OutputPlace[];
  /** Where the bytes up to the last place are, if not in the file itself. */
  readonly sources: ReadonlyMap<string, string>;
  /**
   * Clears the way for the files, just before they are written for the first time. Returns what is to
   * be done after that.
   */
  clear(): () => void;
  /** Called if the files cannot be written: the recording goes on. */
  onFailed(error: RewindError): void;
  now(): number;
  release(): void;
}

/** A place to which the files can be cut back. */
interface Cut {
  readonly next: number;
  readonly at: ReadonlyMap<string, number>;
}

/** Less than this waits for more, for a second. */
const FLUSH_CHARACTERS = 1 << 16;
const FLUSH_MS = 1_000;

/** How many of the last cuts to remember. */
const MOST_CUTS = 64;

/** The files of the outputs of a run that is being recorded. */
export class OutputFolder implements OutputFiles {
  readonly #options: FolderToContinue;
  readonly #growing = new Map<string, GrowingFile>();
  #places: readonly OutputPlace[];
  #cuts: Cut[] = [];
  #isOpen = false;
  #failure: RewindError | undefined;
  #flushed: number;

  constructor(options: FolderToContinue) {
    this.#options = options;
    this.#places = options.places;
    this.#flushed = options.now();
    for (const [name, [bytes]] of Object.entries(this.#start?.at ?? {})) this.#file(name, bytes);
  }

  get #start(): OutputPlace | undefined {
    return this.#options.places.at(-1);
  }

  /** The bytes with which files begin, until they are opened. */
  readonly #begin = new Map<string, number>();

  #file(name: string, begin = 0): GrowingFile {
    let file = this.#growing.get(name);
    if (file === undefined) {
      const { store, folder } = this.#options;
      file = new GrowingFile(store.files, path.join(folder, ...name.split("/")));
      this.#growing.set(name, file);
      this.#begin.set(name, begin);
    }
    return file;
  }

  take(name: string, text: string): void {
    if (this.#failure === undefined) this.#file(name).take(text);
  }

  note(next: number): void {
    if (this.#failure !== undefined) return;
    const last = this.#cuts.at(-1);
    if (last !== undefined && last.next >= next) return;
    const at = new Map<string, number>();
    for (const [name, file] of this.#growing) at.set(name, this.#lengthOf(name, file));
    this.#cuts.push({ next, at });
    if (this.#cuts.length > 2 * MOST_CUTS) this.#cuts = this.#cuts.slice(-MOST_CUTS);
  }

  #lengthOf(name: string, file: GrowingFile): number {
    return file.length() + (file.isOpen ? 0 : (this.#begin.get(name) ?? 0));
  }

  flush(): void {
    const now = this.#options.now();
    let pending = 0;
    for (const file of this.#growing.values()) pending += file.pending;
    const isLittle = pending < FLUSH_CHARACTERS && now - this.#flushed < FLUSH_MS;
    if (pending === 0 || isLittle) return;
    this.#flushed = now;
    this.#unlessFailed(() => this.#write());
  }

  save(): void {
    this.#unlessFailed(() => {
      this.#write();
      this.#note(true);
    });
  }

  cut(next: number): number {
    const cut = this.#cuts.findLast((each) => each.next <= next);
    if (this.#failure !== undefined || cut === undefined) return next;
    this.#unlessFailed(() => {
      this.#open();
      for (const [name, file] of this.#growing) {
        const length = cut.at.get(name);
        onOutput(file.file, name, () => file.cut(length ?? 0));
        if (length !== undefined) continue;
        file.close();
        this.#options.store.files.remove(file.file);
        this.#growing.delete(name);
      }
      this.#cuts = this.#cuts.filter((each) => each.next <= cut.next);
      this.#places = this.#places.filter((each) => each.next <= cut.next);
    });
    return cut.next;
  }

  close(): void {
    this.#unlessFailed(() => {
      this.#write();
      this.#note(false);
    });
    if (this.#failure !== undefined) throw this.#failure;
    this.abandon();
  }

  abandon(): void {
    for (const file of this.#growing.values()) file.close();
    this.#growing.clear();
    this.#options.release();
  }

  /** Writes what is pending, and adds the last cut to the places that are known by their digests. */
  #write(): void {
    this.#open();
    const cut = this.#cuts.at(-1);
    const isNew = cut !== undefined && cut.next > (this.#places.at(-1)?.next ?? -1);
    const at: Record<string, readonly [number, string]> = {};
    let isKnown = isNew;
    for (const [name, file] of this.#growing) {
      const length = cut?.at.get(name);
      const digest = onOutput(file.file, name, () => {
        // An output that only a later segment has begins now.
        if (!file.isOpen) file.open(0);
        return file.write(length);
      });
      if (length === undefined) continue;
      if (digest === undefined) isKnown = false;
      else at[name] = [length, digest];
    }
    if (!isKnown || cut === undefined) return;
    const { next } = cut;
    this.#places = thinned([...this.#places, { next, key: this.#options.key(next), at }]);
  }

  #note(isOpen: boolean): void {
    const { store, folder } = this.#options;
    onOutput(folder, "the notes", () =>
      writeNotes(store, { folder, isOpen, names: [...this.#growing.keys()], places: this.#places }),
    );
  }

  /** Opens the files for the first time. From here on, they may hold more than is noted. */
  #open(): void {
    if (this.#isOpen) return;
    const { clear, sources } = this.#options;
    // Before the notes: a file that is not ours must not be taken for ours.
    const tidy = clear();
    this.#note(true);
    this.#isOpen = true;
    for (const [name, file] of this.#growing) {
      const begin = this.#begin.get(name) ?? 0;
      onOutput(file.file, name, () =>
        file.open(begin, begin === 0 ? undefined : sources.get(name)),
      );
    }
    tidy();
  }

  /** Outputs can be made again at any time, so that a recording need not end with them. */
  #unlessFailed(work: () => void): void {
    if (this.#failure !== undefined) return;
    try {
      work();
    } catch (error) {
      if (!isRewindError(error)) throw error;
      this.#failure = error;
      for (const file of this.#growing.values()) file.close();
      this.#growing.clear();
      this.#options.onFailed(error);
    }
  }
}
