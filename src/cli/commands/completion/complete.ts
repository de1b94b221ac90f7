import path from "node:path";
import type {
  Command,
  Context,
  Option,
  OptionsByName,
  Positional,
  PositionalsByName,
  WordKind,
} from "../../command.ts";
import { commandPosition } from "../../command-word.ts";
import { type OptionWord, readOptionWord, written } from "../../option-words.ts";
import { GLOBAL_OPTIONS } from "../../options.ts";
import { type Candidate, candidatesFor } from "./candidates.ts";

/** The possible completions of a word. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Names that the shell itself lists. */
  readonly files: "files" | "folders" | undefined;
}

/**
 * The completions of `current`, the word after `before`. `before` begins with the command, not with
 * the name of the program. An unknown command is not an error; it has no candidates.
 *
 * @example
 * ```ts
 * await complete(["checkout"], "ma", context); // { candidates: [{ value: "main", describe: "branch" }], … }
 * ```
 */
export async function complete(
  before: readonly string[],
  current: string,
  { cwd, command: find }: Pick<Context, "cwd" | "command">,
): Promise<Completion> {
  const at = commandPosition(before);
  const name = before[at];
  const command = name === "help" ? HELP : name === undefined ? undefined : await find(name);
  const line = readLine(
    before.filter((_, i) => i !== at),
    { ...command?.options, ...GLOBAL_OPTIONS },
  );
  const folder = path.resolve(cwd, line.folder);
  const as = async (
    kind: WordKind | readonly string[] | undefined,
    prefix = "",
  ): Promise<Completion> => {
    if (kind === "files" || kind === "folders") return { candidates: [], files: kind };
    const found = await candidatesFor(kind ?? [], current.slice(prefix.length), folder);
    return only(
      current,
      found.map((candidate) => ({ ...candidate, value: prefix + candidate.value })),
    );
  };
  if (line.waiting !== undefined) return as(valuesOf(line.options[line.waiting]));
  if (!line.plain && current.startsWith("-")) {
    const { names = [], value }: Partial<OptionWord> = readOptionWord(current, line.options) ?? {};
    const option = line.options[names.at(-1) ?? ""];
    return current.startsWith("--") && option !== undefined && value !== undefined
      ? as(valuesOf(option), current.slice(0, current.length - value.length))
      : only(current, optionsLeft(line));
  }
  if (command === undefined) return name === undefined ? as("command") : as(undefined);
  const place = placeOf(command.positionals, line.positionals, current);
  if (place === undefined) return line.plain ? as(undefined) : only(current, optionsLeft(line));
  if (place.completes === "setting-value") {
    return as(line.positionals[0] === "rng" ? "generator" : undefined);
  }
  return as(place.choices ?? place.completes);
}

const HELP: Pick<Command, "positionals" | "options"> = {
  positionals: { command: { type: "string", completes: "topic" } },
  options: {},
};

function valuesOf(option: Option | undefined): WordKind | readonly string[] | undefined {
  return option?.choices ?? option?.completes;
}

/** The part of the line before the word to complete. */
interface Line {
  readonly options: OptionsByName;
  readonly given: ReadonlySet<string>;
  readonly positionals: readonly string[];
  /** The option whose value comes next. */
  readonly waiting: string | undefined;
  /** Whether `--` has ended the options. */
  readonly plain: boolean;
  /** The folder that -C names. */
  readonly folder: string;
}

function readLine(words: readonly string[], options: OptionsByName): Line {
  const given = new Set<string>();
  const positionals: string[] = [];
  let waiting: string | undefined;
  let plain = false;
  let folder = ".";
  for (const word of words) {
    const option: OptionWord | undefined = plain ? undefined : readOptionWord(word, options);
    if (waiting !== undefined) {
      if (waiting === "C") folder = word;
      waiting = undefined;
    } else if (!plain && word === "--") plain = true;
    else if (option === undefined) positionals.push(word);
    else {
      for (const name of option.names) if (name !== undefined) given.add(name);
      const last = option.names.at(-1) ?? "";
      if (options[last]?.type === "string" && option.value === undefined) waiting = last;
    }
  }
  return { options, given, positionals, waiting, plain, folder };
}

/** The positional that `current` would be, after these words; undefined after the last one. */
function placeOf(
  positionals: PositionalsByName,
  before: readonly string[],
  current: string,
): Positional | undefined {
  const waiting = [...before];
  for (const positional of Object.values(positionals)) {
    const { choices, array } = positional;
    const [word] = waiting;
    if (word === undefined) {
      // An optional positional with choices counts only if the word can still become one of them.
      if (choices?.some((choice) => choice.startsWith(current)) === false) continue;
      return positional;
    }
    if (choices?.includes(word) === false) continue;
    if (array) return positional;
    waiting.shift();
  }
  return undefined;
}

/** The options that may still be given, with their descriptions. */
function optionsLeft({ options, given }: Line): Candidate[] {
  return Object.entries(options)
    .filter(([name, { array }]) => array || !given.has(name))
    .map(([name, { describe }]) => ({ value: written(name), describe }));
}

function only(current: string, candidates: readonly Candidate[]): Completion {
  return {
    candidates: candidates.filter(({ value }) => value.startsWith(current)),
    files: undefined,
  };
}
