import { Script } from "node:vm";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";

/**
 * Makes Ctrl-C end a run of steps at once, even in an endless loop, and call `listener`. Returns a
 * function that undoes this. For a command line: it handles the signals of the process.
 */
export function breakOnInterrupt(listener: () => void): () => void {
  current = listener;
  return () => {
    if (current === listener) current = undefined;
  };
}

let current: (() => void) | undefined;

/**
 * Runs `run`, and throws INTERRUPTED if Ctrl-C ended it. Costs nothing unless `breakOnInterrupt`
 * was called, otherwise about 60 µs for each slice of steps.
 *
 * A signal's listener cannot run during a step. Node's `breakOnSigint` can end the step: a separate
 * thread receives the signal, and V8 then stops the running code at the next turn of a loop.
 * `finally` and `catch` do not run, so the caller must clean up.
 */
export function interruptible<T>(run: () => T, step: () => number | undefined): T {
  if (current === undefined) return run();
  const outer = next;
  next = run;
  try {
    script ??= scriptThatRuns();
    return script.runInThisContext({ breakOnSigint: true }) as T;
  } catch (cause) {
    if ((cause as { code?: unknown } | null)?.code !== BROKEN) throw cause;
    current?.();
    throw interrupted(step(), cause);
  } finally {
    next = outer;
  }
}

const BROKEN = "ERR_SCRIPT_EXECUTION_INTERRUPTED";
const NAME = "rewind.run";
let next: (() => unknown) | undefined;

let script: Script | undefined;

/** Made at the first use, because most commands run no step. */
function scriptThatRuns(): Script {
  Object.defineProperty(globalThis, Symbol.for(NAME), { value: () => next?.() });
  return new Script(`globalThis[Symbol.for(${JSON.stringify(NAME)})]()`, { filename: NAME });
}

function interrupted(step: number | undefined, cause: unknown): RewindError {
  return step === undefined
    ? // Not in a step, but in rewind's own work, which must not be kept half done.
      new RewindError("INTERRUPTED", "interrupted", { torn: true }, { cause })
    : new RewindError(
        "INTERRUPTED",
        `interrupted at step ${count(step)}, while it was running`,
        { step },
        { cause },
      );
}
