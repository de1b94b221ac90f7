import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { createGuard, type Guard, type GuardedCall } from "../replay/guard.ts";

/**
 * The guard of this process: what `createGuard` refuses in a step, and besides it Node's own clocks
 * and the random functions of `node:crypto`, also where they are imported by name.
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
  installed ??= install();
  return installed;
}

let installed: Guard | undefined;

/**
 * `import { randomBytes } from "node:crypto"` is a binding of its own, which follows the module
 * object only when syncBuiltinESMExports() is called, and that takes about 80 µs: too much for each
 * block. So these few are replaced once, for good, by functions that pass everything through and
 * ask only whether a step is running (about 10 ns, of calls that take 100 ns and more). What the
 * language itself has (Math, Date) is replaced only while a step runs, by createGuard.
 */
function install(): Guard {
  const guard = createGuard();
  for (const call of nodeCalls()) guard.keep(call);
  syncBuiltinESMExports();
  return guard;
}

function nodeCalls(): GuardedCall[] {
  const clock = "take the time from ctx.step";
  const bytes = "use rng.uint32()";
  const call = (object: object, owner: string, hint: string) => (key: string) => ({
    object,
    key,
    name: `${owner}.${key}()`,
    hint,
  });
  return [
    // hrtime.bigint before hrtime, whose replacement takes over the properties it finds.
    call(process.hrtime, "process.hrtime", clock)("bigint"),
    ...["hrtime", "uptime"].map(call(process, "process", clock)),
    ...RANDOM.map(call(crypto, "crypto", bytes)),
    call(crypto, "crypto", "use rng.integer(low, high)")("randomInt"),
    call(crypto, "crypto", "build an id from ctx.step and rng.uint32()")("randomUUID"),
  ];
}

// crypto.getRandomValues, crypto.webcrypto and node:perf_hooks need no entry: they end in the very
// methods of globalThis.crypto and globalThis.performance that createGuard replaces.
const RANDOM = [
  "randomBytes",
  "randomFill",
  "randomFillSync",
  "generateKeySync",
  "generateKeyPairSync",
  "generatePrimeSync",
];
