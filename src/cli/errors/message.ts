import { isRewindError, type RewindError } from "../../base/errors.ts";
import { formatState } from "../show/state.ts";
import { pointAt } from "../terminal/text.ts";

/** The message of an error, with the state before the failed step, or the place in the plan. */
export function messageFor(error: RewindError): string {
  if (isRewindError(error, "INVALID_PLAN")) {
    const { source, column } = error.data;
    if (source !== undefined) return `${error.message}\n${pointAt(source, Number(column))}`;
  }
  const { hint } = error.data;
  // In the library the message says what to use instead; here the hint does.
  const message = hint === undefined ? error.message : error.message.replace(`: ${hint}`, "");
  if (!Object.hasOwn(error.data, "state")) return message;
  return `${message}\n  the state before it: ${formatState(error.data.state, { oneLine: true })}`;
}
