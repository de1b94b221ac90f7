import { parseArgs } from "node:util";
import { nearest } from "../base/nearest.ts";
import type { Arguments, Command, Option } from "./command.ts";
import { usageError } from "./input/parse.ts";

/** Options that every command takes. */
export const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  json: { describe: "print the result as JSON", type: "boolean" },
  C: { describe: "work in this folder", type: "text", value: "DIR" },
  pager: {
    describe: "print long output at once, not through a pager",
    type: "boolean",
    negatable: true,
  },
  quiet: {
    short: "q",
    describe: "print no notes, nor what was done: only what was asked for, and errors",
    type: "boolean",
  },
  help: { short: "h", describe: "print this", type: "boolean" },
};

/**
 * Reads the arguments of a command: options by their names in camel case (`blockSize`), positionals
 * by theirs. A boolean option is true or false; any other one a text, undefined, or with `many` a
 * list. What stands behind `--` is no option. Throws USAGE where they do not fit; with --help they
 * need not.
 */
export function parseArguments(
  command: Pick<Command, "usage" | "options" | "explainExtra">,
  argv: readonly string[],
): Arguments {
  const options = { ...command.options, ...GLOBAL_OPTIONS };
  const { values, positionals } = split(argv, options);
  const args: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const given = values.get(name);
    if (option.required && given === undefined && !values.has("help")) {
      throw usageError(`expected ${nameOf(name)} ${option.value ?? "VALUE"}`);
    }
    args[camelCase(name)] = option.many ? given : read(name, option, given);
  }
  const explain = (): string | undefined => command.explainExtra?.(args, argv);
  return {
    ...args,
    ...(args.help === true ? {} : namePositionals(command.usage, positionals, explain)),
  };
}

/** How an option is written: `--steps`, `-C`. */
export function nameOf(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

type Options = Readonly<Record<string, Option>>;

interface Split {
  /** What was given for each option; "" and "no" for booleans. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** Node's own parser takes the arguments apart; what is wrong with them is told in our words. */
function split(argv: readonly string[], options: Options): Split {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(options).map(([name, option]) => [name, nodeOption(name, option)]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const [name, value] = readOption(token, argv[token.index] ?? "", options);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { values, positionals };
}

function nodeOption(
  name: string,
  { type, short }: Option,
): { type: "string" | "boolean"; short?: string } {
  const letter = short ?? (name.length === 1 ? name : undefined);
  return {
    type: type === "text" ? "string" : "boolean",
    ...(letter !== undefined && { short: letter }),
  };
}

/** An option as Node's parser found it. */
interface OptionToken {
  readonly name: string;
  /** As it was written: `--steps`, `-b`. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** Whether the value stood behind an equals sign. */
  readonly inlineValue?: boolean | undefined;
}

function readOption(
  token: OptionToken,
  written: string,
  options: Options,
): [name: string, value: string] {
  const { name, rawName, value, inlineValue } = token;
  const negated = name.startsWith("no-") ? name.slice(3) : "";
  if (options[negated]?.negatable && value === undefined) return [negated, "no"];
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  // `--C` is no way to write -C.
  if (option === undefined || (rawName === `--${name}` && name.length === 1))
    throw unknownOption(written.replace(/^(--[^=]*)=.*$/s, "$1"), options);
  if (option.type === "boolean") {
    if (value === undefined) return [name, ""];
    throw usageError(`${rawName} takes no value, got ${JSON.stringify(value)}`);
  }
  // A number may be negative; anything else that begins with a dash is an option.
  if (value === undefined || (!inlineValue && /^--?[^\d-]/.test(value))) {
    const got =
      value === undefined ? "" : `, got ${value}: write ${rawName}=${value} if that is it`;
    throw usageError(`expected a value for ${rawName}${got}`);
  }
  return [name, value];
}

function unknownOption(written: string, options: Options): Error {
  const names = Object.keys(options).filter((name) => name.length > 1);
  const near = nearest(written.replace(/^-+/, ""), names).map(nameOf);
  const hint = /^-[^-].*\W/.test(written)
    ? "; if it is no option, put it behind --"
    : near.length > 0
      ? `; did you mean ${near.join(" or ")}?`
      : "";
  return usageError(`there is no option ${written}${hint}`);
}

function read(name: string, option: Option, given: readonly string[] | undefined): unknown {
  const [value] = given ?? [];
  if (option.type === "boolean")
    return value === undefined ? option.negatable === true : value === "";
  if (given !== undefined && given.length > 1) {
    throw usageError(`${nameOf(name)} was given more than once`);
  }
  if (value !== undefined && option.choices !== undefined && !option.choices.includes(value)) {
    throw usageError(
      `expected ${nameOf(name)} to be ${option.choices.join(" or ")}, got ${JSON.stringify(value)}`,
    );
  }
  return value;
}

/** The words of which one may stand first, by a usage such as `[explain|locate] <plan>`. */
export function verbsIn(usage: string): readonly string[] {
  return /^\[(\w+(?:\|\w+)+)\]/.exec(usage)?.[1]?.split("|") ?? [];
}

/** Positionals by the names in a usage such as `<revision> [expression..]`; a word as `verb`. */
function namePositionals(
  usage: string,
  given: readonly string[],
  explain: () => string | undefined,
): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  const waiting = [...given];
  if (verbsIn(usage).includes(waiting[0] ?? "")) named.verb = waiting.shift();
  for (const [, bracket, name = "", more] of usage.matchAll(/([<[])(\w+)(\.\.)?[>\]]/g)) {
    if (bracket === "<" && waiting.length === 0)
      throw usageError(`expected ${usage}: no ${name} was given`);
    named[name] = more === undefined ? waiting.shift() : waiting.splice(0);
  }
  const [extra] = waiting;
  if (extra !== undefined) {
    const [meant] = named.verb === undefined ? nearest(String(given[0]), verbsIn(usage)) : [];
    const wrong =
      meant === undefined
        ? `unexpected argument ${JSON.stringify(extra)}`
        : `there is no ${given[0]}; did you mean ${meant}?`;
    throw usageError(`expected ${usage || "no arguments"}: ${wrong}`, explain());
  }
  return named;
}

/** The name by which an option is read: `blockSize` of `--block-size`. */
export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
