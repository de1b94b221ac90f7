import { nearest } from "../base/nearest.ts";
import type { Arguments, PositionalsByName } from "./command.ts";
import { usageError } from "./input/usage-error.ts";

/** Positionals as shown in help: `<revision> [expression..]`, `[explain|locate] <plan>`. */
export function usageOf(positionals: PositionalsByName): string {
  return Object.entries(positionals)
    .map(([name, { demandOption, choices, array }]) => {
      const text = `${choices?.join("|") ?? name}${array ? ".." : ""}`;
      return demandOption ? `<${text}>` : `[${text}]`;
    })
    .join(" ");
}

/** Assigns each word to a positional. Throws USAGE for too few words and for too many. */
export function namePositionals(
  positionals: PositionalsByName,
  words: readonly string[],
  explainExtra: () => string | undefined,
): Arguments {
  const named: Record<string, unknown> = {};
  const waiting = [...words];
  for (const [name, { demandOption, choices, also = {}, array }] of Object.entries(positionals)) {
    const first = waiting[0] ?? "";
    const meant = Object.hasOwn(also, first) ? also[first] : undefined;
    if (choices !== undefined && meant !== undefined) waiting[0] = meant;
    else if (choices !== undefined && !choices.includes(first)) continue;
    if (demandOption && waiting.length === 0) {
      throw usageError(`expected ${usageOf(positionals)}: no ${name} was given`);
    }
    named[name] = array ? waiting.splice(0) : waiting.shift();
  }
  const [extra] = waiting;
  if (extra === undefined) return named;
  const verbs = Object.values(positionals).flatMap(({ choices }) => choices ?? []);
  const [first = ""] = words;
  const [meant] = verbs.includes(first) ? [] : nearest(first, verbs);
  const problem =
    meant === undefined
      ? `unexpected argument ${JSON.stringify(extra)}`
      : `there is no ${first}; did you mean ${meant}?`;
  throw usageError(
    `expected ${usageOf(positionals) || "no arguments"}: ${problem}`,
    withStep(positionals, words) ?? explainExtra(),
  );
}

const STEP = /^-?[\d_]+%?$/;

/** A hint for a run and a step that were written as two words. */
function withStep(positionals: PositionalsByName, words: readonly string[]): string | undefined {
  const takesRevision = Object.values(positionals).some((one) => one.completes === "revision");
  const [first = "", second = ""] = words;
  if (!takesRevision || words.length !== 2 || STEP.test(first) === STEP.test(second)) {
    return undefined;
  }
  const [name, step] = STEP.test(first) ? [second, first] : [first, second];
  return name.includes("@") ? undefined : `a step belongs to the revision: ${name}@${step}`;
}
