import { noPlace } from "./file-meta.ts";

/**
 * Follows esbuild's helpers in a bundle that imports CommonJS, and replaces `__toESM`. It follows
 * Node: the default is always `module.exports`, and names are values rather than getters, so that a
 * step calls an imported function as fast as with Node's own import.
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
 * Replaces esbuild's `__require`, which a bundle calls for a `require` of a computed name, and says
 * what to write instead. The error has Node's code for a missing module, which packages that probe
 * for one expect.
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
