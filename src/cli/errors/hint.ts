import type { DataOf, ErrorCode } from "../../base/errors.ts";
import { isCommandName } from "../command-list.ts";

/** The hint for an error, from its data and the command line; undefined if nothing helps. */
export type Hint<Code extends ErrorCode> = (
  data: DataOf<Code>,
  argv: readonly string[],
) => string | undefined;

/** One hint for each of these codes. */
export type Hints<Code extends ErrorCode> = { readonly [C in Code]: Hint<C> };

/** How to see the help of the command. */
export function usageHint(argv: readonly string[]): string {
  const command = commandIn(argv);
  return command === undefined
    ? "`rewind --help` lists the commands"
    : `\`rewind ${command} --help\` explains it, with examples`;
}

/** The name of the command in a command line. */
export function commandIn(argv: readonly string[]): string | undefined {
  return argv.find(isCommandName);
}
