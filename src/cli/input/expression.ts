import vm from "node:vm";
import { readNumber } from "../../base/number-text.ts";
import { type LookText, lookOf, readsPrevious } from "../../replay/look/expression.ts";
import type { Look } from "../../replay/look/look.ts";
import { usageError } from "./usage-error.ts";

/** An expression of the command line, compiled. */
export interface Expression {
  /** As it was typed. */
  readonly text: string;
  readonly look: Look;
  /** Whether `look` also reads the previous state, which takes time to keep. */
  readonly previous: boolean;
}

/**
 * Compiles a JavaScript expression over `state`, `step`, `params` and `previous`, the state one step
 * before. Throws USAGE, which points at a syntax error, and says what to do with several expressions,
 * of which JavaScript's comma would evaluate only the last.
 */
export function parseExpression(text: string, whenSeveral: SeveralHint): Expression {
  checkSyntax(text);
  checkOne(text, whenSeveral);
  checkNumbers(text);
  const written: LookText = { kind: "value", texts: [text] };
  return { text, look: compile(written), previous: readsPrevious(written) };
}

/** One look for all of these expressions, which gives their numbers. */
export function numbersOf(
  expressions: readonly Expression[],
): Pick<Expression, "look" | "previous"> {
  const written: LookText = { kind: "numbers", texts: expressions.map(({ text }) => text) };
  return { look: compile(written), previous: readsPrevious(written) };
}

/** What to write in place of several expressions with commas between them. */
export type SeveralHint = (expressions: readonly string[]) => string;

function compile(written: LookText): Look {
  try {
    return lookOf(written);
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw usageError(
      "this process may not compile text to code, which an expression needs",
      "run it without --disallow-code-generation-from-strings, or use `find` of the library with a function",
    );
  }
}

/** Throws USAGE for expressions with commas between them. */
function checkOne(text: string, whenSeveral: SeveralHint): void {
  if (isOne(text)) return;
  const parts: string[] = [];
  let rest = text;
  while (!isOne(rest)) {
    // A comma inside of a part, as in `f(a, b)`, leaves something that cannot be read.
    const at = commasIn(rest).find((comma) => {
      const [before, after] = [rest.slice(0, comma), rest.slice(comma + 1)];
      return isOne(before) && faultIn(`"use strict";(`, after, "\n)") === undefined;
    });
    if (at === undefined) break;
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at + 1);
  }
  throw usageError(
    `expected one expression, got several with commas between them: ${JSON.stringify(text)}`,
    whenSeveral([...parts, rest.trim()]),
  );
}

/** Whether a valid expression is one: between `?` and `:` JavaScript allows no comma. */
function isOne(text: string): boolean {
  return faultIn(`"use strict";(0?`, text, "\n:0)") === undefined;
}

function commasIn(text: string): number[] {
  return [...text.matchAll(/,/g)].map(({ index }) => index);
}

/** Throws INVALID_NUMBER for a number that JavaScript would read as another one. */
function checkNumbers(text: string): void {
  for (const [, number] of text.matchAll(LITERALS)) {
    if (number !== undefined)
      readNumber(number.replaceAll("_", ""), "each number of an expression");
  }
}

/** Matches texts, to skip numbers inside them, and decimal numbers other than bigints. */
const LITERALS: RegExp =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<![\w$.])((?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)(?![\w$])/gi;

function checkSyntax(text: string): void {
  const fault = faultIn(`"use strict";(`, text, "\n)");
  if (fault === undefined) return;
  // Our own parenthesis follows the text, and the fault must not be reported there.
  const { message, at } = faultIn(`"use strict";0,`, text, "\n") ?? fault;
  const where =
    text.trim() === ""
      ? "it is empty"
      : at < text.length
        ? `${message} at column ${at + 1}, ${JSON.stringify(text.slice(at, at + 12))}`
        : message === "Unexpected end of input"
          ? "it ends too early"
          : `${message} at its end`;
  throw usageError(`cannot read the expression ${JSON.stringify(text)}: ${where}`);
}

/** A syntax error that V8 found, and its place in the text. */
interface Fault {
  readonly message: string;
  readonly at: number;
}

function faultIn(before: string, text: string, after: string): Fault | undefined {
  try {
    new vm.Script(`${before}${text}${after}`, { filename: "expression" });
    return undefined;
  } catch (error) {
    // The stack begins with the line, and has a caret below the fault.
    const { message, stack = "" } = error as Error;
    const [, line = "1", caret] = /^expression:(\d+)\n.*\n( *)\^/.exec(stack) ?? [];
    if (caret === undefined) return { message, at: text.length };
    const lines = text.split("\n").slice(0, Number(line) - 1);
    const start = lines.reduce((sum, { length }) => sum + length + 1, 0);
    return { message, at: start + caret.length - (line === "1" ? before.length : 0) };
  }
}
