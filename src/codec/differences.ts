import { equalBytes } from "../base/bytes.ts";
import { Comparison } from "./comparison.ts";
import { encode } from "./encode.ts";
import type { TypeCodecs } from "./types.ts";

/** One place where two states differ. */
export interface Difference {
  /** Where: a path as `formatPath` writes it; the whole state is "state". */
  readonly path: string;
  /** What is there in the first state and in the second one; undefined where nothing is. */
  readonly a: unknown;
  readonly b: unknown;
  /** Which of the two has nothing there at all. */
  readonly missing?: "a" | "b";
  /** What of the value differs, where it is not the value as such: `a` and `b` then say it in words. */
  readonly about?: "order" | "sharing" | "buffer" | "encoding";
}

export interface DifferenceOptions {
  /** At most this many are listed; 100 where nothing is given. */
  readonly limit?: number | undefined;
  /** Codecs for class instances, which are compared by what their codec stores. */
  readonly types?: TypeCodecs | undefined;
}

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
