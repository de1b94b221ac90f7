import { RewindError } from "../../base/errors.ts";

/** Data as JSON on one line, or indented. Throws TOO_LONG if one text cannot hold it. */
export function jsonLine(data: unknown, indent?: number): string {
  try {
    return JSON.stringify(data, undefined, indent);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const message = "expected a result that fits into one text of JSON, got a longer one";
    throw new RewindError("TOO_LONG", message, {}, { cause });
  }
}
