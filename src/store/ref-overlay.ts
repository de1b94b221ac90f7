import type { Operation, RefStore } from "./ref-store.ts";

/** Refs as they would be after some operations, which are not done. What is updated is `refs` itself. */
export function overlayRefs(refs: RefStore, operations: readonly Operation[]): RefStore {
  if (operations.length === 0) return refs;
  const changed = new Map(
    operations.flatMap(({ changes }) => changes).map(({ name, to }) => [name, to]),
  );
  const list: RefStore["list"] = async (prefix) => {
    const kept = (await refs.list(prefix)).filter(({ name }) => !changed.has(name));
    const added = [...changed].flatMap(([name, target]) =>
      target !== undefined && name.startsWith("refs/") && name.startsWith(prefix)
        ? [{ name, target }]
        : [],
    );
    return [...kept, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    ...refs,
    read: async (name) => (changed.has(name) ? changed.get(name) : refs.read(name)),
    async names(prefix) {
      const names = new Set(await refs.names(prefix));
      for (const [name, target] of changed) {
        if (target === undefined) names.delete(name);
        else if (name.startsWith("refs/") && name.startsWith(prefix)) names.add(name);
      }
      return [...names].sort();
    },
    list,
    operations: async () => [...(await refs.operations()), ...operations],
  };
}
