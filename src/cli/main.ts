import fs from "node:fs";
import path from "node:path";
import { isRewindError, RewindError } from "../base/errors.ts";
import { messageOf } from "../base/reason.ts";
import { engineVersion } from "../node/packages.ts";
import type { Repository } from "../repository.ts";
import { parseArguments } from "./arguments.ts";
import { type Arguments, type Context, STATUS } from "./command.ts";
import { commandOf } from "./command-name.ts";
import { COMMANDS, type CommandEntry } from "./commands.ts";
import { hintFor, messageFor, statusFor } from "./errors.ts";
import { overview } from "./help/overview.ts";
import { quoted } from "./input/command-line.ts";
import { usageError } from "./input/parse.ts";
import { Output, type Terminal } from "./terminal/output.ts";
import type { Page } from "./terminal/pager.ts";
import { progressBar } from "./terminal/progress.ts";

export { breakOnInterrupt } from "../node/interruptible.ts";

/** What the command line is given by the process. */
export interface Process {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Calls back at Ctrl-C; returns what stops listening. */
  onInterrupt(listener: () => void): () => void;
  /** The time now, in milliseconds since 1970; the system's unless given. */
  readonly now?: () => number;
  /** Reads all of standard input. */
  readonly readInput?: () => Promise<Uint8Array>;
  /** Shows long text; without it, text is printed as it is. */
  readonly page?: Page;
}

/** Runs one command line, and returns the exit status. Prints errors; never throws. */
export async function main(process: Process): Promise<number> {
  const out = new Output({
    stdout: process.stdout,
    stderr: process.stderr,
    colour: !process.env.NO_COLOR && process.env.TERM !== "dumb",
  });
  try {
    try {
      return await dispatch(process, out);
    } finally {
      await showHeld(process, out);
    }
  } catch (error) {
    return report(error, process, out);
  }
}

/** Shows what was too long for the terminal, once the command has let go of the store. */
async function showHeld({ page, cwd, env }: Process, out: Output): Promise<void> {
  if (page === undefined || !out.holdsText) return;
  const { pageHeld } = await import("./off-store.ts");
  await pageHeld(out, page, cwd, env);
}

async function dispatch(process: Process, out: Output): Promise<number> {
  const { name, rest } = await commandOf(process.argv);
  if (name === undefined || name === "help") return about(name, rest, process, out);
  const command = await (COMMANDS[name] as CommandEntry).load();
  const args = parseArguments(command, rest);
  configure(out, args, process);
  if (args.help === true) {
    const { helpText } = await import("./off-store.ts");
    out.text(helpText(name, command));
    return STATUS.ok;
  }
  const opened: Repository[] = [];
  const interrupt = new AbortController();
  let stopListening: (() => void) | undefined;
  // Only what looks at the signal may keep Ctrl-C from ending the process.
  const signal = (): AbortSignal => {
    stopListening ??= process.onInterrupt(() => interrupt.abort());
    return interrupt.signal;
  };
  try {
    const given = context(out, args, folderOf(args, process), process, signal);
    return await command.run(args, {
      ...given,
      open: async (options) => {
        const repo = await given.open(options);
        opened.push(repo);
        return repo;
      },
    });
  } catch (thrown) {
    const error = systemFailure(thrown, process.cwd) ?? thrown;
    throw opened.some((repo) => repo.hasChanged) ? withChanged(error) : error;
  } finally {
    stopListening?.();
    out.clearBar();
  }
}

/** A failure after the command has changed the store: its data says so. */
function withChanged(error: unknown): unknown {
  if (!isRewindError(error)) return error;
  const { code, message, data, cause } = error;
  return new RewindError(code, message, { ...data, changed: true }, { cause });
}

/** A command line without a command, or `rewind help`. */
async function about(
  name: string | undefined,
  rest: readonly string[],
  process: Process,
  out: Output,
): Promise<number> {
  // `rewind help get` is `rewind get --help`.
  const command = rest.find((argument) => Object.hasOwn(COMMANDS, argument));
  if (name === "help" && command !== undefined) {
    return dispatch({ ...process, argv: [...rest, "--help"] }, out);
  }
  if (rest.includes("--version")) {
    out.raw(`rewind ${engineVersion()}\n`);
    return STATUS.ok;
  }
  const args = parseArguments({ usage: name === "help" ? "[command]" : "", options: {} }, rest);
  configure(out, args, process);
  out.text(args.command === undefined ? overview() : await topicText(String(args.command)));
  return STATUS.ok;
}

/** What `rewind help` says of a topic that is no command. Throws USAGE where it is none either. */
async function topicText(name: string): Promise<string> {
  const { TOPICS, unknownCommand } = await import("./off-store.ts");
  const topic = TOPICS.get(name);
  if (topic !== undefined) return topic.text();
  throw unknownCommand(name, [...Object.keys(COMMANDS), ...TOPICS.keys()]);
}

function configure(out: Output, args: Arguments, { page, env }: Process): void {
  const holds = page !== undefined && args.pager !== false && env.TERM !== "dumb";
  out.configure({ json: args.json === true, quiet: args.quiet === true, holds });
}

/** The folder to work in. Throws USAGE: a store above one that does not exist is not meant. */
function folderOf(args: Arguments, process: Process): string {
  if (args.C === undefined) return process.cwd;
  const folder = path.resolve(process.cwd, String(args.C));
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw usageError(`expected -C to name a folder, got ${JSON.stringify(args.C)}`);
}

/** A command checks what it shows for this long, beyond what was asked for. */
const CHECK_MS = 1_000;

function context(
  out: Output,
  args: Arguments,
  cwd: string,
  { env, now = Date.now, readInput = noInput }: Process,
  signal: () => AbortSignal,
): Context {
  return {
    out,
    cwd,
    env,
    now,
    input: readInput,
    async open(options = {}) {
      const { Config, openRepository } = await import("./on-store.ts");
      const repo = await openRepository(cwd, {
        onNotice: (text) => out.note(text),
        checkMs: CHECK_MS,
        onUnchecked: ({ from, to }) => out.note(uncheckedNote(args, from, to)),
        // Asked for when something is recorded: settings that are damaged hinder nothing else.
        author: () => new Config(cwd, env).get("author").value,
        ...options,
      });
      for (const { ref, run } of repo.recovered) {
        const branch = ref.replace(/^refs\/(heads\/)?/, "");
        out.note(
          `recovered an interrupted recording: ${branch}, ${run.steps} of ${run.goal} steps` +
            (run.steps < run.goal ? `; \`rewind ${goingOn(branch)}\` goes on` : ""),
        );
      }
      return repo;
    },
    long: (verb) => ({ signal: signal(), onProgress: progressBar(out, verb) }),
  };
}

/** Says which steps a command did not check, and what checks them. */
function uncheckedNote({ revision }: Arguments, from: number, to: number): string {
  const name = typeof revision === "string" ? revision.replace(/@[^{@]*$/, "") : "REV";
  return (
    `steps ${from.toLocaleString("en-US")} to ${to.toLocaleString("en-US")} are not checked yet, ` +
    `for their steps are slow: \`rewind verify ${quoted(`${name}@${to}`)}\` checks them`
  );
}

/** What goes on with a recovered recording: its branch, or where that has gone on, a fork to its goal. */
function goingOn(name: string): string {
  return name.startsWith("archive/") ? `branch NAME ${quoted(name)}` : `resume ${quoted(name)}`;
}

async function noInput(): Promise<Uint8Array> {
  return new Uint8Array();
}

/** Prints an error, with --json on stdout as well. Only a fault of ours shows where it came from. */
function report(thrown: unknown, process: Process, out: Output): number {
  const error = systemFailure(thrown, process.cwd) ?? thrown;
  const { argv, env } = process;
  if (wantsJson(argv)) out.configure({ json: true, quiet: argv.includes("--quiet") });
  if (isRewindError(error)) {
    out.error(messageFor(error), hintFor(error, argv), { code: error.code, data: error.data });
    if (env.REWIND_DEBUG) out.note(error.stack ?? "");
  } else {
    const { stack } = error instanceof Error ? error : { stack: String(error) };
    out.error(
      `a fault in rewind itself: ${stack}`,
      "please report it, with the command that you ran",
      { code: "FAULT", data: {} },
    );
  }
  return statusFor(error);
}

/**
 * What the system refused somewhere, as an error of ours: it is a fault of the disk or of its rights, not
 * of rewind's. Undefined for anything else.
 */
function systemFailure(error: unknown, cwd: string): RewindError | undefined {
  const { code, message, path: file } = (error ?? {}) as NodeJS.ErrnoException;
  if (!(error instanceof Error) || typeof code !== "string" || !/^E[A-Z0-9]+$/.test(code)) {
    return undefined;
  }
  const where = file === undefined ? "" : `: ${path.relative(cwd, file) || "."}`;
  const problem = message.replace(/, \w+.*$/s, "");
  return new RewindError("FILE_FAILED", `${problem}${where}`, { file }, { cause: error });
}

/** Whether --json stands among the arguments, also where they could not be read. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).includes("--json");
}

/** Prints an error that no command waits for, from a module's own timers, say; returns the status. */
export function reportStray(error: unknown, stderr: Terminal): number {
  const out = new Output({ stdout: stderr, stderr, colour: false });
  out.error(messageOf(error), "no command waits for what failed: a module left it running");
  return STATUS.failed;
}
