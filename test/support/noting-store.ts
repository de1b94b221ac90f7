import type { Id } from "../../src/object/id.ts";
import type { ObjectStore, Tip } from "../../src/store/object-store.ts";

/** A store that tells of each tip once it is committed or marked. */
export function notingStore(
  store: ObjectStore,
  note: (kind: "commit" | "mark", tip: Tip) => void,
): ObjectStore {
  return Object.assign(Object.create(store) as ObjectStore, {
    hash: store.hash,
    get: (id: Id) => store.get(id),
    has: (id: Id) => store.has(id),
    async writer() {
      const writer = await store.writer();
      return {
        ...writer,
        get pendingBytes() {
          return writer.pendingBytes;
        },
        commit: async (...tips: readonly Tip[]) => {
          await writer.commit(...tips);
          const last = tips.at(-1);
          if (last !== undefined) note("commit", last);
        },
        mark: async (...[tip, objects]: Parameters<NonNullable<typeof writer.mark>>) => {
          await writer.mark?.(tip, objects);
          note("mark", tip);
        },
      };
    },
  });
}
