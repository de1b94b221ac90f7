import path from "node:path";
import { toHex, utf8 } from "../../base/bytes.ts";
import { type Id, isId } from "../../object/id.ts";
import type { Observations } from "../../replay/environment.ts";
import { makeFolders, onStore, replaceFile } from "../host/files.ts";
import type { StoreFolders } from "./store-folders.ts";
import type { FileStoreTools } from "./store-tools.ts";

/**
 * The notes of a store: for each observer of a run a small file with the id of what was observed. The
 * file's name is a hash of the observer's, since a file system may take two names for one.
 */
export function observedNotes(folders: StoreFolders, tools: FileStoreTools): Observations {
  const { files } = tools;
  const folderOf = (run: Id<"run">): string => path.join(folders.root, "observed", run);
  return {
    of: (run) => {
      const folder = folderOf(run);
      return onStore(folders.root, folder, () => {
        if (files.stat(folder) === undefined) return [];
        const names = files.list(folder).map(({ name }) => name);
        return names.filter(isNoteName).flatMap((name) => {
          const id = files.readText(path.join(folder, name))?.trimEnd();
          return isId(id) ? [id as Id<"observed">] : [];
        });
      });
    },
    note(run, observer, observed) {
      const folder = folderOf(run);
      const name = toHex(tools.hash(utf8(observer))).slice(0, NAME_DIGITS);
      onStore(folders.root, folder, () => {
        makeFolders(files, folder);
        const temporary = path.join(folders.local, `observed-${tools.uniqueName()}`);
        replaceFile(files, path.join(folder, name), temporary, utf8(`${observed}\n`));
      });
    },
  };
}

const NAME_DIGITS = 16;

function isNoteName(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name);
}
