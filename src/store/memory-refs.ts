import { checkChanges } from "./ref-name.ts";
import { checkSeen, type Operation, type RefStore } from "./ref-store.ts";

/** Refs kept in memory. `now` gives the time for the operation log. */
export function memoryRefs(now: () => string): RefStore {
  const refs = new Map<string, string>();
  const operations: Operation[] = [];
  return {
    read: async (name) => refs.get(name),
    names: async (prefix) =>
      [...refs.keys()].filter((name) => name.startsWith("refs/") && name.startsWith(prefix)).sort(),
    list: async (prefix) =>
      [...refs]
        .filter(([name]) => name.startsWith("refs/") && name.startsWith(prefix))
        .map(([name, target]) => ({ name, target }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    async update(changes, command, { logged = true, seen } = {}) {
      checkSeen(seen, operations);
      checkChanges(changes, [...refs.keys()], (name) => refs.get(name));
      for (const { name, to } of changes) {
        if (to === undefined) refs.delete(name);
        else refs.set(name, to);
      }
      if (!logged) return;
      operations.push({ time: now(), command, changes: changes.map((change) => ({ ...change })) });
    },
    operations: async () => [...operations],
  };
}
