import { noPlace } from "./file-meta.ts";

/**
 * Stands behind esbuild's helpers in a bundle that imports CommonJS, and takes the place of
 * `__toESM`. It follows Node: the default is always `module.exports`, and names are values rather
 * than getters, so that a step which calls an imported function is as fast as with Node's own import.
 */
export const NODE_INTEROP = `__toESM = (mod) => {
  if (mod === null || (typeof mod !== "object" && typeof mod !== "function")) return { default: mod };
  if (mod[Symbol.toStringTag] === "Module") return mod;
  const getters = mod.__esModule ? [] : Object.keys(mod).filter((key) => "get" in Object.getOwnPropertyDescriptor(mod, key));
  if (getters.length === 0) return { ...mod, default: mod };
  const to = {};
  for (const key of Object.keys(mod)) {
    if (getters.includes(key)) Object.defineProperty(to, key, { get: () => mod[key], enumerable: true });
    else to[key] = mod[key];
  }
  return Object.defineProperty(to, "default", { value: mod, enumerable: true });
};
`;

/**
 * Takes the place of esbuild's `__require`, which is what a bundle has for a `require` whose name
 * was not known when it was made: it says what to write instead. The code is that of Node where a
 * module is missing, which packages that try for one expect.
 */
export const NO_REQUIRE: string = `__require = (() => {
  const fail = (text) => {
    throw Object.assign(new Error(text), { code: "MODULE_NOT_FOUND" });
  };
  const load = (name) => fail("require(" + JSON.stringify(name) + ") by a computed name would load what is not recorded: write the name in quotes, where require is called");
  const resolve = () => fail(${JSON.stringify(noPlace("require.resolve"))});
  return Object.assign(load, { resolve });
})();
`;
