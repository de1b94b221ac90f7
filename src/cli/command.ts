import type { LongOptions } from "../replay/environment.ts";
import type { Repository, RepositoryOptions } from "../repository.ts";
import type { Output } from "./terminal/output.ts";

/** What a command line said, by the names of its positionals and options. */
export type Arguments = Readonly<Record<string, unknown>>;

/** An option of a command, under its long name; a name of one letter is its only one. */
export interface Option {
  readonly describe: string;
  readonly type: "text" | "boolean";
  /** Another name, of one letter. */
  readonly short?: string;
  /** What its value is, for help: `N`, `FILE`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** It may be given several times, and its values are a list. */
  readonly many?: boolean;
  /** A boolean that is true unless `--no-name` is given. */
  readonly negatable?: boolean;
}

/** A verb of the command line. */
export interface Command {
  /** Its positionals, such as `<revision> [expression..]`. */
  readonly usage: string;
  readonly describe: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Command lines without `rewind`, each with what it does. */
  readonly examples: readonly (readonly [line: string, says: string])[];
  /** What to write instead, where there is an argument too many; undefined for the usual hint. */
  explainExtra?(args: Arguments, argv: readonly string[]): string | undefined;
  /** Does the work; returns the exit status. */
  run(args: Arguments, context: Context): Promise<number>;
}

/** What commands are given from outside. */
export interface Context {
  readonly out: Output;
  /** The folder that the command works in: `-C`, or the process's own. */
  readonly cwd: string;
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Everything that comes in on standard input. */
  input(): Promise<Uint8Array>;
  /** The time now, in milliseconds since 1970. */
  now(): number;
  /** Opens the store here or above. */
  open(options?: RepositoryOptions): Promise<Repository>;
  /** What a long operation is given: progress on the terminal, and Ctrl-C. */
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

/** Lets a command run code that came from elsewhere. */
export const TRUST_OPTION: Option = {
  describe: "let code run that came from elsewhere, now and later",
  type: "boolean",
};

/** Shows a state whose replay is not as recorded. */
export const FORCE_OPTION: Option = {
  describe: "print the state even where its replay does not give what was recorded",
  type: "boolean",
};

/** Options that replaying commands share. */
export const REPLAY_OPTIONS: Readonly<Record<string, Option>> = {
  program: {
    describe: "the code that replays: as recorded (unless told), or the working file",
    type: "text",
    choices: ["recorded", "working"],
  },
  trust: TRUST_OPTION,
};
