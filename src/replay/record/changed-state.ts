import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { reasonOf } from "../../base/reason.ts";
import { readTyped, TypedText } from "../../codec/json/typed-text.ts";
import { formatPath } from "../../codec/path/format.ts";
import { parsePath } from "../../codec/path/parse.ts";
import { getAt, setAt } from "../../codec/state/access.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import type { Opened } from "./opened.ts";
import { fitting } from "./shape.ts";

/** How a fork changes the state at its step. */
export interface StateChanges {
  /** Returns a new state, or changes the given one in place and returns nothing. */
  readonly mutate?: ((state: never) => unknown) | undefined;
  readonly set?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The state after the changes: `mutate` first, then the values of `set`, each of the same kind as
 * the value that it replaces. `open` makes a copy in which values can be set. Throws
 * FUNCTION_FAILED, INVALID_PATH, PATH_NOT_FOUND, INVALID_VALUE.
 */
export function changedState(
  before: unknown,
  { mutate, set }: StateChanges,
  { open, types }: { open(given: unknown): Opened; readonly types: TypeCodecs | undefined },
): unknown {
  const given = mutate === undefined ? before : mutated(before, mutate);
  if (set === undefined) return given;
  // All values are checked before the first is set.
  const copy = open(given);
  let state = copy.value;
  const changes = Object.entries(set).map(([text, value]) => {
    const path = parsePath(text);
    // Reading refuses a path that does not exist, so that a typo adds no field.
    const present = getAt(state, path);
    const given =
      value instanceof TypedText ? readTyped(value.text, present, formatPath(path)) : value;
    const fitted = fitting(present, given, path, types);
    // A copy, because it is frozen if the value it replaces was, and the caller's own must stay
    // open.
    return { path, value: typeof fitted === "object" ? open(fitted).value : fitted };
  });
  for (const { path, value } of changes) {
    copy.replace(getAt(state, path), value);
    state = setAt(state, path, value);
  }
  copy.closeAgain();
  return state;
}

/** V8's messages for a change to a frozen or sealed object. */
const FROZEN = /read.only|not extensible|Cannot delete property/i;

function mutated(before: unknown, mutate: NonNullable<StateChanges["mutate"]>): unknown {
  const next = callMutate(mutate, before);
  if (next !== undefined) return next;
  if (typeof before === "object" && before !== null) return before;
  throw new RewindError(
    "FUNCTION_FAILED",
    `expected mutate to return the new state: it returned nothing, and ${describe(before)} cannot be changed in place`,
  );
}

function callMutate(mutate: NonNullable<StateChanges["mutate"]>, state: unknown): unknown {
  try {
    return mutate(state as never);
  } catch (cause) {
    const reason = reasonOf(cause);
    const isFrozen = cause instanceof TypeError && FROZEN.test(reason);
    const data = isFrozen
      ? { hint: "that object is frozen: return a changed copy of the state" }
      : {};
    throw new RewindError("FUNCTION_FAILED", `mutate failed: ${reason}`, data, { cause });
  }
}
