import { isRewindError } from "../base/errors.ts";
import { messageOf } from "../base/reason.ts";
import { withData } from "../base/with-data.ts";
import { engineVersion } from "../node/own-files.ts";
import { type Arguments, type Command, type Context, STATUS } from "./command.ts";
import { COMMAND_NAMES, type CommandName, isCommandName } from "./command-list.ts";
import { commandPosition } from "./command-word.ts";
import { running } from "./context.ts";
import { overview } from "./help/overview.ts";
import { loadCommand } from "./load-command.ts";
import type { Process } from "./process.ts";
import { Output, type Terminal } from "./terminal/output.ts";

export { breakOnInterrupt } from "../node/host/interruptible.ts";

/** Runs one command line, and returns the exit status. Prints errors, and never throws. */
export async function main(process: Process): Promise<number> {
  const out = new Output({
    stdout: process.stdout,
    stderr: process.stderr,
    colour: !process.env.NO_COLOR && process.env.TERM !== "dumb",
  });
  // As far as they have been read, for hints.
  let read: Arguments = {};
  try {
    try {
      return await dispatch(process, out, (args) => {
        read = args;
      });
    } finally {
      await showHeld(process, out);
    }
  } catch (error) {
    const { report } = await loadReport();
    return report(error, process, out, read);
  }
}

/** Loads what reports an error, which most commands do without. */
const loadReport = (): Promise<typeof import("./errors/report.ts")> => import("./errors/report.ts");

/** Shows text that was too long for the terminal, after the command has closed the store. */
async function showHeld({ page, cwd, env }: Process, out: Output): Promise<void> {
  if (page === undefined || !out.holdsText) return;
  const { pageHeld } = await import("./off-store.ts");
  await pageHeld(out, page, cwd, env);
}

async function dispatch(
  process: Process,
  out: Output,
  onRead?: (args: Arguments) => void,
): Promise<number> {
  const { name, rest } = await splitCommand(process.argv);
  if (name === undefined || name === "help") return about(name, rest, process, out);
  const [command, { parseArguments }] = await Promise.all([
    loadCommand(name),
    import("./arguments.ts"),
  ]);
  const args = parseArguments(command, rest);
  onRead?.(args);
  configure(out, args, process);
  if (args.help === true) {
    const { helpText } = await import("./off-store.ts");
    out.text(helpText(name, command));
    return STATUS.ok;
  }
  return run(name, command, args, process, out);
}

/**
 * The name of the command and the arguments around it; no name if there are only options. Throws
 * USAGE for an unknown command.
 */
async function splitCommand(argv: readonly string[]): Promise<{
  readonly name: CommandName | "help" | undefined;
  readonly rest: readonly string[];
}> {
  const at = commandPosition(argv);
  const name = argv[at];
  const rest = argv.filter((_, i) => i !== at);
  if (name === undefined || name === "help" || isCommandName(name)) return { name, rest };
  // Loaded only for an error, so that valid commands start sooner.
  const { unknownCommand } = await import("./off-store.ts");
  throw unknownCommand(name, COMMAND_NAMES);
}

/** Runs a command, and closes what it opened. */
async function run(
  name: CommandName,
  command: Command,
  args: Arguments,
  process: Process,
  out: Output,
): Promise<number> {
  const { context, hasChanged, end } = running(out, command, args, process);
  try {
    const status = await command.run(args, context);
    await end();
    return status;
  } catch (failure) {
    const thrown = await withCause(failure, name, command, args, context.open);
    // The failure that came first is the one to report.
    await end().catch(() => undefined);
    const { systemFailure } = await loadReport();
    const error = systemFailure(thrown, process.cwd) ?? thrown;
    throw hasChanged() ? withData(error, { changed: true }) : error;
  } finally {
    out.clearBar();
  }
}

/** The same failure, with what the store tells about its cause. */
async function withCause(
  failure: unknown,
  ...about: [CommandName, Command, Arguments, Context["open"]]
): Promise<unknown> {
  const hasRevision = Object.values(about[1].positionals).some((p) => p.completes === "revision");
  if (!hasRevision && !isRewindError(failure, "OBJECT_MISSING", "PROGRAM_MISSING")) return failure;
  // Loaded only for an error.
  return (await import("./on-store.ts")).explained(failure, ...about);
}

/** A command line without a command, or `rewind help`. */
async function about(
  name: string | undefined,
  rest: readonly string[],
  process: Process,
  out: Output,
): Promise<number> {
  // `rewind help get` is `rewind get --help`.
  const command = rest.find(isCommandName);
  if (name === "help" && command !== undefined) {
    return dispatch({ ...process, argv: [...rest, "--help"] }, out);
  }
  if (rest.includes("--version")) {
    out.raw(`rewind ${engineVersion()}\n`);
    return STATUS.ok;
  }
  const { parseArguments } = await import("./arguments.ts");
  const args = parseArguments(name === "help" ? HELP : NOTHING, rest);
  configure(out, args, process);
  out.text(typeof args.command === "string" ? await topicText(args.command) : overview());
  return STATUS.ok;
}

/** The options of `rewind` without a command, and of `rewind help`. */
const NOTHING: Pick<Command, "positionals" | "options"> = { positionals: {}, options: {} };
const HELP: typeof NOTHING = { positionals: { command: { type: "string" } }, options: {} };

/**
 * The text of `rewind help` about a topic. Throws USAGE for a word that is neither topic nor
 * command.
 */
async function topicText(name: string): Promise<string> {
  const { TOPICS, unknownCommand } = await import("./off-store.ts");
  const topic = TOPICS.get(name);
  if (topic !== undefined) return topic.text();
  throw unknownCommand(name, [...COMMAND_NAMES, ...TOPICS.keys()]);
}

function configure(out: Output, args: Arguments, { page, env }: Process): void {
  const holds = page !== undefined && args.noPager !== true && env.TERM !== "dumb";
  out.configure({ json: args.json === true, quiet: args.quiet === true, holds });
}

/**
 * Prints an error that no command waits for, such as one from a module's timer; returns the status.
 */
export function reportStray(error: unknown, stderr: Terminal): number {
  const out = new Output({ stdout: stderr, stderr, colour: false });
  out.error(
    messageOf(error),
    "the error came after the command, from work that a module left running",
  );
  return STATUS.failed;
}
