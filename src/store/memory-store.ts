import type { Hash } from "../codec/hash.ts";
import { type Id, objectId } from "../object/id.ts";
import { type ObjectStore, type StoredObject, verifyObject } from "./object-store.ts";

/** A store that keeps its objects in memory, for runs that need not outlive the process. */
export function memoryStore(hash: Hash): ObjectStore {
  const objects = new Map<Id, StoredObject>();
  return {
    hash,
    async get(id) {
      const object = objects.get(id);
      if (object === undefined) return undefined;
      verifyObject(hash, id, object.kind, object.body, "in memory");
      return { kind: object.kind, body: object.body.slice() };
    },
    has: async (id) => objects.has(id),
    size: async (id) => objects.get(id)?.body.length,
    withPrefix: async (prefix, limit) =>
      [...objects.keys()]
        .filter((id) => id.startsWith(prefix))
        .sort()
        .slice(0, limit),
    async writer() {
      let pendingBytes = 0;
      const pending = new Map<Id, StoredObject>();
      const commit = async (): Promise<void> => {
        for (const [id, object] of pending) objects.set(id, object);
        pending.clear();
        pendingBytes = 0;
      };
      return {
        put(kind, body) {
          const id = objectId(hash, kind, body);
          if (!objects.has(id) && !pending.has(id)) {
            // A copy: the caller may change the bytes, and a chunk would keep its whole state alive.
            pending.set(id, { kind, body: new Uint8Array(body) });
            pendingBytes += body.length;
          }
          return id;
        },
        get pendingBytes() {
          return pendingBytes;
        },
        commit,
        close: commit,
        async abandon() {
          pending.clear();
          pendingBytes = 0;
          return false;
        },
      };
    },
  };
}
