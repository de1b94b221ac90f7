import path from "node:path";
import { GLOBAL_OPTIONS, nameOf, verbsIn } from "../../arguments.ts";
import type { Command, Option } from "../../command.ts";
import { commandPosition } from "../../command-name.ts";
import { COMMANDS } from "../../commands.ts";
import { type Candidate, candidatesFor, type What } from "./candidates.ts";

/** How a word of a command line can go on. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Names that the shell itself knows best. */
  readonly files: "files" | "folders" | undefined;
}

/** What the positionals of all commands are, by their names in `usage`. */
export const POSITIONALS: Readonly<Record<string, What>> = {
  revision: "revision",
  a: "revision",
  b: "revision",
  id: "revision",
  branch: "branch",
  name: "branch",
  module: "files",
  file: "files",
  plan: "files",
  dir: "folders",
  command: "topic",
  key: "setting",
  shell: "shell",
  value: "nothing",
  expression: "nothing",
  n: "nothing",
  word: "nothing",
};

/** What the values of options are, by what help calls them. */
const VALUES: Readonly<Record<string, What>> = {
  FILE: "files",
  MODULE: "files",
  "MODULE#EXPORT": "files",
  DIR: "folders",
  REV: "revision",
};

/**
 * How `current`, the word after `before`, can go on; the name of the program left out of both. Where
 * nothing is known there are no candidates: never an error.
 *
 * @example
 * ```ts
 * await complete(["checkout"], "ma", "."); // { candidates: [{ value: "main", describe: "branch" }], … }
 * ```
 */
export async function complete(
  before: readonly string[],
  current: string,
  cwd: string,
): Promise<Completion> {
  const at = commandPosition(before);
  const name = before[at];
  const command = name === "help" ? HELP : await COMMANDS[name ?? ""]?.load();
  const line = readLine(
    before.filter((_, i) => i !== at),
    { ...command?.options, ...GLOBAL_OPTIONS },
  );
  const folder = path.resolve(cwd, line.folder);
  const as = async (what: What, prefix = ""): Promise<Completion> => {
    if (what === "files" || what === "folders") return { candidates: [], files: what };
    const found = await candidatesFor(what, current.slice(prefix.length), folder);
    return only(
      current,
      found.map((candidate) => ({ ...candidate, value: prefix + candidate.value })),
    );
  };
  if (line.waiting !== undefined) return ofOption(line.waiting, as);
  const [, written = "", inline] = /^(--[^=]+=)?(.*)$/s.exec(current) ?? [];
  const option = line.options[written.slice(2, -1)];
  if (!line.plain && option !== undefined && inline !== undefined)
    return ofOption([written.slice(2, -1), option], as, written);
  if (!line.plain && current.startsWith("-")) return only(current, optionsLeft(line));
  if (command === undefined) return name === undefined ? as("command") : NOTHING;
  const verbs = verbsIn(command.usage);
  const begun =
    line.positionals.length === 0 ? verbs.filter((verb) => verb.startsWith(current)) : [];
  if (begun.length > 0) return as(begun);
  const isVerb = verbs.includes(line.positionals[0] ?? "");
  const positional = positionalAt(command.usage, line.positionals.length - Number(isVerb));
  if (positional === undefined) return line.plain ? NOTHING : only(current, optionsLeft(line));
  if (positional === "name" && name === "tag") return as("tag");
  if (positional === "value" && line.positionals[0] === "rng") return as("generator");
  return as(POSITIONALS[positional] ?? "nothing");
}

const NOTHING: Completion = { candidates: [], files: undefined };

const HELP: Pick<Command, "usage" | "options"> = { usage: "[command]", options: {} };

type NamedOption = readonly [name: string, option: Option];

/** What stands on the line before the word in question. */
interface Line {
  readonly options: Readonly<Record<string, Option>>;
  readonly given: ReadonlySet<string>;
  readonly positionals: readonly string[];
  /** The option whose value comes next. */
  readonly waiting: NamedOption | undefined;
  /** Whether `--` has ended the options. */
  readonly plain: boolean;
  /** The folder that -C names. */
  readonly folder: string;
}

function readLine(words: readonly string[], options: Readonly<Record<string, Option>>): Line {
  const given = new Set<string>();
  const positionals: string[] = [];
  let waiting: NamedOption | undefined;
  let plain = false;
  let folder = ".";
  for (const word of words) {
    if (waiting !== undefined) {
      if (waiting[0] === "C") folder = word;
      waiting = undefined;
    } else if (plain || !/^-./.test(word)) positionals.push(word);
    else if (word === "--") plain = true;
    else {
      const found = optionsIn(word, options);
      for (const [name] of found) given.add(name);
      const last = found.at(-1);
      if (last?.[1].type === "text" && !word.includes("=")) waiting = last;
    }
  }
  return { options, given, positionals, waiting, plain, folder };
}

/** The options that a word such as `--steps=5`, `--no-code` or `-fd` names. */
function optionsIn(word: string, options: Readonly<Record<string, Option>>): NamedOption[] {
  const named = (name: string): NamedOption[] => {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    return option === undefined ? [] : [[name, option]];
  };
  const long = /^--(?:no-)?([^=]+)/.exec(word);
  if (long !== null) return [...named(word.slice(2)), ...named(long[1] as string)].slice(0, 1);
  return [...word.slice(1)].flatMap((letter) => {
    const found = Object.entries(options).find(([, { short }]) => short === letter);
    return found === undefined ? named(letter) : [found];
  });
}

function ofOption(
  [name, option]: NamedOption,
  as: (what: What, prefix?: string) => Promise<Completion>,
  prefix = "",
): Promise<Completion> {
  if (option.choices !== undefined) return as(option.choices, prefix);
  if (name === "branch") return as("branch", prefix);
  if (name === "rng") return as("generator", prefix);
  return as(VALUES[option.value ?? ""] ?? "nothing", prefix);
}

/** The options that may still be given, with what they are for. */
function optionsLeft({ options, given }: Line): Candidate[] {
  return Object.entries(options)
    .filter(([name, { many }]) => many === true || !given.has(name))
    .map(([name, { describe, negatable }]) => ({
      value: negatable === true ? `--no-${name}` : nameOf(name),
      describe,
    }));
}

/** The name of the positional at this place, by a usage such as `<revision> [expression..]`. */
function positionalAt(usage: string, place: number): string | undefined {
  const names = [...usage.matchAll(/[<[](\w+)(\.\.)?[>\]]/g)];
  const last = names.at(-1);
  return (names[place] ?? (last?.[2] === undefined ? undefined : last))?.[1];
}

function only(current: string, candidates: readonly Candidate[]): Completion {
  return {
    candidates: candidates.filter(({ value }) => value.startsWith(current)),
    files: undefined,
  };
}
