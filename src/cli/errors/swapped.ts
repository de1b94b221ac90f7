import { isRewindError, type RewindError } from "../../base/errors.ts";
import { parseRange } from "../../history/revision.ts";
import type { Repository } from "../../repository.ts";
import type { Arguments, Command } from "../command.ts";
import { commandLine } from "../input/command-line.ts";
import { usageError } from "../input/usage-error.ts";
import { camelCase } from "../option-words.ts";
import { usageOf } from "../positionals.ts";

/** The errors of a word that is in another's place. */
const MISPLACED: readonly string[] = [
  ...["USAGE", "UNKNOWN_REVISION", "INVALID_REVISION", "INVALID_REF_NAME", "INVALID_NUMBER"],
];

/**
 * The error of a command line whose revision stands where another word should be, and that word where
 * the revision should be: it says how to write the command. Any other error is returned as it is.
 */
export async function unlessSwapped(
  error: unknown,
  name: string,
  command: Command,
  args: Arguments,
  open: () => Promise<Repository>,
): Promise<unknown> {
  const { positionals, options } = command;
  const names = Object.keys(positionals);
  const [at, ...more] = names.filter((each) => positionals[each]?.completes === "revision");
  if (!isRewindError(error) || !MISPLACED.includes(error.code) || at === undefined) return error;
  if (names.length !== 2 || more.length > 0 || command.isOrdered?.(args) === false) return error;
  const given = (each: string): string[] =>
    [args[camelCase(each)] ?? []].flat().filter((word) => typeof word === "string");
  const [revision] = given(at);
  const others = names.filter((each) => each !== at).flatMap(given);
  // The error itself is the one to report if the store cannot be read.
  const repo = others.length === 0 ? undefined : await open().catch(() => undefined);
  if (repo === undefined || (revision !== undefined && (await isRevision(repo, revision)))) {
    return error;
  }
  for (const other of others) {
    if (!(await isRevision(repo, other))) continue;
    if (revision === undefined) return alone(error, name, other);
    const rest = [revision, ...others.filter((word) => word !== other)];
    const words = names[0] === at ? [other, ...rest] : [...rest, other];
    const problem = `${JSON.stringify(other)} is a revision, and ${JSON.stringify(revision)} is not`;
    return usageError(
      `expected ${usageOf(positionals)}: ${problem}`,
      `did you mean \`${commandLine(name, words, args, options)}\`?`,
    );
  }
  return error;
}

/** A revision with a step, such as `main@5`, is no name, so that the name was left out. */
function alone(error: RewindError, name: string, revision: string): RewindError {
  if (error.code !== "INVALID_REF_NAME") return error;
  const line = commandLine(name, ["NAME", revision], {}, {});
  return usageError(
    `expected a name before the revision ${JSON.stringify(revision)}`,
    `did you mean \`${line}\`?`,
  );
}

async function isRevision(repo: Repository, text: string): Promise<boolean> {
  try {
    const range = parseRange(text);
    await repo.resolve(range?.from ?? range?.to ?? text);
    return true;
  } catch (error) {
    if (isRewindError(error)) return false;
    throw error;
  }
}
