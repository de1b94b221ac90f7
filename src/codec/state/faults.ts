import type { PathStep } from "../path/format.ts";
import type { Integrity } from "./integrity.ts";

/** Why an object cannot be restored exactly: which part of it, what is wrong, and what to do. */
export interface Fault {
  readonly step?: PathStep | undefined;
  readonly found: string;
  readonly advice: string;
}

/** Arrays up to this length are also searched for accessors and hidden names: 0.1 µs an element. */
const STRICT_LENGTH = 32;

/** The fault of a property that is not plain data, or is closed although its object is not. */
export function propertyFault(
  property: PropertyDescriptor,
  step: PathStep,
  level: Integrity | undefined,
): Fault | undefined {
  if (property.get !== undefined || property.set !== undefined) {
    return { step, found: "is a getter or setter", advice: "store its value" };
  }
  if (property.enumerable === true) return closedFault(property, step, level);
  return { step, found: "is not enumerable", advice: "define it as an ordinary property" };
}

/**
 * The fault of a property that is read-only or fixed although its object as a whole is not. The
 * encoding stores one level for all properties of an object.
 */
function closedFault(
  { writable, configurable }: PropertyDescriptor,
  step: PathStep,
  level: Integrity | undefined,
): Fault | undefined {
  const isReadOnly = writable !== true && level !== "frozen";
  const isFixed = configurable !== true && level !== "frozen" && level !== "sealed";
  if (!isReadOnly && !isFixed) return undefined;
  return {
    step,
    found: isReadOnly ? "is a read-only property" : "is a property that cannot be deleted",
    advice: "define it as an ordinary property, or freeze the whole object with Object.freeze",
  };
}

/** The fault of an object that has symbols as keys. */
export function symbolFault(value: object): Fault | undefined {
  const symbols = Object.getOwnPropertySymbols(value);
  if (symbols.length === 0) return undefined;
  const found = `has the key ${String(symbols[0])}, a symbol`;
  return { found, advice: "use a string as the key" };
}

/** The fault of an array that has holes, properties beside its elements, or closed elements. */
export function arrayFault(
  array: readonly unknown[],
  level: Integrity | undefined,
): Fault | undefined {
  const strict = array.length <= STRICT_LENGTH;
  // The names of an array end in "length" and what was added; "length" is not enumerable.
  const keys = strict ? Reflect.ownKeys(array) : Object.keys(array);
  const usual = array.length + (strict ? 1 : 0);
  if (keys.length !== usual || !endsInElement(keys, array, strict)) {
    const names = keys.filter((key) => typeof key === "string");
    return names.length === usual && endsInElement(names, array, strict)
      ? symbolFault(array)
      : (holeFault(array) ?? extraFault(names));
  }
  if (level !== "frozen" && !isLengthWritable(array)) {
    const advice = "keep the array open, or freeze it whole with Object.freeze";
    return { step: "length", found: "is read-only", advice };
  }
  const searched = strict || level !== undefined || !takesElements(array);
  for (let i = 0; searched && i < array.length; i++) {
    const property = Object.getOwnPropertyDescriptor(array, i) as PropertyDescriptor;
    const fault = propertyFault(property, i, level);
    if (fault !== undefined) return fault;
  }
  return strict ? undefined : symbolFault(array);
}

/** Whether the length can be set, tried with its present value. */
function isLengthWritable(array: readonly unknown[]): boolean {
  const { length } = array;
  try {
    (array as unknown[]).length = length;
    return true;
  } catch {
    return false;
  }
}

/** Whether each element can be set, tried with its present value: far cheaper than descriptors. */
function takesElements(array: readonly unknown[]): boolean {
  const elements = array as unknown[];
  try {
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i];
      elements[i] = element;
    }
    return true;
  } catch {
    return false;
  }
}

/** The fault of an object that has properties, although its contents are not properties. */
export function bareFault(value: object, elements = 0): Fault | undefined {
  if (elements > STRICT_LENGTH) return symbolFault(value);
  const keys = Reflect.ownKeys(value);
  if (keys.length <= elements) return undefined;
  const names = keys.filter((key) => typeof key === "string");
  return names.length > elements ? extraFault(names) : symbolFault(value);
}

function endsInElement(names: readonly PropertyKey[], array: readonly unknown[], strict: boolean) {
  const last = array.length - 1;
  return last < 0 || names[strict ? last : names.length - 1] === String(last);
}

function holeFault(array: readonly unknown[]): Fault | undefined {
  for (let step = 0; step < array.length; step++) {
    if (Object.hasOwn(array, step)) continue;
    return { step, found: "is a hole in a sparse array", advice: "fill it, for example with null" };
  }
  return undefined;
}

function extraFault(names: readonly string[]): Fault {
  const step = names.find((name) => !/^\d+$/.test(name) && name !== "length") ?? "length";
  return {
    step,
    found: "is a property beside the contents",
    advice: "keep both in a plain object, or declare a codec in the simulation's types",
  };
}
