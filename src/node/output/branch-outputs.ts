import path from "node:path";
import { count } from "../../base/count.ts";
import { isRewindError } from "../../base/errors.ts";
import { someOf } from "../../base/some-of.ts";
import type { OutputsRequest } from "../../history/record/branch-writer.ts";
import { recipeKey } from "../../replay/output/recipe-key.ts";
import { type RecordingOutputs, recordingOutputs } from "../../replay/output/recording-outputs.ts";
import { recordedOutputs } from "../../replay/outputs.ts";
import type { Replayer } from "../../replay/replayer.ts";
import type { AnySimulation } from "../../replay/simulation.ts";
import { lockFolder } from "./lock-folder.ts";
import { OutputFolder } from "./output-folder.ts";
import {
  allNotes,
  type NotesStore,
  type OutputNotes,
  type OutputPlace,
  readBranchFolder,
  readNotes,
  writeBranchFolder,
} from "./output-notes.ts";
import { onOutput, outputRefused, realFolder } from "./output-place.ts";
import { type FoundFile, foundFile } from "./stock.ts";

interface BranchOutputsOptions {
  readonly store: NotesStore;
  /** The project folder. */
  readonly root: string;
  /** The folder, in the project, where new branches get a folder each; none unless given. */
  readonly parentFolder: string | undefined;
  readonly notice: (text: string) => void;
}

/** The outputs of a project's branches: where they are, and how far. */
export class BranchOutputs {
  readonly #options: BranchOutputsOptions;

  constructor(options: BranchOutputsOptions) {
    this.#options = options;
  }

  /**
   * Begins to write the outputs of a recording, if it has any and is to. Brings what there is to the
   * step from which it goes on. Throws FILE_FAILED, OUTPUT_FAILED, LOCKED.
   */
  async begin(request: OutputsRequest): Promise<RecordingOutputs | undefined> {
    const { branch, asked, isNew, plan } = request;
    const { store, notice } = this.#options;
    const names = namesOf(plan.place.segment.simulation);
    const noted = isNew ? undefined : readBranchFolder(store, branch);
    if (names.length === 0 && typeof noted !== "string") return undefined;
    const folder = this.#folderOf(branch, asked, isNew, noted);
    if (folder === undefined) {
      if (asked === false && noted !== null) writeBranchFolder(store, branch, null);
      return undefined;
    }
    const release = lockFolder(store, folder);
    try {
      const outputs = await this.#prepare(request, folder, release);
      if (noted !== folder) writeBranchFolder(store, branch, folder);
      if (noted !== folder) notice(`outputs in ${this.#shown(folder)}/: ${someOf(names)}`);
      return outputs;
    } catch (error) {
      release();
      throw error;
    }
  }

  #folderOf(
    branch: string,
    asked: string | false | undefined,
    isNew: boolean,
    noted: string | null | undefined,
  ): string | undefined {
    const { root, parentFolder } = this.#options;
    if (asked === false) return undefined;
    if (typeof asked === "string") return realFolder(path.resolve(root, asked));
    if (noted !== undefined) return noted ?? undefined;
    if (!isNew || parentFolder === undefined) return undefined;
    return path.join(realFolder(root), parentFolder, ...branch.split("/"));
  }

  /** A folder as seen from the project, if it is inside. */
  #shown(folder: string): string {
    const seen = path.relative(realFolder(this.#options.root), folder);
    const isInside = seen !== "" && !seen.startsWith("..") && !path.isAbsolute(seen);
    return (isInside ? seen : folder).split(path.sep).join("/");
  }

  async #prepare(
    request: OutputsRequest,
    folder: string,
    release: () => void,
  ): Promise<RecordingOutputs> {
    const { env, plan, parent, isNew, branch } = request;
    const { store, notice } = this.#options;
    const { place, draft } = plan;
    const key = (next: number): string => recipeKey(draft, next, env.store.hash);
    const notes = readNotes(store, folder);
    const names = new Set(namesOf(place.segment.simulation));
    for (const { start } of parent?.manifest.segments ?? []) {
      const { simulation } = await (parent as Replayer).segmentAt(start);
      for (const name of namesOf(simulation)) names.add(name);
    }
    for (const name of notes?.names ?? []) names.add(name);
    const found = new Map<string, FoundFile | undefined>();
    for (const name of names) {
      const there = foundFile(store.files, folder, name, notes);
      found.set(name, there);
      const isKnown = notes?.names.includes(name) === true;
      if (there === undefined || there.isOurs || isKnown || !isNew) continue;
      const problem = "a file is there that rewind did not write";
      throw outputRefused(path.join(folder, ...name.split("/")), name, problem);
    }
    const past = pastOf({ notes, found, key, last: place.step + 1 }) ??
      this.#pastElsewhere(folder, key, place.step + 1) ?? {
        places: [],
        from: folder,
      };
    const sources = new Map<string, string>();
    const inFolder = (where: string, name: string): string => path.join(where, ...name.split("/"));
    for (const name of Object.keys(past.places.at(-1)?.at ?? {})) {
      if (past.from !== folder) sources.set(name, inFolder(past.from, name));
    }
    const clear = (): (() => void) => {
      const copied: string[] = [];
      for (const [name, there] of found) {
        if (there === undefined) continue;
        const file = inFolder(folder, name);
        const isContinued = past.places.at(-1)?.at[name] !== undefined && past.from === folder;
        if (there.isOurs && there.links === 1) {
          if (!isContinued) onOutput(file, name, () => store.files.remove(file));
          continue;
        }
        const aside = onOutput(file, name, () => this.#moveAside(file));
        if (isContinued) sources.set(name, aside);
        if (there.isOurs) {
          // It has a second name, perhaps in a backup, which must not change.
          copied.push(aside);
          continue;
        }
        notice(
          `${this.#shown(file)} is not as rewind left it: it is kept as ${path.basename(aside)}, and written anew`,
        );
      }
      return () => {
        for (const file of copied) store.files.remove(file);
      };
    };
    const files = new OutputFolder({
      ...{ store, folder, key, places: past.places, sources, clear, release },
      now: () => env.now(),
      onFailed: ({ message }) =>
        notice(`${message}; ${branch} is recorded without its outputs from here on`),
    });
    try {
      const have = past.places.at(-1)?.next ?? 0;
      // A few blocks are no more than what a command checks anyway.
      if (place.step - have > 16 * draft.blockSize) {
        notice(`the outputs of the steps before ${count(place.step)} are made by a replay`);
      }
      return await recordingOutputs({
        ...{ env, parent, files, have },
        ...{ signal: request.signal, onProgress: request.onProgress },
        manifest: draft,
        segment: place.segment,
        from: place.step,
      });
    } catch (error) {
      files.abandon();
      throw error;
    }
  }

  /** Keeps a file under another name, and returns that. */
  #moveAside(file: string): string {
    const { files } = this.#options.store;
    for (let number = 1; ; number++) {
      const aside = `${file}.kept-${number}`;
      if (files.stat(aside) !== undefined) continue;
      files.rename(file, aside);
      return aside;
    }
  }

  /** The past of a fork, in the folder of another branch. */
  #pastElsewhere(folder: string, key: KeyOf, last: number): Past | undefined {
    const { store } = this.#options;
    let best: Past | undefined;
    for (const notes of allNotes(store)) {
      if (notes.folder === folder) continue;
      const found = new Map<string, FoundFile | undefined>();
      try {
        const near = notes.places.findLast((each) => holds(each, key, last));
        if (near === undefined || near.next <= (best?.places.at(-1)?.next ?? 0)) continue;
        for (const name of Object.keys(near.at)) {
          found.set(name, foundFile(store.files, notes.folder, name, notes));
        }
        best = pastOf({ notes, found, key, last }) ?? best;
      } catch (error) {
        // Another folder that cannot be read is of no use.
        if (!isRewindError(error)) throw error;
      }
    }
    return best;
  }
}

type KeyOf = (next: number) => string;

/** Places that hold for a run, and the folder where their bytes are. */
interface Past {
  readonly places: readonly OutputPlace[];
  readonly from: string;
}

function holds(place: OutputPlace, key: KeyOf, last: number): boolean {
  return place.next <= last && place.key === key(place.next);
}

/** The noted places up to the last one whose bytes are all there; undefined if there is none. */
function pastOf({
  notes,
  found,
  key,
  last,
}: {
  readonly notes: OutputNotes | undefined;
  readonly found: ReadonlyMap<string, FoundFile | undefined>;
  readonly key: KeyOf;
  readonly last: number;
}): Past | undefined {
  if (notes === undefined) return undefined;
  const places = notes.places.filter((each) => holds(each, key, last));
  const end = places.findLastIndex((each) =>
    Object.keys(each.at).every((name) => found.get(name)?.has(each) === true),
  );
  return end < 0 ? undefined : { places: places.slice(0, end + 1), from: notes.folder };
}

function namesOf(simulation: AnySimulation): readonly string[] {
  return recordedOutputs(simulation).map(({ name }) => name);
}
