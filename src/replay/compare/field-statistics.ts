import { countDifferences, type Difference } from "../../codec/differences.ts";
import type { ComparableStates } from "./comparable.ts";
import { differenceOf, sizeOf } from "./state-difference.ts";

/** How one field of two runs differs over their steps. */
export interface FieldStatistics {
  readonly path: string;
  /** What of the value differs, where it is not the value as such. */
  readonly about?: Difference["about"];
  /** At how many steps it differs, and the first of them. */
  readonly steps: number;
  readonly first: number;
  /** The largest difference of two numbers, b - a, and the first step that has it. */
  readonly largest: StepDifference | undefined;
  /** Whether it differs at the last step, and there b - a, of two numbers. */
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
  /** The range, both ends included; steps before the fork count, and differ nowhere. */
  readonly from: number;
  readonly to: number;
  /** At how many steps the states differ. */
  readonly steps: number;
  /** The fields that ever differ, those that differ at most steps first. */
  readonly fields: readonly FieldStatistics[];
  /** Fields that came up after 10,000 others are not followed: how often one differed. */
  readonly notFollowed: number;
}

/** So many fields are followed: a state may have new ones at every step. */
const MOST_FIELDS = 10_000;

/** Gathers statistics of the differences at successive steps. */
export class FieldTally {
  readonly #fields = new Map<string, Tally>();
  #steps = 0;
  #notFollowed = 0;

  /** Looks at the states at a step; returns whether they differ. */
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
    // Which objects and which buffers are one and the same are two differences of one place.
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
