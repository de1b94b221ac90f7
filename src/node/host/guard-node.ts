import { syncBuiltinESMExports } from "node:module";
import { createGuard, type Guard } from "../../replay/guard.ts";
import { guardedModules, guardedProcess, loadedModules } from "./guarded-node.ts";
import { interruptible } from "./interruptible.ts";
import { pinPlace } from "./place.ts";

/**
 * The guard of this process. It refuses in a step what `createGuard` refuses, and everything in
 * Node that differs between two runs, even if it was imported by name.
 *
 * @example
 * ```ts
 * import { randomBytes } from "node:crypto";
 * nodeGuard()(() => randomBytes(8)); // throws FORBIDDEN_IN_STEP
 * randomBytes(8);                    // works
 * ```
 */
export function nodeGuard(): Guard {
  // One for the process, because Node's modules, which it changes, are shared by the process.
  installed ??= createGuard([], { prepare, pin: pinPlace, around: interruptible });
  if (prepared) keepModules(installed);
  return installed;
}

let installed: Guard | undefined;
let prepared = false;
/** The number of Node's modules that were loaded at the last look. */
let modulesSeen = 0;
const kept = new Set<string>();

/**
 * `import { randomBytes } from "node:crypto"` is a separate binding, which follows the module
 * object only when syncBuiltinESMExports() is called, and that takes about 80 µs: too much for each
 * block. So Node's functions are replaced once, for good, by functions that only ask whether a step
 * is running (about 10 ns, in calls that take at least 100 ns). The language's own (Math, Date) are
 * replaced only while a step runs, by createGuard.
 */
function prepare(guard: Guard): void {
  prepared = true;
  for (const call of guardedProcess()) guard.keep(call);
  guard.keepHost();
  keepModules(guard);
}

/** Guards modules that were loaded since the last time. */
function keepModules(guard: Guard): void {
  const { length } = loadedModules();
  if (length <= modulesSeen) return;
  for (const call of guardedModules(kept)) guard.keep(call);
  syncBuiltinESMExports();
  modulesSeen = loadedModules().length;
}
