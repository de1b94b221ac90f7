import { countDifferences, type Difference } from "../../codec/differences.ts";
import type { Replayer } from "../replayer.ts";
import { type ComparableStates, comparable } from "./comparable.ts";

/** How the states of two runs differ. */
export interface StateDifference {
  /** The steps of the two states. */
  readonly a: number;
  readonly b: number;
  /** The number of fields in either state. */
  readonly fields: number;
  /** The number of fields that differ. */
  readonly different: number;
  /**
   * The differences, in the order of the state. If more fields differ than are listed, these are
   * the largest differences, the largest first.
   */
  readonly changes: readonly Difference[];
}

/** Compares the states of two runs, each at its step, and lists up to `limit` differences. */
export async function stateDifference(
  a: { readonly replayer: Replayer; readonly step: number },
  b: { readonly replayer: Replayer; readonly step: number },
  limit: number,
): Promise<StateDifference> {
  const states = await comparableAt(a, b);
  const largest = new Largest(limit);
  const { fields, different } = countDifferences(
    states.a,
    states.b,
    (change) => largest.add(change),
    { types: states.types },
  );
  return { a: a.step, b: b.step, fields, different, changes: largest.list() };
}

/** The states of two runs, made comparable. */
export async function comparableAt(
  a: { readonly replayer: Replayer; readonly step: number },
  b: { readonly replayer: Replayer; readonly step: number },
): Promise<ComparableStates> {
  const [sideA, sideB] = await Promise.all(
    [a, b].map(async ({ replayer, step }) => ({
      state: await replayer.stateAt(step),
      simulation: (await replayer.segmentAt(step)).simulation,
    })),
  );
  return comparable(sideA as Side, sideB as Side, a.replayer.env);
}

type Side = Parameters<typeof comparable>[0];

/** b - a of two numbers; undefined if one is not a number. */
export function differenceOf({ a, b, about }: Difference): number | bigint | undefined {
  if (about !== undefined) return undefined;
  if (typeof a === "number" && typeof b === "number") return b - a;
  return typeof a === "bigint" && typeof b === "bigint" ? b - a : undefined;
}

/**
 * The size of a difference. NaN counts as the largest; a difference without a number, as the
 * smallest.
 */
export function sizeOf(difference: number | bigint | undefined): number {
  if (difference === undefined) return -1;
  const size = Math.abs(Number(difference));
  return Number.isNaN(size) ? Number.POSITIVE_INFINITY : size;
}

/** Keeps the largest of the differences that are added. */
class Largest {
  readonly #limit: number;
  /** In the order added until the limit is reached; from then on the largest first. */
  #kept: { readonly change: Difference; readonly size: number }[] = [];
  #sorted = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(change: Difference): void {
    const size = sizeOf(differenceOf(change));
    if (this.#kept.length < this.#limit) {
      this.#kept.push({ change, size });
      return;
    }
    if (!this.#sorted) this.#kept.sort((x, y) => y.size - x.size);
    this.#sorted = true;
    const last = this.#kept.at(-1);
    if (last === undefined || size <= last.size) return;
    this.#kept.pop();
    const at = this.#kept.findIndex((other) => other.size < size);
    this.#kept.splice(at === -1 ? this.#kept.length : at, 0, { change, size });
  }

  list(): Difference[] {
    return this.#kept.map(({ change }) => change);
  }
}
