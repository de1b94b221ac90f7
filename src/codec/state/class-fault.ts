import { codeOnly } from "./code-only.ts";
import { STATE_KINDS } from "./kinds.ts";
import { keepsAddress } from "./wasm-handle.ts";

/**
 * Why the instances of a class cannot be stored as their own properties, such as "it has the private
 * field #x"; undefined if nothing was found. A constructor may still hide data in a closure or a
 * WeakMap, which nothing can see from outside.
 */
export function classFault(maker: unknown): string | undefined {
  if (typeof maker !== "function") return "it is not a class";
  const prototype: unknown = maker.prototype;
  if (typeof prototype !== "object" || prototype === null) return "it is a function, not a class";
  if (STATE_KINDS.some((kind) => kind.prototype === prototype)) return "a state holds it as it is";
  for (const one of lineage(maker, prototype)) {
    const fault = ownFault(one);
    if (fault === undefined) continue;
    return one === maker ? `it ${fault}` : `its base class ${nameOf(one)} ${fault}`;
  }
  return undefined;
}

/** The class and those that it extends, also if only their prototypes are linked. */
function lineage(maker: object, prototype: object): Set<object> {
  const makers = new Set<object>();
  for (let one: unknown = maker; typeof one === "function"; one = Object.getPrototypeOf(one)) {
    // Function.prototype, of any realm, is a function without a prototype of its own.
    if (Object.hasOwn(one, "prototype")) makers.add(one);
  }
  // The last prototype is Object.prototype, of this realm or another.
  let above = Object.getPrototypeOf(prototype) as object | null;
  while (above !== null && Object.getPrototypeOf(above) !== null) {
    const one: unknown = Object.getOwnPropertyDescriptor(above, "constructor")?.value;
    if (typeof one === "function") makers.add(one);
    const kind = STATE_KINDS.find((candidate) => candidate.prototype === above);
    if (kind !== undefined) makers.add(kind);
    above = Object.getPrototypeOf(above) as object | null;
  }
  return makers;
}

function ownFault(maker: object): string | undefined {
  if (typeof maker !== "function") return BUILT_IN;
  const source = Function.prototype.toString.call(maker);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    return nameOf(maker) === "Object" ? undefined : BUILT_IN;
  }
  const code = codeOnly(source);
  const field = privateName(code);
  if (field !== undefined) return `has the private field ${field}`;
  if (keepsAddress(code)) return "has its contents in the memory of WebAssembly";
  return COMPILED.test(code) ? "has private fields, compiled to WeakMaps" : undefined;
}

const BUILT_IN = "is built in, and keeps its contents outside its properties";

function nameOf(maker: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(maker, "name")?.value;
  return typeof name === "string" && name !== "" ? name : "without a name";
}

/** The first private name that instances may have. Static ones belong to the class itself. */
function privateName(code: string): string | undefined {
  const statics = new Set([...code.matchAll(STATIC_NAME)].map(([, name]) => name));
  return [...code.matchAll(PRIVATE_NAME)].map(([name]) => name).find((name) => !statics.has(name));
}

const PRIVATE_NAME = /#[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;
const STATIC_NAME = new RegExp(
  `\\bstatic\\s+(?:async\\s+|get\\s+|set\\s+)?\\*?\\s*(${PRIVATE_NAME.source})`,
  "gu",
);
/** What esbuild, TypeScript and Babel call to read a private field where they compile it away. */
const COMPILED = /\b_+(?:private(?:Add|Get|Set|Method|In)|classPrivate\w+)\s*\(/;
