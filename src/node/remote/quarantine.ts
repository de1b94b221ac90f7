import path from "node:path";
import { fromHex } from "../../base/bytes.ts";
import type { Id } from "../../object/id.ts";
import { checkPack } from "../../remote/check-pack.ts";
import type { Quarantine } from "../../remote/fetch.ts";
import type { PackRef } from "../../remote/remote.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { makeFolders, onStore, writeWhole } from "../host/files.ts";
import type { FileStore } from "../store/file-store.ts";
import { publishPack } from "../store/journal-writer.ts";
import { OpenFiles } from "../store/open-files.ts";
import { openJournal, type RecordFile } from "../store/pack-file.ts";

/** A pack that waits, and where its objects begin. */
interface Waiting {
  readonly file: string;
  readonly places: ReadonlyMap<Id, number>;
  readonly records: RecordFile;
}

/**
 * Packs that have arrived wait in `local/incoming/` under their names: a fetch that is cut finds
 * them there again.
 */
export function quarantineFor(store: FileStore): Quarantine {
  const { folders, tools } = store;
  const { files } = tools;
  const folder = path.join(folders.local, "incoming");
  const open = new OpenFiles(files);
  const waiting = new Map<string, Waiting>();

  const fileOf = (pack: PackRef): string => path.join(folder, `pack-${pack.hash}.pack`);
  const note = (pack: PackRef, bytes: Uint8Array): void => {
    const places = checkPack(pack, bytes, tools);
    const records = openJournal(open, folder, `pack-${pack.hash}.pack`, places, tools);
    waiting.set(pack.hash, { file: fileOf(pack), places, records });
  };
  /** What an earlier fetch has left, if it is whole. */
  const found = (pack: PackRef): boolean => {
    const file = fileOf(pack);
    const stat = files.stat(file);
    if (stat?.kind !== "file" || stat.size !== pack.bytes) return false;
    try {
      const descriptor = files.open(file, "read");
      try {
        note(pack, files.read(descriptor, 0, pack.bytes));
        return true;
      } finally {
        files.close(descriptor);
      }
    } catch {
      files.remove(file);
      return false;
    }
  };
  const placeOf = (id: Id): { records: RecordFile; offset: number } | undefined => {
    for (const { records, places } of waiting.values()) {
      const offset = places.get(id);
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

  return {
    view,
    has: (pack) =>
      waiting.has(pack.hash) ||
      files.stat(path.join(folders.objects, `pack-${pack.hash}.pack`)) !== undefined ||
      found(pack),
    async take(pack, bytes) {
      note(pack, bytes);
      onStore(folders.root, fileOf(pack), () => {
        makeFolders(files, folder);
        writeWhole(files, fileOf(pack), bytes);
      });
    },
    async publish() {
      await store.begin();
      open.closeAll();
      onStore(folders.root, folder, () => {
        for (const [hash, { file, places }] of waiting) {
          publishPack(store, file, places, fromHex(hash));
        }
      });
      waiting.clear();
      store.refresh();
    },
  };
}
