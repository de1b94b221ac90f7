import { equalBytes } from "../base/bytes.ts";
import { Comparison, type Difference, type DifferenceOptions } from "./comparison.ts";
import { encode } from "./encode.ts";

export type { Difference, DifferenceOptions } from "./comparison.ts";

/**
 * Where the states `a` and `b` differ, in the order of the document, numbers told apart as by
 * `Object.is`. Differences that only a step could notice are listed too: the order of keys and
 * entries, and which objects are one and the same. Empty only where both have the same encoding.
 *
 * @example
 * ```ts
 * differences({ x: 1, y: [2] }, { x: 1, y: [3] }); // [{ path: "state.y[0]", a: 2, b: 3 }]
 * ```
 */
export function differences(a: unknown, b: unknown, options: DifferenceOptions = {}): Difference[] {
  const found = new Comparison(options).run(a, b);
  if (found.length > 0 || options.limit === 0) return found;
  const { types } = options;
  if (equalBytes(encode(a, { types }), encode(b, { types }))) return [];
  return [{ path: "state", a, b, about: "encoding" }];
}
