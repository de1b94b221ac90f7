import type { InferredOptionType, Options } from "yargs";
import type { LongOptions } from "../replay/environment.ts";
import type { Cloned, CloneOptions, Repository, RepositoryOptions } from "../repository.ts";
import type { Output } from "./terminal/output.ts";

/** The kind of a word on the command line, for completion. */
export type WordKind =
  | "revision"
  | "branch"
  | "ensemble"
  | "tag"
  | "files"
  | "folders"
  | "command"
  | "topic"
  | "setting"
  | "setting-value"
  | "generator"
  | "shell";

/** An option of a command, under its long name; a name of one letter is its only name. */
export interface Option extends Pick<Options, "array" | "demandOption"> {
  readonly describe: string;
  readonly type: "string" | "boolean";
  /** Another name, of one letter. */
  readonly alias?: string;
  /** The name of its value in help: `N`, `FILE`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** How TAB completes its value; not at all by default. */
  readonly completes?: WordKind;
}

/** A positional, under the name that usage gives it. */
export interface Positional extends Pick<Options, "array" | "demandOption"> {
  readonly type: "string";
  /** The words that it may be. A command's first positional with choices may be left out. */
  readonly choices?: readonly string[];
  /** Other words for choices, which help does not name: `rm` for `remove`. */
  readonly also?: Readonly<Record<string, string>>;
  /** How TAB completes it; not at all by default. */
  readonly completes?: WordKind;
  /** What is meant when it is left out: `HEAD`. */
  readonly without?: string;
}

export type OptionsByName = Readonly<Record<string, Option>>;
export type PositionalsByName = Readonly<Record<string, Positional>>;

/** The arguments of a command line, by the names of its positionals and options in camel case. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The keys of a result in JSON; an object names the keys of a nested value. */
export type Keys = readonly (string | Readonly<Record<string, readonly string[]>>)[];

/** A verb of the command line. */
export interface Command {
  readonly positionals: PositionalsByName;
  readonly options: OptionsByName;
  readonly describe: string;
  /** Command lines without `rewind`, each with what it does. */
  readonly examples: readonly (readonly [line: string, says: string])[];
  /** The keys that --json prints, by the form of the command: `find`, `find --count`. */
  readonly keys: Readonly<Record<string, Keys>>;
  /** The hint for an unexpected extra argument; undefined for the usual one. */
  explainExtra?(args: Arguments, words: readonly string[]): string | undefined;
  /** Whether its positionals have their usual meaning with these options; without it, always. */
  isOrdered?(args: Arguments): boolean;
  /** Does the work; returns the exit status. */
  run(args: Arguments, context: Context): Promise<number>;
}

type CamelCase<Name extends string> = Name extends `${infer Start}-${infer Rest}`
  ? `${Start}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** The types of the values of positionals or options. */
type ValuesOf<Definitions extends Readonly<Record<string, Option | Positional>>> = {
  readonly [Name in keyof Definitions & string as CamelCase<Name>]: InferredOptionType<
    Definitions[Name]
  >;
};

/** Defines a command. The types of `run`'s arguments follow from its positionals and options. */
export function command<
  const P extends PositionalsByName,
  const O extends OptionsByName,
>(definition: {
  readonly positionals: P;
  readonly options: O;
  readonly describe: string;
  readonly examples: Command["examples"];
  readonly keys: Command["keys"];
  explainExtra?(args: Partial<ValuesOf<O>>, words: readonly string[]): string | undefined;
  isOrdered?(args: Partial<ValuesOf<O>>): boolean;
  run(args: ValuesOf<P> & ValuesOf<O>, context: Context): Promise<number>;
}): Command {
  // Only this line drops the types of a command's own arguments; `parseArguments` respects them.
  return definition as unknown as Command;
}

/** What commands get from outside. */
export interface Context {
  readonly out: Output;
  /** The folder that the command works in: `-C`, or the process's own. */
  readonly cwd: string;
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads all of standard input. */
  input(): Promise<Uint8Array>;
  /** Standard input, part by part. */
  inputParts(): AsyncIterable<Uint8Array>;
  /** The time now, in milliseconds since 1970. */
  now(): number;
  /** Opens the store here or above, on the first call; the dispatcher closes it. */
  open(options?: Pick<RepositoryOptions, "trust">): Promise<Repository>;
  /** Creates a store in a folder; the dispatcher closes it. */
  create(folder: string): Promise<Repository>;
  /** Creates a store with the runs of a remote; the dispatcher closes it. */
  clone(url: string, folder: string, options: CloneOptions): Promise<Cloned>;
  /** The definition of a command, by its name; undefined for a word that names no command. */
  command(name: string): Promise<Command | undefined>;
  /** Options for a long operation: progress on the terminal, and Ctrl-C. */
  long(verb: string): LongOptions;
}

/** The exit statuses. */
export const STATUS: {
  readonly ok: 0;
  readonly failed: 1;
  readonly usage: 2;
  readonly differs: 3;
  readonly damaged: 4;
  readonly interrupted: 130;
} = { ok: 0, failed: 1, usage: 2, differs: 3, damaged: 4, interrupted: 130 };
