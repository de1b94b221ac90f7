import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";

/**
 * The error for a value that a state may not hold: where it is, what it is, and what to do.
 *
 * @example
 * ```ts
 * throw refusal("state.agents[3].brain", brain, "is a function", "keep functions in the simulation");
 * ```
 */
export function refusal(path: string, found: string, advice: string): RewindError {
  return new RewindError("UNSUPPORTED_STATE", `${path} ${found}: ${advice}`, {
    path,
    found,
    advice,
  });
}

/** What is wrong with an object that is neither plain, nor of a built-in kind, nor has a codec. */
export function explainObject(value: object): [found: string, advice: string] {
  const name = constructorName(value);
  const known = ADVICE.get(brand(value)) ?? ADVICE.get(name ?? "");
  if (known !== undefined) return known;
  for (const [base, kind] of SUBCLASSES) {
    if (value instanceof base && name !== kind) {
      return [
        `is ${name === undefined ? "an object" : `an instance of ${name}`}, a subclass of ${kind}`,
        `use a plain ${kind}, or declare a codec in the simulation's types`,
      ];
    }
  }
  if (name === undefined || name === "Object") {
    return [
      "is an object whose prototype is neither Object.prototype nor null",
      "use a plain object, or declare a codec in the simulation's types",
    ];
  }
  if (BUILT_IN.has(name)) {
    return [
      `is an instance of ${name} that is not one of this realm or not a genuine one`,
      "copy it into one that this program creates",
    ];
  }
  return [
    `is an instance of ${name}`,
    `declare a codec in the simulation's types, such as { ${name}: { is, encode, decode } }, or use a plain object`,
  ];
}

/** What is wrong with a primitive or a function that no encoding takes. */
export function explainPrimitive(value: unknown): [found: string, advice: string] {
  return typeof value === "function"
    ? [
        `is a ${describe(value)}`.replace("function class", "class"),
        "keep functions in the simulation and data in the state",
      ]
    : [`is a symbol, ${String(value)}`, "use a string in its place"];
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

const BOXED: [string, string] = ["is a boxed primitive", "use the primitive value itself"];

const ADVICE: ReadonlyMap<string, [found: string, advice: string]> = new Map([
  ["Buffer", ["is a Buffer", "use Uint8Array, for example Uint8Array.from(buffer)"]],
  ["Promise", ["is a Promise", "wait for it, and store what it gives"]],
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

const SUBCLASSES: readonly (readonly [new () => object, string])[] = [
  [Array, "Array"],
  [Map, "Map"],
  [Set, "Set"],
  [Date, "Date"],
];

const BUILT_IN: ReadonlySet<string> = new Set([
  "Array",
  "Map",
  "Set",
  "Date",
  "ArrayBuffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "BigInt64Array",
  "BigUint64Array",
  "Float32Array",
  "Float64Array",
]);
