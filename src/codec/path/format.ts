import { describe } from "../../base/checks.ts";

/**
 * One step of a path: a property by its name, an element by its index, the value under a key of a
 * Map, or, by position, a member of a Set (a value of a Map) or a key of a Map.
 */
export type PathStep =
  | string
  | number
  | { readonly get: unknown }
  | { readonly values: number }
  | { readonly keys: number };

/** The steps from the root of a state to a value inside it; the empty path is the root. */
export type Path = readonly PathStep[];

/**
 * The step to the value under the `position`th key of a Map: a key that is an object has no name.
 */
export function stepInto(key: unknown, position: number): PathStep {
  return typeof key === "object" && key !== null ? { values: position } : { get: key };
}

/**
 * `path` as text, as JavaScript would write it after `root`.
 *
 * @example
 * ```ts
 * formatPath(["agents", 3, "odd key", { get: 17 }]); // 'state.agents[3]["odd key"].get(17)'
 * ```
 */
export function formatPath(path: Path, root = "state"): string {
  let text = root;
  for (const step of path) text += formatStep(step);
  return text;
}

/** A name that can follow a dot without quotes. */
export const IDENTIFIER: RegExp = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;

function formatStep(step: PathStep): string {
  if (typeof step === "number") return `[${step}]`;
  if (typeof step === "string") {
    return IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  if ("values" in step) return `.values()[${step.values}]`;
  if ("keys" in step) return `.keys()[${step.keys}]`;
  return `.get(${formatKey(step.get)})`;
}

function formatKey(key: unknown): string {
  return typeof key === "string" ? JSON.stringify(key) : describe(key);
}
