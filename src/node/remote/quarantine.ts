import path from "node:path";
import { fromHex, toHex, utf8 } from "../../base/bytes.ts";
import { clock } from "../../base/clock.ts";
import { isRewindError } from "../../base/errors.ts";
import type { Id } from "../../object/id.ts";
import { checkPack } from "../../remote/check-pack.ts";
import type { Quarantine } from "../../remote/fetch.ts";
import type { PackRef } from "../../remote/remote.ts";
import { breather } from "../../replay/drive.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { encodeIndex } from "../../store/pack-index.ts";
import { makeFolders, onStore, withFile, writeWhole } from "../host/files.ts";
import { pause } from "../host/pause.ts";
import type { FileStore } from "../store/file-store.ts";
import { movePack } from "../store/journal-writer.ts";
import { OpenFiles } from "../store/open-files.ts";
import { openPack, type RecordFile } from "../store/pack-file.ts";

/**
 * Packs that have arrived wait in `local/incoming/` under their names, each with its index: a fetch
 * that is cut finds them there again. With `afresh`, no pack of the store counts as one that is
 * here: what came along with a copy of the store may have the name of another.
 */
export function quarantineFor(
  store: FileStore,
  { signal, afresh = false }: QuarantineOptions = {},
): Quarantine & { readonly reliesOnStore: boolean } {
  const { folders, tools } = store;
  const { files, hash } = tools;
  const folder = path.join(folders.local, "incoming");
  const open = new OpenFiles(files);
  const waiting = new Map<string, RecordFile>();
  const breathe = breather({ now: clock.now, pause }, signal);

  const fileOf = (pack: string, ending: "pack" | "idx" = "pack"): string =>
    path.join(folder, `pack-${pack}.${ending}`);
  /** Checks a pack, writes it unless it is there, and its index. */
  const note = async (pack: PackRef, bytes: Uint8Array, isThere: boolean): Promise<void> => {
    const places = await checkPack(pack, bytes, tools, breathe);
    const index = encodeIndex(places, fromHex(pack.hash), hash);
    onStore(folders.root, fileOf(pack.hash), () => {
      makeFolders(files, folder);
      writeWhole(files, fileOf(pack.hash, "idx"), index);
      if (!isThere) writeWhole(files, fileOf(pack.hash), bytes);
    });
    waiting.set(pack.hash, openPack(open, folder, `pack-${pack.hash}.pack`, tools));
  };
  /** What an earlier fetch has left, if it is whole. */
  const found = async (pack: PackRef): Promise<boolean> => {
    const file = fileOf(pack.hash);
    const stat = files.stat(file);
    if (stat?.kind !== "file" || stat.size !== pack.bytes) return false;
    try {
      const bytes = withFile(files, file, "read", (descriptor) =>
        files.read(descriptor, 0, pack.bytes),
      );
      await note(pack, bytes, true);
      return true;
    } catch (error) {
      if (isRewindError(error, "INTERRUPTED")) throw error;
      files.remove(file);
      return false;
    }
  };
  const placeOf = (id: Id): { records: RecordFile; offset: number } | undefined => {
    const bytes = fromHex(id);
    for (const records of waiting.values()) {
      const offset = records.find(id, bytes);
      if (offset !== undefined) return { records, offset };
    }
    return undefined;
  };

  const view: ObjectStore = {
    hash: store.hash,
    async get(id) {
      const place = placeOf(id);
      return place === undefined ? store.get(id) : place.records.readAt(place.offset, id);
    },
    has: async (id) => placeOf(id) !== undefined || store.has(id),
    size: (id) => store.size(id),
    withPrefix: (prefix, limit) => store.withPrefix(prefix, limit),
    writer: () => store.writer(),
  };
  const isStored = (pack: string): boolean =>
    files.stat(path.join(folders.objects, `pack-${pack}.pack`)) !== undefined;
  /** Gives a pack of the store that has the name of another a name that is free: it may be needed. */
  const moveAside = (pack: string): void => {
    const name = toHex(hash(utf8(tools.uniqueName())));
    for (const ending of ["pack", "idx"]) {
      const file = path.join(folders.objects, `pack-${pack}.${ending}`);
      if (files.stat(file) === undefined) continue;
      files.rename(file, path.join(folders.objects, `pack-${name}.${ending}`));
    }
  };

  let relies = false;

  return {
    view,
    breathe,
    get reliesOnStore() {
      return relies;
    },
    async has(pack) {
      if (waiting.has(pack.hash)) return true;
      if (afresh || !isStored(pack.hash)) return found(pack);
      relies = true;
      return true;
    },
    take: (pack, bytes) => note(pack, bytes, false),
    async publish() {
      await store.begin();
      open.closeAll();
      onStore(folders.root, folder, () => {
        const wrong = [...waiting.keys()].filter(isStored);
        for (const pack of wrong) moveAside(pack);
        // Readers in this process let go of it before another has its name.
        if (wrong.length > 0) store.refresh();
        for (const pack of waiting.keys()) {
          const [draft, index] = [fileOf(pack), fileOf(pack, "idx")];
          movePack(store, { draft, index }, `pack-${pack}`);
        }
      });
      waiting.clear();
      store.refresh();
    },
  };
}

/** How packs are received. */
interface QuarantineOptions {
  readonly signal?: AbortSignal | undefined;
  readonly afresh?: boolean;
}
