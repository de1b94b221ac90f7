import { MAX_DEPTH } from "../cbor/cursor.ts";
import { type Comparer, type Difference, formatSpot, type Spot } from "./difference.ts";
import { integrityOf } from "./integrity.ts";
import { isObject } from "./kinds/kind.ts";
import { OBJECT } from "./kinds/object.ts";
import { kindOf } from "./kinds.ts";
import { type InstanceType, type TypeCodecs, typeOf } from "./type-codecs.ts";

export interface DifferenceOptions {
  /** The most differences to list; 100 by default. */
  readonly limit?: number | undefined;
  /** The classes of instances, which are compared by what is stored of them. */
  readonly types?: TypeCodecs | undefined;
}

/** Walks through two states side by side and lists their differences. */
export class Comparison implements Comparer {
  equal = 0;
  readonly #types: TypeCodecs | undefined;
  readonly #limit: number;
  readonly #found: Difference[] = [];
  readonly #visit: ((difference: Difference) => void) | undefined;
  /** The place where each object was met first. */
  readonly #spotsA = new Map<object, Spot>();
  readonly #spotsB = new Map<object, Spot>();
  /** The pairs of objects already compared: cycles lead back to them. */
  readonly #compared = new Map<object, Set<object>>();
  /**
   * Instances that may lead to each other, compared after everything around them: else the path of
   * a body could go through all of its neighbours.
   */
  readonly #waiting: Instances[] = [];

  /** `visit` gets each difference instead of a list, so the limit is never reached. */
  constructor(options: DifferenceOptions, visit?: (difference: Difference) => void) {
    this.#types = options.types;
    this.#limit = options.limit ?? 100;
    this.#visit = visit;
  }

  differences(a: unknown, b: unknown): Difference[] {
    if (this.#limit > 0) this.compare(a, b, { depth: 0 });
    // The list grows while it is read.
    for (const instances of this.#waiting) this.#compareInstances(instances);
    return this.#found;
  }

  compare(a: unknown, b: unknown, spot: Spot): void {
    if (this.isFull()) return;
    if (!isObject(a) || !isObject(b)) {
      if (Object.is(a, b)) this.equal++;
      else this.add(spot, a, b);
      return;
    }
    const type = kindOf(a) ?? typeOf(this.#types, a);
    if (type !== (kindOf(b) ?? typeOf(this.#types, b)) || (type === undefined && a !== b)) {
      // Objects of different kinds just differ.
      this.add(spot, a, b);
      return;
    }
    const areKnown = this.#spotsA.has(a) && this.#spotsB.has(b);
    this.compareSharing(a, b, spot);
    const seen = this.#compared.get(a) ?? new Set<object>();
    this.#compared.set(a, seen);
    // Deeper differences are found by comparing the encodings.
    if (seen.has(b) || spot.depth > MAX_DEPTH) return;
    // Both are compared where they were met first; all pairs of them would be too many.
    if (areKnown) return;
    seen.add(b);
    this.#compareIntegrity(a, b, spot);
    if (type === undefined) return;
    if ("compare" in type) type.compare(a, b, this, spot);
    else if (type.create === undefined) this.#compareInstances({ type, a, b, spot });
    else this.#waiting.push({ type, a, b, spot });
  }

  /** Both objects must have been met first at the same place, or both be new. */
  compareSharing(a: object, b: object, spot: Spot): void {
    const firstA = this.#spotsA.get(a);
    const firstB = this.#spotsB.get(b);
    if (firstA === undefined) this.#spotsA.set(a, spot);
    if (firstB === undefined) this.#spotsB.set(b, spot);
    if (firstA === firstB) return;
    this.add(spot, sharing(firstA), sharing(firstB), { about: "sharing" });
  }

  isFull(): boolean {
    return this.#found.length >= this.#limit;
  }

  add(spot: Spot, a: unknown, b: unknown, more: Partial<Difference> = {}): void {
    if (this.isFull()) return;
    const difference = { path: formatSpot(spot), a, b, ...more };
    if (this.#visit === undefined) this.#found.push(difference);
    else this.#visit(difference);
  }

  #compareInstances({ type, a, b, spot }: Instances): void {
    const below = { parent: spot, depth: spot.depth + 1 };
    if (type.plain !== undefined) OBJECT.compare(a as Fields, b as Fields, this, below);
    else this.compare(type.encode(a), type.encode(b), below);
  }

  #compareIntegrity(a: object, b: object, spot: Spot): void {
    const [levelA, levelB] = [integrityOf(a), integrityOf(b)];
    if (levelA === levelB) return;
    const open = "open to changes";
    this.add(spot, levelA ?? open, levelB ?? open, { about: "integrity" });
  }
}

/** Two instances of one type, and where they are. */
interface Instances {
  readonly type: InstanceType;
  readonly a: object;
  readonly b: object;
  readonly spot: Spot;
}

type Fields = Readonly<Record<string, unknown>>;

function sharing(first: Spot | undefined): string {
  return first === undefined ? "a separate object" : `the same object as ${formatSpot(first)}`;
}
