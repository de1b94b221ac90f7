import yargs, { type Argv, type Options } from "yargs";
import { either } from "../base/either.ts";
import { nearest } from "../base/nearest.ts";
import type { Arguments, Command, Option, OptionsByName } from "./command.ts";
import { usageError } from "./input/usage-error.ts";
import { camelCase, readOptionWord, written } from "./option-words.ts";
import { GLOBAL_OPTIONS } from "./options.ts";
import { namePositionals } from "./positionals.ts";

/**
 * Reads the arguments of a command, with the types that `command` infers: a boolean option is true or
 * undefined; any other one a text or undefined, or with `array` a list of texts. Words after `--` are
 * positionals. Throws USAGE when they do not fit the command; with --help nothing is required.
 */
export function parseArguments(
  command: Pick<Command, "positionals" | "options" | "explainExtra">,
  words: readonly string[],
): Arguments {
  const options: OptionsByName = { ...command.options, ...GLOBAL_OPTIONS };
  let missing: Error | undefined;
  const parser = parserOf(options).fail((failure) => {
    const [, name] = /^Missing required arguments?: ([^,]+)/.exec(failure) ?? [];
    if (name === undefined) throw inOurWords(failure, options, words);
    // A misspelt option may be the missing one; yargs reports it next.
    missing = usageError(`expected ${written(name)} ${options[name]?.value ?? "VALUE"}`);
  });
  const read = parser.parseSync(prepared(words, options));
  const isHelp = read.help === true;
  if (missing !== undefined && !isHelp) throw missing;
  const args = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      camelCase(name),
      valueGiven(name, option, read[name]),
    ]),
  );
  if (isHelp) return args;
  const explainExtra = (): string | undefined => command.explainExtra?.(args, words);
  return { ...args, ...namePositionals(command.positionals, read._.map(String), explainExtra) };
}

/**
 * Positionals stay in `_`: yargs would parse its own positionals again and read `-x > 5` as
 * options.
 */
function parserOf(options: OptionsByName): Argv {
  return yargs()
    .help(false)
    .version(false)
    .exitProcess(false)
    .detectLocale(false)
    .parserConfiguration({
      // A value is the text as written, whatever it looks like.
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "dot-notation": false,
      "boolean-negation": false,
    })
    .options(Object.fromEntries(Object.entries(options).map(([name, o]) => [name, yargsOption(o)])))
    .strictOptions();
}

/**
 * Lists are options that may be repeated, because yargs strips quotes from the values of its own
 * lists.
 */
function yargsOption({ type, alias, choices, demandOption }: Option): Options {
  return { type, alias, choices, demandOption, requiresArg: type === "string" };
}

/**
 * Rewrites words that yargs would misread: `-bNAME` becomes `-b=NAME`. Throws USAGE for others that
 * yargs would accept, such as `--json=yes`, which it reads as false, and `--b`, which it reads as
 * `-b`.
 */
function prepared(words: readonly string[], options: OptionsByName): string[] {
  const line = beforeDashes(words);
  const ready = line.map((word) => {
    if (/^--[^-=](=|$)/.test(word)) throw unknownOption(options, words);
    const { names = [], value } = readOptionWord(word, options) ?? {};
    const last = names.at(-1);
    if (value === undefined || last === undefined) return word;
    const name = word.slice(0, word.length - value.length).replace(/=$/, "");
    if (options[last]?.type !== "boolean") return `${name}=${value}`;
    throw usageError(`${name} takes no value, got ${JSON.stringify(value)}`);
  });
  return [...ready, ...words.slice(line.length)];
}

function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end === -1 ? words : words.slice(0, end);
}

function valueGiven(name: string, { array }: Option, value: unknown): unknown {
  if (array) return value === undefined ? undefined : [value].flat();
  if (!Array.isArray(value)) return value;
  throw usageError(`${written(name)} was given more than once`);
}

/** The error that yargs found, in our words. */
function inOurWords(failure: string, options: OptionsByName, words: readonly string[]): Error {
  if (failure.startsWith("Not enough arguments following")) return missingValue(options, words);
  if (failure.startsWith("Unknown argument")) return unknownOption(options, words);
  const [, name = "", got] = /Argument: ([^,]+), Given: (.*), Choices: /s.exec(failure) ?? [];
  const choices = options[name]?.choices;
  if (choices === undefined) return new Error(failure);
  return usageError(`expected ${written(name)} to be ${either(choices)}, got ${got}`);
}

/** An option at the end of the line, or before another option. */
function missingValue(options: OptionsByName, words: readonly string[]): Error {
  const line = beforeDashes(words);
  const at = line.findLastIndex((word, i) => {
    const { names = [], value } = readOptionWord(word, options) ?? {};
    const takesValue = options[names.at(-1) ?? ""]?.type === "string" && value === undefined;
    return takesValue && !/^(?!-)|^-\d|^-$/.test(words[i + 1] ?? "--");
  });
  const name = line[at] ?? "";
  const next = words[at + 1];
  const got = next === undefined ? "" : `, got ${next}: write ${name}=${next} if you mean that`;
  return usageError(`expected a value for ${name}${got}`);
}

function unknownOption(options: OptionsByName, words: readonly string[]): Error {
  const word = beforeDashes(words).find((word) =>
    readOptionWord(word, options)?.names.includes(undefined),
  );
  const name = String(word).replace(/^(--[^=]*)=.*$/s, "$1");
  if (/^-[^-].*\W/.test(name)) {
    return usageError(`there is no option ${name}; if it is not an option, put it after --`);
  }
  const known = Object.keys(options).filter((option) => option.length > 1);
  const near = nearest(name.replace(/^-+/, ""), known).map(written);
  const question = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
  return usageError(`there is no option ${name}${question}`);
}
