import path from "node:path";
import type { Files } from "../../src/node/host/files.ts";

/** Files in memory, for tests that need very many. They behave like the system's. */
export function memoryFiles(): Files & { readonly contents: Map<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>();
  const folders = new Set<string>();
  const open = new Map<number, string>();
  const identities = new Map<string, string>();
  let next = 1;
  const identityOf = (file: string): string => {
    const known = identities.get(file) ?? String(identities.size + next * 1e6);
    identities.set(file, known);
    return known;
  };
  const fail = (code: string, file: string): never => {
    throw Object.assign(new Error(`${code}: ${file}`), { code });
  };
  const content = (file: string): Uint8Array => contents.get(file) ?? fail("ENOENT", file);
  const fileOf = (descriptor: number): string => open.get(descriptor) ?? fail("EBADF", "");
  return {
    contents,
    open(file, mode) {
      if (mode === "read") content(file);
      else if (!folders.has(path.dirname(file))) fail("ENOENT", file);
      else if (mode === "create" && contents.has(file)) fail("EEXIST", file);
      else if (!contents.has(file)) contents.set(file, new Uint8Array(0));
      open.set(next, file);
      return next++;
    },
    close(descriptor) {
      if (!open.delete(descriptor)) fail("EBADF", "");
    },
    read: (descriptor, offset, length) =>
      content(fileOf(descriptor)).slice(offset, offset + length),
    write(descriptor, bytes) {
      const before = content(fileOf(descriptor));
      const after = new Uint8Array(before.length + bytes.length);
      after.set(before);
      after.set(bytes, before.length);
      contents.set(fileOf(descriptor), after);
    },
    sync: () => {},
    async writeAndSync(descriptor, bytes) {
      this.write(descriptor, bytes);
    },
    size: (descriptor) => content(fileOf(descriptor)).length,
    truncate: (file, length) => void contents.set(file, content(file).slice(0, length)),
    rename(from, to) {
      contents.set(to, content(from));
      contents.delete(from);
      identities.set(to, identityOf(from));
      identities.delete(from);
      for (const [descriptor, file] of open) if (file === from) open.set(descriptor, to);
    },
    link(from, to) {
      if (contents.has(to)) fail("EEXIST", to);
      contents.set(to, content(from));
    },
    remove(file) {
      contents.delete(file);
      identities.delete(file);
    },
    makeFolder(folder) {
      for (let at = folder; !folders.has(at); at = path.dirname(at)) folders.add(at);
    },
    removeEmptyFolder(folder) {
      if ([...contents.keys(), ...folders].some((name) => path.dirname(name) === folder)) return;
      folders.delete(folder);
    },
    syncFolder: () => {},
    list(folder) {
      const inside = (names: Iterable<string>, isFolder: boolean) =>
        [...names]
          .filter((name) => path.dirname(name) === folder && name !== folder)
          .map((name) => ({ name: path.basename(name), isFolder, isFile: !isFolder }));
      return [...inside(contents.keys(), false), ...inside(folders, true)].sort((a, b) =>
        a.name < b.name ? -1 : 1,
      );
    },
    stat(file) {
      const bytes = contents.get(file);
      const kind = bytes === undefined ? "folder" : "file";
      if (bytes === undefined && !folders.has(file)) return undefined;
      return {
        kind,
        size: bytes?.length ?? 0,
        identity: identityOf(file),
        links: 1,
        modifiedMs: 0,
      };
    },
    identity: (descriptor) => identityOf(fileOf(descriptor)),
    touch: () => {},
    readText(file) {
      const bytes = contents.get(file);
      return bytes && new TextDecoder().decode(bytes);
    },
  };
}
