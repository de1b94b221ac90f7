import { syncBuiltinESMExports } from "node:module";
import { createGuard, type Guard } from "../../replay/guard.ts";
import { guardedModules, guardedProcess, loadedModules } from "./guarded-node.ts";
import { interruptible } from "./interruptible.ts";
import { pinPlace } from "./place.ts";

/**
 * The guard of this process: what `createGuard` refuses in a step, and besides it everything of
 * Node's that differs between two runs, also where it was imported by name.
 *
 * @example
 * ```ts
 * import { randomBytes } from "node:crypto";
 * nodeGuard()(() => randomBytes(8)); // throws FORBIDDEN_IN_STEP
 * randomBytes(8);                    // works
 * ```
 */
export function nodeGuard(): Guard {
  // One for the process, since what it changes in Node's modules is one for the process.
  installed ??= createGuard([], { prepare, pin: pinPlace, around: interruptible });
  if (prepared) keepModules(installed);
  return installed;
}

let installed: Guard | undefined;
let prepared = false;
/** How many of Node's modules were loaded when it was last looked. */
let modulesSeen = 0;
const kept = new Set<string>();

/**
 * `import { randomBytes } from "node:crypto"` is a binding of its own, which follows the module
 * object only when syncBuiltinESMExports() is called, and that takes about 80 µs: too much for each
 * block. So what is Node's is replaced once, for good, by functions that pass everything through
 * and ask only whether a step is running (about 10 ns, of calls that take 100 ns and more). What the
 * language itself has (Math, Date) is replaced only while a step runs, by createGuard.
 */
function prepare(guard: Guard): void {
  prepared = true;
  for (const call of guardedProcess()) guard.keep(call);
  guard.keepHost();
  keepModules(guard);
}

/** Modules that were loaded since the last time are guarded from now on. */
function keepModules(guard: Guard): void {
  const { length } = loadedModules();
  if (length <= modulesSeen) return;
  for (const call of guardedModules(kept)) guard.keep(call);
  syncBuiltinESMExports();
  modulesSeen = loadedModules().length;
}
