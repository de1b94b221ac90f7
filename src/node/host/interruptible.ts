import { Script } from "node:vm";
import { RewindError } from "../../base/errors.ts";

/**
 * From now on Ctrl-C ends a run of steps at once, also one that loops for ever, and calls
 * `listener` besides. Returns what ends that. For a command line: it acts on the process' signals.
 */
export function breakOnInterrupt(listener: () => void): () => void {
  current = listener;
  return () => {
    if (current === listener) current = undefined;
  };
}

let current: (() => void) | undefined;

/**
 * Runs `run`, and throws INTERRUPTED where Ctrl-C ended it. Costs nothing unless `breakOnInterrupt`
 * was called, else about 60 µs: for each slice of steps, not for each step.
 *
 * A signal's listener cannot be called while a step runs. Node's `breakOnSigint` can end it: a
 * thread of its own takes the signal, and V8 then ends whatever runs, at the next turn of a loop.
 * It ends without `finally` and without `catch`, so that the caller must set right what it began.
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

/** Made when it is first used: most commands run no step. */
function scriptThatRuns(): Script {
  Object.defineProperty(globalThis, Symbol.for(NAME), { value: () => next?.() });
  return new Script(`globalThis[Symbol.for(${JSON.stringify(NAME)})]()`, { filename: NAME });
}

function interrupted(step: number | undefined, cause: unknown): RewindError {
  return step === undefined
    ? // Not in a step, but in rewind's own work, of which nothing half done may be kept.
      new RewindError("INTERRUPTED", "interrupted", { torn: true }, { cause })
    : new RewindError(
        "INTERRUPTED",
        `interrupted at step ${step}, which had not returned`,
        { step },
        { cause },
      );
}
