import path from "node:path";
import { pathToFileURL } from "node:url";
import { utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import type { Blobs } from "../../remote/blob-remote.ts";
import { webList } from "../../remote/web-list.ts";
import { type Files, makeFolders, moveInto, withFile } from "../host/files.ts";
import { codeOf, isCode, problemOf } from "../host/system-error.ts";
import { storeFiles } from "../store/store-files.ts";

/** The file that tells a remote from any other folder, and its text. */
const MARK = "rewind-remote";
const MARK_TEXT = "rewind remote 1\n";

/** A remote in a folder, which may be on a network mount: nothing relies on locks. */
export function folderBlobs(folder: string, unique: () => string, systemFiles: Files): Blobs {
  const root = path.resolve(folder);
  const files = storeFiles(root, systemFiles);
  const place = (name: string): string => path.join(root, ...name.split("/"));
  const on = <T>(work: () => T): T => onRemote(folder, work);

  /** Whether it looks like a Git repository, bare or with its files. */
  const isGit = (): boolean =>
    files.stat(place(".git")) !== undefined ||
    ["HEAD", "objects", "refs"].every((name) => files.stat(place(name)) !== undefined);
  /** Whether it is a remote; false if there is nothing. Throws REMOTE_INVALID for another folder. */
  const isRemote = (): boolean => {
    const text = files.readText(place(MARK));
    if (text === MARK_TEXT) return true;
    if (text?.startsWith("rewind remote ")) {
      const message = `expected a remote of format 1 in ${folder}, got format ${text.slice(14).trim().slice(0, 20)}`;
      throw new RewindError("UNSUPPORTED_FORMAT", message, { format: text.slice(14, 34).trim() });
    }
    if (files.list(root).length === 0) return false;
    throw new RewindError("REMOTE_INVALID", `${folder} is not a remote of rewind`, {
      url: folder,
      ...(isGit() && { git: `git+${pathToFileURL(root).href}` }),
    });
  };
  const temporary = (): string => path.join(root, "tmp", unique());
  const prepare = (file: string): void => {
    if (!isRemote()) {
      makeFolders(files, path.join(root, "tmp"));
      moveInto(files, place(MARK), temporary(), utf8(MARK_TEXT));
    }
    for (const each of [path.dirname(file), path.join(root, "tmp")]) makeFolders(files, each);
  };
  const namesIn = (name: string): string[] =>
    files.list(place(name)).flatMap((entry) => {
      const inside = `${name}/${entry.name}`;
      return entry.isFolder ? namesIn(inside) : [inside];
    });

  /** The list that a web server cannot make: it lets HTTP read what is here. */
  const listForWeb = (): void => {
    for (;;) {
      const names = namesIn("refs").sort();
      const text = webList(names);
      makeFolders(files, path.join(root, "info"));
      moveInto(files, place("info/refs"), temporary(), utf8(text));
      // Somebody else may have changed a ref meanwhile, and have written an earlier list after this.
      if (webList(namesIn("refs").sort()) === text) return;
    }
  };

  return {
    url: folder,
    changed: async () => on(listForWeb),
    isMade: async () => on(isRemote),
    probe: async () => void on(isRemote),
    list: async (prefix) =>
      on(() => {
        if (!isRemote()) return [];
        const above = prefix.slice(0, prefix.lastIndexOf("/"));
        return namesIn(above).filter((name) => name.startsWith(prefix));
      }),
    read: async (name, most) =>
      on(() => {
        if (files.stat(place(name)) === undefined) return undefined;
        return withFile(files, place(name), "read", (descriptor) => {
          const size = files.size(descriptor);
          if (size > most) {
            const message = `${name} has ${size} bytes in ${folder}, expected at most ${most}`;
            throw new RewindError("REMOTE_INVALID", message, { url: folder, file: name });
          }
          return files.read(descriptor, 0, size);
        });
      }),
    sizes: async (names) =>
      on(() => {
        const sizes = names.map((name) => [name, files.stat(place(name))?.size] as const);
        return new Map(sizes.flatMap(([name, size]) => (size === undefined ? [] : [[name, size]])));
      }),
    async write(name, bytes) {
      const draft = temporary();
      const descriptor = on(() => {
        prepare(place(name));
        return files.open(draft, "create");
      });
      try {
        await files.writeAndSync(descriptor, bytes).finally(() => files.close(descriptor));
        files.rename(draft, place(name));
        files.syncFolder(path.dirname(place(name)));
      } catch (error) {
        on(() => {
          files.remove(draft);
          throw error;
        });
      }
    },
    create: async (name, bytes) =>
      on(() => {
        prepare(place(name));
        const draft = temporary();
        withFile(files, draft, "create", (descriptor) => {
          files.write(descriptor, bytes);
          files.sync(descriptor);
        });
        try {
          // A second name for a whole file: of several writers one gets it, on network mounts too.
          files.link(draft, place(name));
          files.syncFolder(path.dirname(place(name)));
          return true;
        } catch (error) {
          if (isCode(error, "EEXIST")) return false;
          throw error;
        } finally {
          files.remove(draft);
        }
      }),
  };
}

/** Runs `work` on a remote's files, and turns the system's errors into REMOTE_FAILED. */
function onRemote<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RewindError) {
      if (cause.code !== "STORE_DAMAGED" && cause.code !== "STORE_FAILED") throw cause;
      throw new RewindError(
        "REMOTE_INVALID",
        `${folder}: ${cause.message}`,
        { url: folder },
        { cause },
      );
    }
    if (codeOf(cause) === undefined) throw cause;
    const message = `${folder}: ${problemOf(cause)}`;
    throw new RewindError("REMOTE_FAILED", message, { url: folder }, { cause });
  }
}
