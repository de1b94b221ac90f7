import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { reasonOf } from "../../base/reason.ts";
import { getAt, parsePath, setAt } from "../../codec/path.ts";
import { formatPath } from "../../codec/path-format.ts";
import { readTyped, TypedText } from "../../codec/typed-text.ts";
import type { TypeCodecs } from "../../codec/types.ts";
import { fitting } from "./shape.ts";

/** How a fork changes the state at its step. */
export interface StateChanges {
  /** Returns another state, or changes it in place and returns nothing. */
  readonly mutate?: ((state: never) => unknown) | undefined;
  readonly set?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The state with the changes made: what `mutate` makes of it, then the values of `set`, each of the
 * kind of the value that it replaces. `own` copies what mutate gave before anything is set in it.
 * Throws FUNCTION_FAILED, INVALID_PATH, PATH_NOT_FOUND, INVALID_VALUE.
 */
export function changedState(
  before: unknown,
  { mutate, set }: StateChanges,
  { own, types }: { own(given: unknown): unknown; readonly types: TypeCodecs | undefined },
): unknown {
  const given = mutate === undefined ? before : mutated(before, mutate);
  if (set === undefined) return given;
  // All are looked at before the first is made.
  let state = mutate === undefined ? given : own(given);
  const changes = Object.entries(set).map(([text, value]) => {
    const path = parsePath(text);
    // Reading it refuses a path that is not there, so that a typing error adds no field.
    const present = getAt(state, path);
    const given =
      value instanceof TypedText ? readTyped(value.text, present, formatPath(path)) : value;
    return { path, value: fitting(present, given, path, types) };
  });
  for (const { path, value } of changes) {
    getAt(state, path);
    state = setAt(state, path, value);
  }
  return state;
}

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
    throw new RewindError("FUNCTION_FAILED", `mutate failed: ${reasonOf(cause)}`, {}, { cause });
  }
}
