import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";

/**
 * The error for a value that a state cannot hold: its path, what is wrong, and what to do.
 *
 * @example
 * ```ts
 * throw refusal("state.agents[3].brain", brain, "is a function", "keep functions in the simulation");
 * ```
 */
export function refusal(path: string, found: string, advice: string): RewindError {
  return new RewindError("UNSUPPORTED_STATE", `${path} ${found}: ${advice}`, {
    path,
    found,
    advice,
  });
}

/** What is wrong with a function or a symbol in a state. */
export function explainPrimitive(value: unknown): [found: string, advice: string] {
  return typeof value === "function"
    ? [
        `is ${describe(value)}`.replace("the function class", "the class"),
        "keep functions in the simulation and data in the state",
      ]
    : [`is a symbol, ${String(value)}`, "use a string in its place"];
}
