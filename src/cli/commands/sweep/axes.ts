import { TypedText } from "../../../codec/json/typed-text.ts";
import { parsePairs } from "../../input/parse.ts";
import { usageError } from "../../input/usage-error.ts";
import { splitList } from "../../input/value-list.ts";

/** What the `--param` of a sweep give: one value for all runs, or several to run with each. */
export interface SweptParams {
  readonly params: Readonly<Record<string, TypedText>>;
  readonly over: Readonly<Record<string, readonly TypedText[]>>;
}

/**
 * Reads `--param beta=0.1:0.5:0.1`, `--param gamma=1,2` and `--param n=1_000`: a range, a list, one
 * value. Whether a text with colons is a range depends on the param. Throws USAGE.
 */
export function sweptParams(given: readonly string[] | undefined): SweptParams {
  const params: Record<string, TypedText> = {};
  const over: Record<string, readonly TypedText[]> = {};
  for (const [name, { text }] of Object.entries(parsePairs(given, "param") ?? {})) {
    const parts = splitList(text);
    if (parts.length > 1 && parts.includes("")) {
      throw usageError(
        `expected --param name=value,value,…, got ${JSON.stringify(`${name}=${text}`)}`,
      );
    }
    if (parts.length > 1 || /^[^"[{]+:/.test(text)) {
      over[name] = parts.map((part) => new TypedText(part));
    } else params[name] = new TypedText(text);
  }
  return { params, over };
}
