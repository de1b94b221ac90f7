import { formatPath, type Path, type PathStep } from "./path/format.ts";
import { type Snapshot, sameSnapshot, snapshotOf } from "./snapshot.ts";
import { type Box, finderIn, getAt, storedOf } from "./state/access.ts";
import { isObject } from "./state/kinds/kind.ts";
import { kindOf } from "./state/kinds.ts";
import type { TypeCodecs } from "./state/type-codecs.ts";

/** A place of a state whose value holds no others, and how that value came about. */
export interface Leaf {
  readonly path: string;
  readonly value: unknown;
  /** The last change that was seen; undefined before one is. */
  change:
    | { readonly step: number; readonly by: ChangedBy; readonly before: Snapshot | undefined }
    | undefined;
}

/** What changed a value: a step, or whoever forked the run there. */
export type ChangedBy = "step" | "fork";

/** A leaf that is followed, or a place that leads to some. */
interface Place {
  readonly step: PathStep;
  readonly leaf: Leaf | undefined;
  below: Place[];
  /** What it held in the state that was seen last. */
  last: Snapshot | undefined;
}

/**
 * Follows the leaves of a state through states before it, and notes where each changed last. A leaf
 * is known by its path. An object that occurs twice is followed where it was met first.
 */
export class Leaves {
  /** The leaves, at most `limit`, in the order of the state; those inside linked instances come last. */
  readonly all: Leaf[] = [];
  /** How many more leaves the state has. */
  more = 0;
  readonly #limit: number;
  readonly #types: TypeCodecs | undefined;
  readonly #met = new Set<object>();
  readonly #waiting: (() => void)[] = [];
  #root: Place | undefined;

  /** The leaves at `path` in a state and below it. Throws PATH_NOT_FOUND. */
  constructor(
    state: unknown,
    path: Path,
    { types, limit }: { readonly types: TypeCodecs | undefined; readonly limit: number },
  ) {
    this.#types = types;
    this.#limit = limit;
    let root = this.#collect(getAt(state, path, types), path);
    // The list grows while it is read.
    for (const collect of this.#waiting) collect();
    for (const step of path.slice(0, -1).reverse()) root = root && placeOf(step, [root]);
    this.#root = path.length === 0 ? root : root && placeOf(ROOT, [root]);
    this.settle();
  }

  /** Whether the last change of every leaf was found. */
  get isDone(): boolean {
    return this.#root === undefined;
  }

  /** Looks at a state without one before it. */
  begin(state: unknown, types: TypeCodecs | undefined): void {
    follow(this.#root, { is: state }, types, (place, now) => {
      place.last = now;
    });
  }

  /** Looks at the state after the one that was seen last, and notes what has changed. */
  compare(state: unknown, types: TypeCodecs | undefined, step: number, by: ChangedBy): void {
    follow(this.#root, { is: state }, types, (place, now, leaf) => {
      if (sameSnapshot(place.last, now)) return;
      leaf.change = { step, by, before: place.last };
      place.last = now;
    });
  }

  /** Follows those leaves no further of which a change was seen. */
  settle(): void {
    if (this.#root !== undefined && !isOpen(this.#root)) this.#root = undefined;
  }

  #collect(value: unknown, path: Path): Place | undefined {
    if (isObject(value)) {
      if (this.#met.has(value)) return undefined;
      this.#met.add(value);
    }
    const place = placeOf(path.at(-1) ?? ROOT, []);
    const stored = storedOf(value, this.#types);
    const steps = isObject(stored) ? stepsOf(stored) : [];
    if (steps.length === 0) return this.#leafAt(place, stored, path);
    const below = (): void => {
      const find = finderIn(stored, this.#types);
      for (const step of steps) {
        const found = find(step);
        const next = found && this.#collect(found.is, [...path, step]);
        if (next !== undefined) place.below.push(next);
      }
    };
    // Instances may lead to each other: the path of one could go through all of the others.
    if (isObject(stored) && kindOf(stored) === undefined) this.#waiting.push(below);
    else below();
    return place;
  }

  #leafAt(place: Place, value: unknown, path: Path): Place | undefined {
    if (this.all.length >= this.#limit) {
      this.more++;
      return undefined;
    }
    const leaf: Leaf = { path: formatPath(path), value, change: undefined };
    this.all.push(leaf);
    return { ...place, leaf };
  }
}

/** The step of the whole state, to which none leads. */
const ROOT = "";

function placeOf(step: PathStep, below: Place[]): Place {
  return { step, leaf: undefined, below, last: undefined };
}

/** Removes the leaves of which a change was seen; returns whether any are left. */
function isOpen(place: Place): boolean {
  if (place.leaf !== undefined) return place.leaf.change === undefined;
  place.below = place.below.filter(isOpen);
  return place.below.length > 0;
}

/** Calls `look` for each leaf, with what is at its path in a state now. */
function follow(
  place: Place | undefined,
  found: Box | undefined,
  types: TypeCodecs | undefined,
  look: (place: Place, now: Snapshot | undefined, leaf: Leaf) => void,
): void {
  if (place === undefined) return;
  if (place.leaf !== undefined) {
    look(place, snapshotOf(found && { is: storedOf(found.is, types) }, types), place.leaf);
    return;
  }
  const find = found && finderIn(found.is, types);
  for (const next of place.below) follow(next, find?.(next.step), types, look);
}

/** The steps to the values in an object. */
function stepsOf(value: object): readonly PathStep[] {
  const kind = kindOf(value);
  if (kind === undefined) return Object.keys(value);
  const steps = kind.steps?.(value) ?? [];
  return typeof steps === "number" ? Array.from({ length: steps }, (_, i) => i) : steps;
}
