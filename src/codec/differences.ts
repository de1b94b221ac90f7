import { equalBytes } from "../base/bytes.ts";
import { encode } from "./encode.ts";
import { Comparison, type DifferenceOptions } from "./state/comparison.ts";
import type { Difference } from "./state/difference.ts";

export type { DifferenceOptions } from "./state/comparison.ts";
export type { Difference } from "./state/difference.ts";

/**
 * The places where the states `a` and `b` differ, in the order of the state. What differs inside
 * instances that may be part of a cycle comes last, those near the root first. Numbers are compared
 * by `Object.is`. This includes differences that only a step could notice: the order of keys and
 * entries, which objects are the same object, and which are frozen. The list is empty only if both
 * states have the same encoding.
 *
 * @example
 * ```ts
 * differences({ x: 1, y: [2] }, { x: 1, y: [3] }); // [{ path: "state.y[0]", a: 2, b: 3 }]
 * ```
 */
export function differences(a: unknown, b: unknown, options: DifferenceOptions = {}): Difference[] {
  const found = new Comparison(options).differences(a, b);
  if (found.length > 0 || options.limit === 0) return found;
  const other = otherEncoding(a, b, options);
  return other === undefined ? [] : [other];
}

/** The number of fields in either state, and the number of those that differ. */
export interface FieldCount {
  readonly fields: number;
  readonly different: number;
}

/**
 * Calls `visit` with every difference, without a limit, and counts. A field is a place with a value
 * that holds no others, or a place where the two states have nothing in common.
 *
 * @example
 * ```ts
 * countDifferences({ x: 1, y: 2 }, { x: 1, y: 3 }, () => {}); // { fields: 2, different: 1 }
 * ```
 */
export function countDifferences(
  a: unknown,
  b: unknown,
  visit: (difference: Difference) => void,
  options: Pick<DifferenceOptions, "types"> = {},
): FieldCount {
  let different = 0;
  const counting = (difference: Difference): void => {
    different++;
    visit(difference);
  };
  const comparison = new Comparison(options, counting);
  comparison.differences(a, b);
  const other = different === 0 ? otherEncoding(a, b, options) : undefined;
  if (other !== undefined) counting(other);
  return { fields: comparison.equal + different, different };
}

/** The difference of two states that are equal in every place but have different encodings. */
function otherEncoding(
  a: unknown,
  b: unknown,
  { types }: DifferenceOptions,
): Difference | undefined {
  if (equalBytes(encode(a, { types }), encode(b, { types }))) return undefined;
  return { path: "state", a, b, about: "encoding" };
}
