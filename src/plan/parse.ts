import { count as grouped } from "../base/count.ts";
import { isRewindError } from "../base/errors.ts";
import { DEFAULT_TORCH_VERSION } from "../random/torch/version.ts";
import { checkGenerator, checkPlan, MAX_DEPTH, StepChecker } from "./check.ts";
import { meant } from "./keys.ts";
import { endLoader, readLoader } from "./parse-loader.ts";
import { readCount, readInteger, readNumbers } from "./parse-numbers.ts";
import { PLAN_GENERATORS, type Plan, type PlanGenerator, type PlanStep } from "./plan.ts";
import { expectedAt, planErrorAt, readTokens, type Token, type TokenReader } from "./tokens.ts";

/**
 * The plan that `text` writes. Steps are divided by semicolons or line ends; text after # is a
 * comment.
 *
 * | step | is |
 * | --- | --- |
 * | `generator torch 1.13` | first, unless it is this: `torch` of a version, `numpy`, `python` |
 * | `seed 1` | the seed; a plan begins with one |
 * | `draws 1000` | 1000 outputs of the generator; `draws 1000 doubles`: calls of `random()` |
 * | `permutation 1444` | `randperm` |
 * | `split 1806 1444 362` | `random_split` by lengths; `split 1806 0.8 0.2` by fractions |
 * | `split 1806 0.8` | into `int(0.8 * 1806)` and the rest |
 * | `epochs 9 of shuffle 1444 batch 64` | 9 loops over a shuffling loader of 1444 samples |
 * | `epochs 9 of loader 362` | over a loader that keeps the order |
 * | `repeat 9 { …; … }` | its steps, over and over |
 *
 * After its length a loader may have `batch 64`, `drop last`, `workers 4`, `prefetch 2`,
 * `persistent`, `generator own` (it was given the plan's generator) and `part 1` (of the split);
 * after these an epoch may `break after 10` batches.
 *
 * @throws INVALID_PLAN with line and column.
 *
 * @example
 * ```ts
 * parsePlan("seed 1; split 1806 0.8; epochs 9 of shuffle 1444").steps.length; // 3
 * ```
 */
export function parsePlan(text: string): Plan {
  const tokens = readTokens(text);
  while (tokens.takes(";"));
  const generator = readGenerator(tokens);
  const start = tokens.peek();
  const steps = readSteps(tokens, new StepChecker(generator), 0);
  return located(start, () => checkPlan({ generator, steps }));
}

function readGenerator(tokens: TokenReader): PlanGenerator {
  if (!tokens.takes("generator")) return { name: "torch", version: DEFAULT_TORCH_VERSION };
  const name = tokens.take();
  if (!(PLAN_GENERATORS as readonly string[]).includes(name.text)) {
    throw expectedAt(name, "torch, numpy, python or xoshiro");
  }
  const versioned = tokens.peek();
  const version = /^\d/.test(versioned.text) ? { version: tokens.take().text } : {};
  const generator = located(versioned, () =>
    checkGenerator({ name: name.text as PlanGenerator["name"], ...version }),
  );
  endStep(tokens, "");
  return generator;
}

/** Steps up to a closing brace, or to the end of the text, which are not taken. */
function readSteps(tokens: TokenReader, checker: StepChecker, depth: number): PlanStep[] {
  const end = depth > 0 ? "}" : "";
  const steps: PlanStep[] = [];
  for (;;) {
    while (tokens.takes(";"));
    const start = tokens.peek();
    if (start.text === end) return steps;
    if (start.text === "") throw expectedAt(start, '"}"');
    const step = readStep(tokens, checker, depth);
    // The steps of a repeat were checked one by one, after what came before them.
    steps.push(step.kind === "repeat" ? step : located(start, () => checker.step(step)));
    endStep(tokens, end);
  }
}

function readStep(tokens: TokenReader, checker: StepChecker, depth: number): PlanStep {
  const verb = tokens.take();
  switch (verb.text) {
    case "seed":
      return { kind: "seed", seed: readInteger(tokens, "a whole number as the seed") };
    case "draws":
      return {
        kind: "draws",
        count: readCount(tokens, "a number of draws"),
        unit: readUnit(tokens),
      };
    case "permutation":
      return { kind: "permutation", length: readCount(tokens, "the length of a permutation") };
    case "split":
      return {
        kind: "split",
        length: readCount(tokens, "the number of items to split"),
        parts: readNumbers(tokens, "the lengths or fractions of the parts"),
      };
    case "epochs":
      return readEpochs(tokens);
    case "repeat":
      return readRepeat(tokens, checker, depth + 1);
    case "generator":
      throw planErrorAt(verb, '"generator" must come first in a plan');
    default:
      throw unknownStep(verb, tokens.peek());
  }
}

const STEP_NAMES = ["seed", "draws", "permutation", "split", "epochs", "repeat"];

/** What steps are called elsewhere. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["manual_seed", "seed"],
  ["randperm", "permutation"],
  ["random_split", "split"],
  ["epoch", "epochs"],
]);

function unknownStep(verb: Token, next: Token): Error {
  const expected = "a step: seed, draws, permutation, split, epochs or repeat";
  if (verb.text === "shuffle" || verb.text === "loader") {
    const loader = `${verb.text} ${/^\d/.test(next.text) ? next.text : "N"}`;
    return expectedAt(verb, `${expected}, such as "epochs 1 of ${loader}"`);
  }
  const other = OTHER_NAMES.get(verb.text);
  const hint = other === undefined ? meant(verb.text, STEP_NAMES) : `; did you mean ${other}?`;
  return expectedAt(verb, expected, hint);
}

function readUnit(tokens: TokenReader): "words" | "doubles" {
  if (tokens.takes("doubles")) return "doubles";
  tokens.takes("words");
  return "words";
}

function readEpochs(tokens: TokenReader): PlanStep {
  const count = readCount(tokens, "a number of epochs");
  take(tokens, "of", '"of" and a loader');
  const loader = readLoader(tokens);
  if (!tokens.takes("break")) {
    endLoader(tokens);
    return { kind: "epochs", count, loader };
  }
  take(tokens, "after", '"after" and a number of batches');
  return { kind: "epochs", count, loader, breakAfter: readCount(tokens, "a number of batches") };
}

function readRepeat(tokens: TokenReader, checker: StepChecker, depth: number): PlanStep {
  const count = readCount(tokens, "a number of times");
  if (depth > MAX_DEPTH)
    throw expectedAt(tokens.peek(), `at most ${grouped(MAX_DEPTH)} repeats in one another`);
  take(tokens, "{", '"{" and the steps to repeat');
  const steps = readSteps(tokens, checker, depth);
  tokens.take();
  return { kind: "repeat", count, steps };
}

function take(tokens: TokenReader, text: string, expected: string): void {
  if (!tokens.takes(text)) throw expectedAt(tokens.peek(), expected);
}

function endStep(tokens: TokenReader, end: "" | "}"): void {
  const { text } = tokens.peek();
  if (text === ";" || text === end) return;
  const expected = end === "" ? "a semicolon or a new line" : 'a semicolon, a new line or "}"';
  throw expectedAt(tokens.peek(), expected);
}

/** What `check` finds wrong, said with its place. */
function located<T>(token: Token, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (isRewindError(error, "INVALID_PLAN") && error.data.line === undefined) {
      throw planErrorAt(token, error.message);
    }
    throw error;
  }
}
