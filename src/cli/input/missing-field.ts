import { count } from "../../base/count.ts";
import { isRewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { Path } from "../../codec/path/format.ts";
import { getAt, numbersOf } from "../../codec/state/access.ts";
import type { Run } from "../../replay/run/run.ts";

/**
 * Reports a field that an expression reads although the state has it at none of these steps, with
 * similar names; undefined if there is no such field.
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
  // Fields may come and go: one is misspelt only if it exists at none of the steps.
  const at = paths.findIndex((_, i) => faults.every((found) => found[i] !== undefined));
  const fault = faults.at(-1)?.[at];
  return fault && `at step ${count(steps.at(-1) as number)} ${fault}`;
}

/** The failure of an expression, with a hint if it read a field that the state does not have. */
export async function withMissingField(
  error: unknown,
  run: Run,
  expressions: readonly string[],
): Promise<unknown> {
  if (!isRewindError(error, "FUNCTION_FAILED")) return error;
  const { step, reason } = error.data;
  if (step === undefined || !reason?.startsWith("TypeError")) return error;
  for (const expression of expressions) {
    // The failure itself is reported, even if the state cannot be read.
    const hint = await missingField(run, expression, [step]).catch(() => undefined);
    if (hint !== undefined) return withData(error, { hint });
  }
  return error;
}

/** Names the numbers of a state, for a command that needs one; undefined if it has none. */
export async function numbersHint(run: Run, step: number): Promise<string | undefined> {
  const state = await run.get(step, { check: false }).catch(() => undefined);
  return numbersOf(state);
}

const NAME = "[\\p{ID_Start}_$][\\p{ID_Continue}$]*";
const STEP = `\\s*(?:\\?\\.|\\.)\\s*(${NAME})|(?:\\?\\.)?\\[\\s*(?:(\\d+)|"([^"\\\\]*)"|'([^'\\\\]*)')\\s*\\]`;
const TEXTS = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|\`(?:[^\`\\\\]|\\\\.)*\``;
/** Matches texts, to skip them, and fields of the state that are read by constant names. */
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

/**
 * The part of a path that is missing in a state, and what is there instead; undefined if nothing is
 * missing.
 */
function faultOf(state: unknown, path: Path): string | undefined {
  let value = state;
  for (const [i, step] of path.entries()) {
    const isNothing = value === undefined || value === null;
    if (isNothing || !((step as PropertyKey) in Object(value))) {
      return messageOf(state, path.slice(0, i + 1));
    }
    value = (value as Record<PropertyKey, unknown>)[step as PropertyKey];
    // The result of a method is not known here.
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
