import { createRequire } from "node:module";
import type { Realm } from "./realm.ts";

/** Node as it is: its own globals and modules. */
export function plainRealm(): Realm {
  const require = createRequire(import.meta.url);
  return { scope: {}, builtin: (name) => require(name) };
}
