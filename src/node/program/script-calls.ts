import { RewindError } from "../../base/errors.ts";

/** The engine's functions that a script may call, but not a module that is being recorded. */
const CALLS = ["record", "load", "initRepository", "openRepository"];

/**
 * The engine as a program sees it while it is loaded, and whether the program called such a
 * function.
 */
export interface ScriptCalls {
  /** The engine, which refuses those calls until `loaded` is called. */
  readonly engine: object;
  /** Ends the refusals. */
  loaded(): void;
  /** The refusal, if any, even if the program caught it. */
  refused(): RewindError | undefined;
}

/**
 * The error for a script that records by itself, such as `const run = await record(walk, …)`:
 * loading it would run it. `code` is its bundle.
 */
export function scriptCalls(module: string, code: string, engine: object): ScriptCalls {
  let loading = true;
  let refused: RewindError | undefined;
  const refusing = (name: string, call: (...values: unknown[]) => unknown) => {
    return (...values: unknown[]): unknown => {
      if (!loading) return call(...values);
      refused ??= scriptError(module, code, name);
      throw refused;
    };
  };
  const seen: Record<string, unknown> = { ...engine };
  for (const name of CALLS) {
    const call = seen[name];
    if (typeof call === "function") seen[name] = refusing(name, call as () => unknown);
  }
  return {
    engine: seen,
    loaded: () => {
      loading = false;
    },
    refused: () => refused,
  };
}

function scriptError(module: string, code: string, name: string): RewindError {
  const exportsSome = /(?:^|\n)export (?:\{\n(?: {2}.*\n)+\};|default .*;)\s*$/.test(code);
  const what = exportsSome
    ? `${module} calls ${name}() while it is loaded`
    : `${module} exports no simulation, and calls ${name}() while it is loaded`;
  const hint = exportsSome
    ? `run it with \`node ${module}\`, or move the simulation to a separate module and record that`
    : `run it with \`node ${module}\``;
  return new RewindError(
    "INVALID_SIMULATION",
    `${what}: it seems to be a script that records by itself`,
    { module, call: name, hint },
  );
}
