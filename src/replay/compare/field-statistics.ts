import { countDifferences, type Difference } from "../../codec/differences.ts";
import type { ComparableStates } from "./comparable.ts";
import { differenceOf, sizeOf } from "./state-difference.ts";

/** How one field differs between two runs over their steps. */
export interface FieldStatistics {
  readonly path: string;
  /** What differs, if it is not the value itself. */
  readonly about?: Difference["about"];
  /** The number of steps at which it differs, and the first of them. */
  readonly steps: number;
  readonly first: number;
  /** The largest difference of the numbers, b - a, and the first step with it. */
  readonly largest: StepDifference | undefined;
  /** Whether it differs at the last step, and b - a there if both are numbers. */
  readonly differsAtEnd: boolean;
  readonly atEnd: number | bigint | undefined;
}

/** A difference of two numbers, b - a, at a step. */
export interface StepDifference {
  readonly step: number;
  readonly difference: number | bigint;
}

/** How two runs differ over a range of steps. */
export interface DifferenceStatistics {
  /** The range, both ends included. Steps before the fork count as equal. */
  readonly from: number;
  readonly to: number;
  /** The number of steps at which the states differ. */
  readonly steps: number;
  /** The fields that differ, those with the most steps first. */
  readonly fields: readonly FieldStatistics[];
  /** How often a field differed that was not followed, because 10,000 others came first. */
  readonly notFollowed: number;
}

/** The most fields to follow: a state may have new ones at every step. */
const MOST_FIELDS = 10_000;

/** Gathers statistics of the differences at successive steps. */
export class FieldTally {
  readonly #fields = new Map<string, Tally>();
  #steps = 0;
  #notFollowed = 0;

  /** Counts the differences of the states at a step; returns whether they differ. */
  add(step: number, { a, b, types }: ComparableStates): boolean {
    const { different } = countDifferences(a, b, (change) => this.#count(step, change), { types });
    if (different > 0) this.#steps++;
    return different > 0;
  }

  over(from: number, to: number): DifferenceStatistics {
    const fields = [...this.#fields.values()].map(
      ({ path, about, steps, first, largest, last, difference }) => ({
        path,
        ...(about && { about }),
        steps,
        first,
        largest,
        differsAtEnd: last === to,
        atEnd: last === to ? difference : undefined,
      }),
    );
    fields.sort((x, y) => y.steps - x.steps);
    return { from, to, steps: this.#steps, fields, notFollowed: this.#notFollowed };
  }

  #count(step: number, change: Difference): void {
    const { path, about } = change;
    const key = about === undefined ? path : `${path} ${about}`;
    let tally = this.#fields.get(key);
    if (tally === undefined) {
      if (this.#fields.size >= MOST_FIELDS) {
        this.#notFollowed++;
        return;
      }
      tally = { path, about, steps: 0, first: step, last: step, difference: undefined };
      this.#fields.set(key, tally);
    }
    const difference = differenceOf(change);
    // One place can differ twice at a step: in which objects and in which buffers are shared.
    if (tally.steps === 0 || tally.last !== step) tally.steps++;
    tally.last = step;
    tally.difference = difference;
    if (difference === undefined) return;
    if (sizeOf(difference) > sizeOf(tally.largest?.difference))
      tally.largest = { step, difference };
  }
}

interface Tally {
  readonly path: string;
  readonly about: Difference["about"];
  steps: number;
  readonly first: number;
  last: number;
  /** At the step `last`. */
  difference: number | bigint | undefined;
  largest?: StepDifference;
}
