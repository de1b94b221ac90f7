import { RewindError } from "../base/errors.ts";

/** A change of one ref: what it must be now and what it becomes; undefined means absent. */
export interface RefChange {
  /** `HEAD`, or a full name such as `refs/heads/main`. */
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** One entry of the operation log. */
export interface Operation {
  /** ISO 8601. */
  readonly time: string;
  readonly command: string;
  readonly changes: readonly RefChange[];
}

/** Where refs live: names for runs, changed only by compare-and-swap, every change logged. */
export interface RefStore {
  read(name: string): Promise<string | undefined>;
  /** The names of the refs that begin with `prefix`, sorted; HEAD is never among them. */
  names(prefix: string): Promise<readonly string[]>;
  /** The refs whose names begin with `prefix`, sorted by name; HEAD is never among them. */
  list(prefix: string): Promise<readonly { readonly name: string; readonly target: string }[]>;
  /**
   * Makes all the changes. If a ref is not what `from` says, makes no change and throws REF_MOVED.
   * Throws INVALID_REF_NAME for a name that Git would refuse, and REF_CONFLICT for one that differs
   * from another only in case or would be both a folder and a file. An update that only moves the
   * cursor in HEAD is not `logged`. If the log has more or fewer operations than `seen`, makes no
   * change and throws REF_MOVED.
   */
  update(
    changes: readonly RefChange[],
    command: string,
    options?: { readonly logged?: boolean; readonly seen?: number },
  ): Promise<void>;
  /** The operation log, oldest first. */
  operations(): Promise<readonly Operation[]>;
}

/** Checks that a ref is still what the change expects. */
export function checkUnmoved(change: RefChange, current: string | undefined): void {
  if (current === change.from) return;
  // HEAD has a second line for its cursor; an error message has one line.
  const was = (target = "absent"): string => target.replace(/\nstep: /, " at step ");
  throw new RewindError(
    "REF_MOVED",
    `expected ${change.name} to be ${was(change.from)}, but it is now ${was(current)}`,
    { ref: change.name, expected: change.from, actual: current },
  );
}

/** Checks that nothing was logged since the caller looked. */
export function checkSeen(seen: number | undefined, operations: readonly Operation[]): void {
  if (seen === undefined || seen === operations.length) return;
  throw new RewindError(
    "REF_MOVED",
    `expected ${seen} operations in the log, got ${operations.length}`,
    { expected: seen, actual: operations.length },
  );
}

/** Refs whose lists are read once, all together, for a command that lists them more than once. */
export function listedOnce(refs: RefStore): RefStore {
  let all: ReturnType<RefStore["list"]> | undefined;
  return {
    ...refs,
    list: async (prefix) => {
      all ??= refs.list("refs/");
      return (await all).filter(({ name }) => name.startsWith(prefix));
    },
  };
}

/** Refs as they will be after planned operations. Updates change `refs` itself. */
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
