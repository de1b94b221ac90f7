import vm from "node:vm";
import { readNumber } from "../../base/number-text.ts";
import type { Look } from "../../replay/look/look.ts";
import { usageError } from "./parse.ts";

/** An expression of the command line, compiled. */
export interface Expression {
  /** As it was typed. */
  readonly text: string;
  readonly look: Look;
  /** Whether `look` wants the state before as well: it costs time to keep it. */
  readonly previous: boolean;
}

/**
 * A JavaScript expression over `state`, `step`, `params` and `previous`, the state one step before.
 * Throws USAGE, which points at what cannot be read.
 */
export function parseExpression(text: string): Expression {
  const compiled = compile(text);
  // A word in a text or behind a dot counts as well, and costs time only.
  const previous = /\bprevious\b/.test(text);
  const look: Look = previous
    ? (state, ctx, before) => compiled(state, ctx.step, ctx.params, before)
    : (state, ctx) => compiled(state, ctx.step, ctx.params, undefined);
  return { text, look, previous };
}

type Compiled = (state: unknown, step: number, params: unknown, previous: unknown) => unknown;

// Constants, so that `state = 5`, written for `state == 5`, throws and does not hold everywhere.
const CONSTANTS = "state = $state, step = $step, params = $params, previous = $previous";

function compile(text: string): Compiled {
  checkSyntax(text);
  checkNumbers(text);
  try {
    return new Function(
      "$state",
      "$step",
      "$params",
      "$previous",
      `"use strict"; const ${CONSTANTS}; return (${text}\n);`,
    ) as Compiled;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw usageError(
      "this process may not make code from text, and an expression is text",
      "run it without --disallow-code-generation-from-strings, or use `find` of the library with a function",
    );
  }
}

/** Throws INVALID_NUMBER for a number in an expression that JavaScript would read as another one. */
function checkNumbers(text: string): void {
  for (const [, number] of text.matchAll(LITERALS)) {
    if (number !== undefined)
      readNumber(number.replaceAll("_", ""), "each number of an expression");
  }
}

/** Texts, which hold no numbers, and decimal numbers, which are no bigints. */
const LITERALS: RegExp =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<![\w$.])((?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)(?![\w$])/gi;

function checkSyntax(text: string): void {
  const fault = faultIn(`"use strict";(`, text, "\n)");
  if (fault === undefined) return;
  // Our own parenthesis is behind it: what stands there is not what the user wrote.
  const { message, at } = faultIn(`"use strict";0,`, text, "\n") ?? fault;
  const where =
    text.trim() === ""
      ? "it is empty"
      : at < text.length
        ? `${message} at column ${at + 1}, ${JSON.stringify(text.slice(at, at + 12))}`
        : `${message} at its end`;
  throw usageError(`cannot read the expression ${JSON.stringify(text)}: ${where}`);
}

/** What V8 cannot read, and where in the text it found it. */
interface Fault {
  readonly message: string;
  readonly at: number;
}

function faultIn(before: string, text: string, after: string): Fault | undefined {
  try {
    new vm.Script(`${before}${text}${after}`, { filename: "expression" });
    return undefined;
  } catch (error) {
    // The stack begins with the line, and a caret below the place in it.
    const { message, stack = "" } = error as Error;
    const [, line = "1", caret] = /^expression:(\d+)\n.*\n( *)\^/.exec(stack) ?? [];
    if (caret === undefined) return { message, at: text.length };
    const lines = text.split("\n").slice(0, Number(line) - 1);
    const start = lines.reduce((sum, { length }) => sum + length + 1, 0);
    return { message, at: start + caret.length - (line === "1" ? before.length : 0) };
  }
}
