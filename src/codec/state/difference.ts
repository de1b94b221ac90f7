import { formatPath, type PathStep } from "../path/format.ts";

/** One place where two states differ. */
export interface Difference {
  /** Where: a path as `formatPath` writes it; the whole state is "state". */
  readonly path: string;
  /** The values in the first and the second state; undefined if a state has no value there. */
  readonly a: unknown;
  readonly b: unknown;
  /** Which of the two states has nothing there at all. */
  readonly missing?: "a" | "b";
  /** What differs, if it is not the value itself: `a` and `b` then describe it in words. */
  readonly about?: "order" | "sharing" | "buffer" | "integrity" | "encoding";
}

/** A place in two states that are compared: a step from the place around it. */
export interface Spot {
  readonly parent?: Spot | undefined;
  readonly step?: PathStep | undefined;
  readonly depth: number;
}

/** Receives the differences that a kind finds in its objects. */
export interface Comparer {
  /** The number of equal values that hold no others. */
  equal: number;
  /** Whether enough differences were found. */
  isFull(): boolean;
  compare(a: unknown, b: unknown, spot: Spot): void;
  /** Compares where each of two objects was met first. */
  compareSharing(a: object, b: object, spot: Spot): void;
  add(spot: Spot, a: unknown, b: unknown, more?: Partial<Difference>): void;
}

/** The place that `step` leads to. */
export function spotBelow(parent: Spot, step: PathStep): Spot {
  return { parent, step, depth: parent.depth + 1 };
}

/** The path of a place. */
export function formatSpot(spot: Spot): string {
  const steps: PathStep[] = [];
  for (let here: Spot | undefined = spot; here !== undefined; here = here.parent) {
    if (here.step !== undefined) steps.push(here.step);
  }
  return formatPath(steps.reverse());
}

/** Compares values by their positions. */
export function comparePositions(
  a: readonly unknown[],
  b: readonly unknown[],
  comparer: Comparer,
  spotOf: (position: number) => Spot,
): void {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length && !comparer.isFull(); i++) {
    if (i >= b.length) comparer.add(spotOf(i), a[i], undefined, { missing: "b" });
    else if (i >= a.length) comparer.add(spotOf(i), undefined, b[i], { missing: "a" });
    else comparer.compare(a[i], b[i], spotOf(i));
  }
}

/** Compares the order of the same keys. */
export function compareOrder(
  a: readonly unknown[],
  b: readonly unknown[],
  comparer: Comparer,
  spot: Spot,
): void {
  // Keys that only one side has are listed already.
  if (a.length !== b.length || a.every((key, i) => Object.is(key, b[i]))) return;
  const keys = new Set(a);
  if (b.every((key) => keys.has(key))) comparer.add(spot, a, b, { about: "order" });
}
