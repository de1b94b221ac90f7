import { RewindError } from "../base/errors.ts";
import { shortId } from "../object/id.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";
import { type Resolved, resolve } from "./resolve.ts";
import { parseRange } from "./revision.ts";

/** The steps of one run that a range names, both ends included: 0 ≤ from ≤ to ≤ steps. */
export interface ResolvedRange extends Pick<Resolved, "id" | "run" | "ref"> {
  readonly from: number;
  readonly to: number;
}

/**
 * The steps of a run that a range names. A side that is missing or names no step is the run's first
 * step on the left and its last step on the right. Throws INVALID_REVISION if `text` is not a range,
 * if the sides name different runs or if the left side names the later step, and what `resolve`
 * throws.
 */
export async function resolveRange(
  store: ObjectStore,
  refs: RefStore,
  text: string,
): Promise<ResolvedRange> {
  const range = parseRange(text);
  if (range === undefined) {
    throw invalidRange(text, "expected a range of steps, such as main@100..main@200");
  }
  const [left, right] = await Promise.all(
    [range.from, range.to].map((side) =>
      side === undefined ? undefined : resolve(store, refs, side),
    ),
  );
  const { id, run, ref } = (left ?? right) as Resolved;
  const [from, to] = [left?.step ?? 0, right?.step ?? run.steps];
  if (right !== undefined && right.id !== id) {
    throw invalidRange(
      text,
      `expected both sides to name the same run, got ${shortId(id)} and ${shortId(right.id)}`,
    );
  }
  if (from > to) throw invalidRange(text, `expected the earlier step first, got ${from} and ${to}`);
  return { id, run, ref, from, to };
}

function invalidRange(text: string, problem: string): RewindError {
  return new RewindError("INVALID_REVISION", `cannot read ${JSON.stringify(text)}: ${problem}`, {
    revision: text,
    part: text,
    range: true,
  });
}
