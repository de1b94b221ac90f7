import path from "node:path";
import { toHex, utf8 } from "../../base/bytes.ts";
import { outputNameFault } from "../../replay/output-name.ts";
import { type Files, makeFolders } from "../host/files.ts";
import type { Seal } from "../host/machine-seal.ts";
import { nodeHash } from "../host/platform.ts";

/** A place in the outputs of a run: what the files hold of the steps before `next`. */
export interface OutputPlace {
  readonly next: number;
  /** What the lines up to here follow from. */
  readonly key: string;
  /** Of each file: its length up to here, and the SHA-256 of those bytes. */
  readonly at: Readonly<Record<string, readonly [bytes: number, digest: string]>>;
}

/** What is known of the outputs in a folder. */
export interface OutputNotes {
  readonly folder: string;
  /** Whether a recording is writing there, or was killed while it did: the files may hold more. */
  readonly isOpen: boolean;
  /** The names of the files that were written. */
  readonly names: readonly string[];
  /** In the order of their steps. The last one is what the files hold, unless they are open. */
  readonly places: readonly OutputPlace[];
}

/** Where notes are kept: in the part of a store that is never shared. */
export interface NotesStore {
  readonly files: Files;
  readonly seal: Seal;
  /** The `local` folder of the store. */
  readonly local: string;
}

/** The notes of a folder; undefined if there are none that this user has made. */
export function readNotes(store: NotesStore, folder: string): OutputNotes | undefined {
  const notes = parseNotes(readSealed(store, notesFile(folder)));
  return notes?.folder === folder ? notes : undefined;
}

export function writeNotes(store: NotesStore, notes: OutputNotes): void {
  writeSealed(store, notesFile(notes.folder), notes);
}

/** The most folders whose notes are read to find the past of a fork. */
const MOST_FOLDERS = 1_000;

/** The notes of all folders. */
export function allNotes(store: NotesStore): readonly OutputNotes[] {
  return store.files
    .list(path.join(store.local, FOLDER))
    .filter(({ name, isFile }) => isFile && name.startsWith("folder-"))
    .slice(0, MOST_FOLDERS)
    .flatMap(({ name }) => parseNotes(readSealed(store, name)) ?? []);
}

/**
 * The folder that a branch's outputs are written to; null if they are not to be written, and undefined
 * if nothing is known.
 */
export function readBranchFolder(store: NotesStore, branch: string): string | null | undefined {
  const found = readSealed(store, branchFile(branch)) as { branch?: unknown; folder?: unknown };
  if (found?.branch !== branch) return undefined;
  const { folder } = found;
  if (folder === null) return null;
  return typeof folder === "string" && path.isAbsolute(folder) ? folder : undefined;
}

export function writeBranchFolder(store: NotesStore, branch: string, folder: string | null): void {
  writeSealed(store, branchFile(branch), { branch, folder });
}

/** The folder of the notes in `local`. */
const FOLDER = "outputs";

function notesFile(folder: string): string {
  return `folder-${digestOf(folder)}.json`;
}

function branchFile(branch: string): string {
  return `branch-${digestOf(branch)}.json`;
}

/** The lock of the folder that outputs are written to. */
export function folderLock({ local }: Pick<NotesStore, "local">, folder: string): string {
  return path.join(local, `outputs-${digestOf(folder)}.lock`);
}

function digestOf(text: string): string {
  return toHex(nodeHash(utf8(text))).slice(0, 16);
}

function readSealed({ files, seal, local }: NotesStore, name: string): unknown {
  const text = files.readText(path.join(local, FOLDER, name));
  const [, mark = "", json = ""] = /^(\S+) (.*)\n$/s.exec(text ?? "") ?? [];
  // A note of somebody else could make us overwrite a file of this user.
  if (json === "" || !seal.isOurs(json, mark)) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function writeSealed({ files, seal, local }: NotesStore, name: string, value: object): void {
  const folder = path.join(local, FOLDER);
  if (files.stat(folder) === undefined) makeFolders(files, folder);
  const json = JSON.stringify(value);
  const file = path.join(folder, name);
  const draft = `${file}.new`;
  files.remove(draft);
  const descriptor = files.open(draft, "create");
  try {
    files.write(descriptor, utf8(`${seal.make(json)} ${json}\n`));
  } finally {
    files.close(descriptor);
  }
  // Not flushed: what a power cut loses of the notes is made again by a replay.
  files.rename(draft, file);
}

function parseNotes(value: unknown): OutputNotes | undefined {
  const { folder, isOpen, names, places } = Object(value) as Record<string, unknown>;
  if (typeof folder !== "string" || !path.isAbsolute(folder)) return undefined;
  if (typeof isOpen !== "boolean" || !Array.isArray(names) || !Array.isArray(places)) {
    return undefined;
  }
  if (!names.every(isName) || !places.every(isPlace)) return undefined;
  return { folder, isOpen, names, places };
}

function isName(name: unknown): name is string {
  return typeof name === "string" && outputNameFault(name) === undefined;
}

function isPlace(value: unknown): value is OutputPlace {
  const { next, key, at } = Object(value) as Record<string, unknown>;
  if (!Number.isSafeInteger(next) || typeof key !== "string") return false;
  return Object.entries(Object(at)).every(([name, found]) => {
    const [bytes, digest] = Array.isArray(found) ? found : [];
    return isName(name) && Number.isSafeInteger(bytes) && bytes >= 0 && typeof digest === "string";
  });
}
