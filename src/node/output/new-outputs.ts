import path from "node:path";
import type { NewOutputs } from "../../replay/environment.ts";
import { GrowingFile } from "./growing-file.ts";
import { lockFolder } from "./lock-folder.ts";
import { type NotesStore, type OutputNotes, readNotes, writeNotes } from "./output-notes.ts";
import { onOutput, outputRefused, realFolder } from "./output-place.ts";
import { foundFile } from "./stock.ts";

/** What new outputs are made with; without a store, no earlier ones are known. */
export interface NewOutputsOptions {
  readonly store: NotesStore | Pick<NotesStore, "files">;
  readonly uniqueName: () => string;
}

const FLUSH_CHARACTERS = 1 << 20;

/**
 * Files for the outputs of a run, in a folder that need not exist. They take the place of outputs that
 * rewind wrote there before, but of no other files.
 */
export function newOutputs(given: string, options: NewOutputsOptions): NewOutputs {
  const { store, uniqueName } = options;
  const { files } = store;
  const folder = realFolder(given);
  const kept = "seal" in store ? store : undefined;
  const release = kept === undefined ? () => undefined : lockFolder(kept, folder);
  const notes: OutputNotes | undefined = kept && readNotes(kept, folder);
  const drafts = new Map<string, GrowingFile>();
  // Chosen now, because steps may draw no chance.
  const unique = uniqueName();
  let pending = 0;
  const fileOf = (name: string): string => path.join(folder, ...name.split("/"));

  /** Checks that a file may be replaced or removed. */
  const checkOurs = (name: string): void => {
    if (foundFile(files, folder, name, notes)?.isOurs !== false) return;
    const problem =
      notes === undefined
        ? "a file is there that rewind did not write"
        : "the file there is not as rewind left it";
    throw outputRefused(fileOf(name), name, problem);
  };
  const write = (): void => {
    for (const [name, draft] of drafts) {
      onOutput(fileOf(name), name, () => {
        if (!draft.isOpen) draft.open(0);
        draft.write(undefined);
      });
    }
    pending = 0;
  };
  return {
    take(name, text) {
      let draft = drafts.get(name);
      if (draft === undefined) {
        const file = path.join(path.dirname(fileOf(name)), `.rewind-${unique}-${drafts.size}.tmp`);
        draft = new GrowingFile(files, file);
        drafts.set(name, draft);
      }
      draft.take(text);
      pending += text.length;
    },
    flush() {
      if (pending > FLUSH_CHARACTERS) write();
    },
    publish(next, key) {
      for (const name of drafts.keys()) checkOurs(name);
      const names = [...drafts.keys()];
      const stale = (notes?.names ?? []).filter((name) => !drafts.has(name));
      for (const name of stale) checkOurs(name);
      const at: Record<string, readonly [number, string]> = {};
      write();
      for (const [name, draft] of drafts) {
        const length = draft.length();
        at[name] = [length, draft.write(length) as string];
      }
      const note = (isOpen: boolean): void => {
        if (kept === undefined) return;
        const places = [{ next, key, at }];
        // Those that are still there when a crash comes are ours too.
        const written = isOpen ? [...names, ...stale] : names;
        onOutput(folder, "the notes", () =>
          writeNotes(kept, { folder, isOpen, names: written, places }),
        );
      };
      note(true);
      for (const [name, draft] of drafts) {
        draft.close();
        onOutput(fileOf(name), name, () => files.rename(draft.file, fileOf(name)));
      }
      for (const name of stale) onOutput(fileOf(name), name, () => files.remove(fileOf(name)));
      note(false);
      drafts.clear();
      return names;
    },
    abandon() {
      for (const draft of drafts.values()) {
        draft.close();
        files.remove(draft.file);
      }
      drafts.clear();
      release();
    },
  };
}
