import { RewindError } from "../base/errors.ts";

/** A change of one ref: from what it must be now (undefined: absent) to what it becomes. */
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
   * Makes all the changes, or none and throws REF_MOVED where a ref is not what `from` says. Throws
   * INVALID_REF_NAME for a name that Git would refuse, and REF_CONFLICT for one that differs from
   * another only in case or would be both a folder and a file. Only what moves nothing but the
   * cursor in HEAD is not `logged`. With `seen`, the log must still have so many operations, else
   * nothing is changed and it is REF_MOVED too.
   */
  update(
    changes: readonly RefChange[],
    command: string,
    options?: { readonly logged?: boolean; readonly seen?: number },
  ): Promise<void>;
  /** The operation log, oldest first. */
  operations(): Promise<readonly Operation[]>;
}

/** Checks that every ref still is what the change expects it to be. */
export function checkUnmoved(change: RefChange, current: string | undefined): void {
  if (current === change.from) return;
  // HEAD has a line for its cursor; an error has one line in all.
  const was = (target = "absent"): string => target.replace(/\nstep: /, " at step ");
  throw new RewindError(
    "REF_MOVED",
    `expected ${change.name} to be ${was(change.from)}, it is ${was(current)} now`,
    { ref: change.name, expected: change.from, actual: current },
  );
}

/** Checks that nothing was logged since the caller looked. */
export function checkSeen(seen: number | undefined, operations: readonly Operation[]): void {
  if (seen === undefined || seen === operations.length) return;
  throw new RewindError(
    "REF_MOVED",
    `expected ${seen} operations in the log, there are ${operations.length} now`,
    { expected: seen, actual: operations.length },
  );
}
