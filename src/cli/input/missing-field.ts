import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Path } from "../../codec/path/format.ts";
import { getAt } from "../../codec/state/access.ts";
import type { Run } from "../../replay/run/run.ts";

/**
 * Says which field of the state an expression reads that no state at these steps has, and which
 * fields are near it; undefined when it finds none.
 */
export async function missingField(
  run: Run,
  expression: string,
  steps: readonly number[],
): Promise<string | undefined> {
  const paths = pathsIn(expression);
  if (paths.length === 0) return undefined;
  const faults: (string | undefined)[][] = [];
  for (const step of steps) {
    const state = await run.get(step, { check: false });
    faults.push(paths.map((path) => faultOf(state, path)));
  }
  // A field may come and go: it is misspelt only when it is nowhere.
  const at = paths.findIndex((_, i) => faults.every((found) => found[i] !== undefined));
  const fault = faults.at(-1)?.[at];
  return fault && `at step ${steps.at(-1)} ${fault}`;
}

/** The failure of an expression, with a hint when it read a field that the state does not have. */
export async function withMissingField(
  error: unknown,
  run: Run,
  expressions: readonly string[],
): Promise<unknown> {
  if (!isRewindError(error, "FUNCTION_FAILED")) return error;
  const { step, reason } = error.data;
  if (typeof step !== "number" || !/^TypeError/.test(String(reason))) return error;
  for (const expression of expressions) {
    // The failure itself is what to report, also when the state cannot be had.
    const hint = await missingField(run, expression, [step]).catch(() => undefined);
    if (hint === undefined) continue;
    const { code, message, data, cause } = error;
    return new RewindError(code, message, { ...data, hint }, { cause });
  }
  return error;
}

const NAME = "[\\p{ID_Start}_$][\\p{ID_Continue}$]*";
const STEP = `\\s*(?:\\?\\.|\\.)\\s*(${NAME})|(?:\\?\\.)?\\[\\s*(?:(\\d+)|"([^"\\\\]*)"|'([^'\\\\]*)')\\s*\\]`;
const TEXTS = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|\`(?:[^\`\\\\]|\\\\.)*\``;
/** Texts, in which nothing is read, and what is read of the state by constant names. */
const READS = new RegExp(`${TEXTS}|(?<![\\w$.])state((?:${STEP})+)`, "gu");

function pathsIn(expression: string): Path[] {
  return [...expression.matchAll(READS)].flatMap(([, chain]) =>
    chain === undefined
      ? []
      : [
          [...chain.matchAll(new RegExp(STEP, "gu"))].map(([, name, index, double, single]) =>
            index === undefined ? String(name ?? double ?? single) : Number(index),
          ),
        ],
  );
}

/** Which part of a path a state does not have, and what it has; undefined when it has all of it. */
function faultOf(state: unknown, path: Path): string | undefined {
  let value = state;
  for (const [i, step] of path.entries()) {
    const isNothing = value === undefined || value === null;
    if (isNothing || !((step as PropertyKey) in Object(value))) {
      return messageOf(state, path.slice(0, i + 1));
    }
    value = (value as Record<PropertyKey, unknown>)[step as PropertyKey];
    // What a method returns is not known here.
    if (typeof value === "function") return undefined;
  }
  return undefined;
}

function messageOf(state: unknown, path: Path): string | undefined {
  try {
    getAt(state, path);
    return undefined;
  } catch (error) {
    if (isRewindError(error, "PATH_NOT_FOUND")) return error.message;
    throw error;
  }
}
