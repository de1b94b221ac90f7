import type { StateKind } from "./kinds/kind.ts";
import { STATE_KINDS } from "./kinds.ts";
import { isClass, type TypeCodecs } from "./type-codecs.ts";
import { isWasmHandle } from "./wasm-handle.ts";

/** What is wrong with an object that is neither of a known kind nor of one of these types. */
export function explainObject(
  value: object,
  types: TypeCodecs = {},
): [found: string, advice: string] {
  const name = constructorName(value);
  const known = adviceFor(brand(value)) ?? adviceFor(name ?? "");
  if (known !== undefined) return known;
  const base = BASES.find(({ prototype }) => isAbove(prototype, value));
  if (base !== undefined && name !== base.name) {
    return [
      `is ${name === undefined ? "an object" : `an instance of ${name}`}, a subclass of ${base.name}`,
      `use a plain ${base.name}, or declare a codec in the simulation's types`,
    ];
  }
  if (isWasmHandle(value)) {
    return [
      `is an instance of ${name}, whose contents are in the memory of WebAssembly`,
      "keep the object that holds it in a private field, with a codec that stores a snapshot, as in encode: (game) => game.world.takeSnapshot()",
    ];
  }
  if (name === undefined || name === "Object") {
    return [
      "is an object whose prototype is neither Object.prototype nor null",
      "use a plain object, or declare a codec in the simulation's types",
    ];
  }
  if (BASES.some((kind) => kind.name === name)) {
    return [
      `is an instance of ${name} that is not genuine or comes from another realm`,
      "copy it into one that this program creates",
    ];
  }
  const listed = Object.entries(types).find(
    ([, entry]) => isClass(entry) && isAbove(entry.prototype, value),
  )?.[0];
  if (listed !== undefined) {
    return [
      `is an instance of ${name}, a subclass of ${listed}`,
      `add it to the simulation's types too: types: { ${listed}, ${name} }`,
    ];
  }
  return [
    `is an instance of ${name}`,
    `add types: { ${name} } to the simulation, or a codec for it there if it has private fields, or use a plain object`,
  ];
}

function constructorName(value: object): string | undefined {
  for (let owner = prototypeOf(value); owner !== null; owner = prototypeOf(owner)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(owner, "constructor")?.value;
    if (typeof maker === "function" && maker.name !== "") return maker.name;
  }
  return undefined;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

function brand(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function isAbove(prototype: object | null, value: object): boolean {
  for (let owner = prototypeOf(value); owner !== null; owner = prototypeOf(owner)) {
    if (owner === prototype) return true;
  }
  return false;
}

/** Advice for what a state cannot hold; a kind of the same name is something that it can hold. */
function adviceFor(name: string): [found: string, advice: string] | undefined {
  return STATE_KINDS.some((kind) => kind.name === name) ? undefined : ADVICE.get(name);
}

/** The kinds that a class can extend. */
const BASES: readonly StateKind[] = STATE_KINDS.filter(
  ({ prototype }) => prototype !== null && prototype !== Object.prototype,
);

const BOXED: [string, string] = ["is a boxed primitive", "use the primitive value itself"];

const ADVICE: ReadonlyMap<string, [found: string, advice: string]> = new Map([
  ["Buffer", ["is a Buffer", "use Uint8Array, for example Uint8Array.from(buffer)"]],
  ["Promise", ["is a Promise", "await it, and store the result"]],
  ["WeakMap", ["is a WeakMap", "its entries cannot be listed; use a Map"]],
  ["WeakSet", ["is a WeakSet", "its members cannot be listed; use a Set"]],
  ["WeakRef", ["is a WeakRef", "store the object itself"]],
  [
    "SharedArrayBuffer",
    ["is a SharedArrayBuffer", "other threads can change it; use an ArrayBuffer"],
  ],
  ["Number", BOXED],
  ["String", BOXED],
  ["Boolean", BOXED],
  ["BigInt", BOXED],
  ["Symbol", BOXED],
  ["RegExp", ["is a regular expression", "store its source and flags as strings"]],
  ["Error", ["is an Error", "store its name and message as strings"]],
  ["Generator", ["is a generator", "store what it needs to continue as plain data"]],
]);
