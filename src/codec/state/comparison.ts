import { equalBytes } from "../../base/bytes.ts";
import { MAX_DEPTH } from "../cbor/limits.ts";
import { formatPath, type PathStep } from "../path/format.ts";
import { integrityOf } from "./integrity.ts";
import { viewTypeOf } from "./tags.ts";
import type { TypeCodec, TypeCodecs } from "./type-codecs.ts";

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
  readonly about?: "order" | "sharing" | "buffer" | "integrity" | "encoding";
}

export interface DifferenceOptions {
  /** At most this many are listed; 100 where nothing is given. */
  readonly limit?: number | undefined;
  /** Codecs for class instances, which are compared by what their codec stores. */
  readonly types?: TypeCodecs | undefined;
}

/** A place in both states: the step from the place around it. */
interface Place {
  readonly parent?: Place | undefined;
  readonly step?: PathStep | undefined;
  readonly depth: number;
}

/** Walks through two states side by side, and lists where they differ. */
export class Comparison {
  private readonly options: DifferenceOptions;
  private readonly limit: number;
  private readonly found: Difference[] = [];
  private readonly visit: ((difference: Difference) => void) | undefined;
  /** How many fields were found to be equal: values that hold no others. */
  equal = 0;
  /** Where each object was met first. */
  private readonly placesA = new Map<object, Place>();
  private readonly placesB = new Map<object, Place>();
  /** The pairs of objects that need no second look; in cycles they come up again. */
  private readonly compared = new Map<object, Set<object>>();

  /** With `visit`, differences are shown to it rather than listed, and so never too many. */
  constructor(options: DifferenceOptions, visit?: (difference: Difference) => void) {
    this.options = options;
    this.limit = options.limit ?? 100;
    this.visit = visit;
  }

  run(a: unknown, b: unknown): Difference[] {
    if (this.limit > 0) this.compare(a, b, { depth: 0 });
    return this.found;
  }

  private compare(a: unknown, b: unknown, place: Place): void {
    if (this.found.length >= this.limit) return;
    const objects = isObject(a) && isObject(b);
    if (!objects) {
      if (Object.is(a, b)) this.equal++;
      else this.add(place, a, b);
      return;
    }
    const kind = this.kindOf(a);
    if (kind !== this.kindOf(b) || (kind === OTHER && a !== b)) {
      this.add(place, a, b);
      return;
    }
    this.compareSharing(a, b, place);
    const seen = this.compared.get(a) ?? new Set<object>();
    this.compared.set(a, seen);
    // Deeper than that, encoding both tells the rest.
    if (seen.has(b) || place.depth > MAX_DEPTH) return;
    seen.add(b);
    this.compareIntegrity(a, b, place);
    if (typeof kind !== "string") this.comparePayloads(kind, a, b, place);
    else if (a instanceof Date) {
      const [timeA, timeB] = [a.getTime(), (b as Date).getTime()];
      if (Object.is(timeA, timeB)) this.equal++;
      else this.add(place, a, b);
    } else if (a instanceof Map) this.compareMaps(a, b as typeof a, place);
    else if (a instanceof Set) this.compareSets(a, b as typeof a, place);
    else if (kind === "ArrayBuffer" || kind === "DataView") this.compareBytes(a, b, place);
    else if (Array.isArray(a) || ArrayBuffer.isView(a)) {
      this.compareElements(a as ArrayLike<unknown>, b as ArrayLike<unknown>, place);
      if (ArrayBuffer.isView(a)) this.compareBuffers(a, b as ArrayBufferView, place);
    } else this.compareFields(a as Fields, b as Fields, place);
  }

  /** What an object is; for an instance, its codec. Objects of different kinds are just different. */
  private kindOf(value: object): string | TypeCodec {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null) return "object without prototype";
    const builtIn = BUILT_IN.get(prototype as object) ?? viewTypeOf(value)?.name;
    if (builtIn !== undefined) return builtIn;
    return Object.values(this.options.types ?? {}).find((codec) => codec.is(value)) ?? OTHER;
  }

  /** Each side's object must have been met first at the same place, or on neither side before. */
  private compareSharing(a: object, b: object, place: Place): void {
    const firstA = this.placesA.get(a);
    const firstB = this.placesB.get(b);
    if (firstA === undefined) this.placesA.set(a, place);
    if (firstB === undefined) this.placesB.set(b, place);
    if (firstA === firstB) return;
    this.add(place, sharing(firstA), sharing(firstB), { about: "sharing" });
  }

  private compareIntegrity(a: object, b: object, place: Place): void {
    const [levelA, levelB] = [integrityOf(a), integrityOf(b)];
    if (levelA === levelB) return;
    const open = "open to changes";
    this.add(place, levelA ?? open, levelB ?? open, { about: "integrity" });
  }

  private comparePayloads(codec: TypeCodec, a: object, b: object, place: Place): void {
    const stored = { parent: place, depth: place.depth + 1 };
    this.compare(codec.encode(a), codec.encode(b), stored);
  }

  private compareFields(a: Fields, b: Fields, place: Place): void {
    const keys = Object.keys(a);
    const others = Object.keys(b);
    for (const key of keys) {
      if (this.isFull()) return;
      if (Object.hasOwn(b, key)) this.compare(a[key], b[key], at(place, key));
      else this.add(at(place, key), a[key], undefined, { missing: "b" });
    }
    for (const key of others) {
      if (Object.hasOwn(a, key)) continue;
      this.add(at(place, key), undefined, b[key], { missing: "a" });
    }
    this.compareOrder(keys, others, place);
  }

  private compareElements(a: ArrayLike<unknown>, b: ArrayLike<unknown>, place: Place): void {
    const length = Math.max(a.length, b.length);
    for (let i = 0; i < length && !this.isFull(); i++) {
      if (i >= b.length) this.add(at(place, i), a[i], undefined, { missing: "b" });
      else if (i >= a.length) this.add(at(place, i), undefined, b[i], { missing: "a" });
      else if (!Object.is(a[i], b[i])) this.compare(a[i], b[i], at(place, i));
      else if (isObject(a[i])) this.compare(a[i], b[i], at(place, i));
      else this.equal++;
    }
  }

  private compareMaps(a: Map<unknown, unknown>, b: Map<unknown, unknown>, place: Place): void {
    const keys = [...a.keys()];
    const others = [...b.keys()];
    if (keys.some(isObject) || others.some(isObject)) {
      // Such keys have no name that both sides know, so entries are told by their position.
      this.comparePositions(keys, others, place, (keys) => ({ keys }));
      this.comparePositions([...a.values()], [...b.values()], place, (values) => ({ values }));
      return;
    }
    for (const key of keys) {
      if (this.isFull()) return;
      if (b.has(key)) this.compare(a.get(key), b.get(key), at(place, { get: key }));
      else this.add(at(place, { get: key }), a.get(key), undefined, { missing: "b" });
    }
    for (const key of others) {
      if (a.has(key)) continue;
      this.add(at(place, { get: key }), undefined, b.get(key), { missing: "a" });
    }
    this.compareOrder(keys, others, place);
  }

  private compareSets(a: Set<unknown>, b: Set<unknown>, place: Place): void {
    const members = [...a];
    const others = [...b];
    const byPosition = (values: number): PathStep => ({ values });
    if (members.some(isObject) || others.some(isObject)) {
      this.comparePositions(members, others, place, byPosition);
      return;
    }
    members.forEach((member, i) => {
      if (b.has(member)) this.equal++;
      else this.add(at(place, byPosition(i)), member, undefined, { missing: "b" });
    });
    others.forEach((member, i) => {
      if (!a.has(member)) this.add(at(place, byPosition(i)), undefined, member, { missing: "a" });
    });
    this.compareOrder(members, others, place);
  }

  private comparePositions(
    a: readonly unknown[],
    b: readonly unknown[],
    place: Place,
    step: (position: number) => PathStep,
  ): void {
    const length = Math.max(a.length, b.length);
    for (let i = 0; i < length && !this.isFull(); i++) {
      if (i >= b.length) this.add(at(place, step(i)), a[i], undefined, { missing: "b" });
      else if (i >= a.length) this.add(at(place, step(i)), undefined, b[i], { missing: "a" });
      else this.compare(a[i], b[i], at(place, step(i)));
    }
  }

  private compareOrder(a: readonly unknown[], b: readonly unknown[], place: Place): void {
    // Where one has other keys, that is listed already.
    if (a.length !== b.length || a.every((key, i) => Object.is(key, b[i]))) return;
    const keys = new Set(a);
    if (b.every((key) => keys.has(key))) this.add(place, a, b, { about: "order" });
  }

  private compareBytes(a: object, b: object, place: Place): void {
    const [bytesA, bytesB] = [bytesOf(a), bytesOf(b)];
    if (equalBytes(bytesA, bytesB)) this.equal++;
    else this.add(place, a, b);
    if (ArrayBuffer.isView(a)) this.compareBuffers(a, b as ArrayBufferView, place);
  }

  /** Compares which buffers two views look at, and where in them. */
  private compareBuffers(a: ArrayBufferView, b: ArrayBufferView, place: Place): void {
    const within = (view: ArrayBufferView) =>
      `bytes from ${view.byteOffset} on of a buffer of ${view.buffer.byteLength}`;
    const sameLength = a.byteLength === b.byteLength;
    if (sameLength && within(a) !== within(b)) {
      this.add(place, within(a), within(b), { about: "buffer" });
    }
    this.compareSharing(a.buffer, b.buffer, place);
  }

  private isFull(): boolean {
    return this.found.length >= this.limit;
  }

  private add(place: Place, a: unknown, b: unknown, more: Partial<Difference> = {}): void {
    if (this.isFull()) return;
    const difference = { path: format(place), a, b, ...more };
    if (this.visit === undefined) this.found.push(difference);
    else this.visit(difference);
  }
}

type Fields = Readonly<Record<string, unknown>>;

const OTHER = "an object of another kind";

const BUILT_IN: ReadonlyMap<object, string> = new Map<object, string>([
  [Object.prototype, "Object"],
  [Array.prototype, "Array"],
  [Map.prototype, "Map"],
  [Set.prototype, "Set"],
  [Date.prototype, "Date"],
  [ArrayBuffer.prototype, "ArrayBuffer"],
]);

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function at(parent: Place, step: PathStep): Place {
  return { parent, step, depth: parent.depth + 1 };
}

function format(place: Place): string {
  const steps: PathStep[] = [];
  for (let here: Place | undefined = place; here !== undefined; here = here.parent) {
    if (here.step !== undefined) steps.push(here.step);
  }
  return formatPath(steps.reverse());
}

function sharing(first: Place | undefined): string {
  return first === undefined ? "an object of its own" : `the same object as ${format(first)}`;
}

function bytesOf(value: object): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value as ArrayBuffer);
}
