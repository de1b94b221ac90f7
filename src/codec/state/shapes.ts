/** V8 keeps larger objects as dictionaries in any case. */
const MOST_KEYS = 127;

/** The keys of an object that was read, and a copy of it to begin the next ones of these keys. */
export interface Shape {
  readonly keys: readonly string[];
  readonly template: object;
}

/**
 * The shapes of the wide objects read so far. A copy of a template is an object as fast as one from
 * a literal in the code, and all copies of one template share their hidden class.
 */
export class Shapes {
  /** By prototype and first key: the objects of one kind usually come in a row. */
  readonly #byPrototype = new Map<object, Map<string, Shape>>();

  /** The shape that an object of `count` keys probably has; undefined if none is known. */
  find(prototype: object, firstKey: string, count: number): Shape | undefined {
    const shape = this.#byPrototype.get(prototype)?.get(firstKey);
    return shape?.keys.length === count ? shape : undefined;
  }

  learn(prototype: object, keys: readonly string[], object: object): void {
    if (keys.length > MOST_KEYS) return;
    let shapes = this.#byPrototype.get(prototype);
    if (shapes === undefined) {
      shapes = new Map();
      this.#byPrototype.set(prototype, shapes);
    }
    const template = templateOf(keys, object);
    shapes.set(keys[0] as string, { keys, template });
  }
}

/** A copy of a template, to be filled. */
export function copyOf({ template }: Shape, prototype: object): object {
  const copy = { ...template };
  return prototype === Object.prototype ? copy : (Object.setPrototypeOf(copy, prototype) as object);
}

/** An object with the same keys, whose values are of the same kinds but hold nothing. */
function templateOf(keys: readonly string[], object: object): object {
  const fields = object as Readonly<Record<string, unknown>>;
  const samples = keys.map((key) => `${JSON.stringify(key)}:${sample(fields[key])}`);
  // V8 gives what JSON.parse makes the hidden class of a literal with these keys.
  return JSON.parse(`{${samples.join()}}`) as object;
}

/** V8 keeps fields of whole numbers, of other numbers and of anything else apart. */
function sample(value: unknown): string {
  if (typeof value !== "number") return "null";
  return Object.is(value | 0, value) ? "0" : "0.5";
}
