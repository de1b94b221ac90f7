import path from "node:path";
import { isRewindError } from "../base/errors.ts";
import { engineVersion } from "../node/packages.ts";
import { type Context, STATUS } from "./command.ts";
import { commandOf } from "./command-name.ts";
import { COMMANDS } from "./commands.ts";
import { hintFor, messageFor, statusFor } from "./errors.ts";
import { Output, type Terminal } from "./output.ts";
import { overview } from "./overview.ts";
import { progressBar } from "./progress.ts";

/** What the command line is given by the process. */
export interface Process {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Calls back at Ctrl-C; returns what stops listening. */
  onInterrupt(listener: () => void): () => void;
}

/** Runs one command line, and returns the exit status. Prints errors; never throws. */
export async function main(process: Process): Promise<number> {
  const out = new Output({
    stdout: process.stdout,
    stderr: process.stderr,
    json: process.argv.includes("--json"),
    quiet: process.argv.includes("-q") || process.argv.includes("--quiet"),
    colour: !process.env.NO_COLOR && process.env.TERM !== "dumb",
  });
  try {
    return await dispatch(process, out);
  } catch (error) {
    return report(error, process, out);
  }
}

async function dispatch(process: Process, out: Output): Promise<number> {
  if (process.argv.includes("--version")) {
    out.raw(`rewind ${engineVersion()}\n`);
    return STATUS.ok;
  }
  const { name, rest } = commandOf(process.argv);
  if (name === undefined || name === "help") {
    // `rewind help get` is `rewind get --help`.
    const [about] = rest.filter((argument) => Object.hasOwn(COMMANDS, argument));
    if (name === "help" && about !== undefined)
      return dispatch({ ...process, argv: [about, "--help"] }, out);
    out.raw(`${overview()}\n`);
    return STATUS.ok;
  }
  const [{ parseArguments }, command] = await Promise.all([
    import("./arguments.ts"),
    COMMANDS[name]?.load() ?? Promise.reject(new Error(`no command ${name}`)),
  ]);
  const parsed = await parseArguments(name, command, rest);
  if ("help" in parsed) {
    out.raw(`${parsed.help}\n`);
    return STATUS.ok;
  }
  const { args } = parsed;
  const cwd = path.resolve(process.cwd, String(args.C ?? "."));
  const interrupt = new AbortController();
  const stopListening = process.onInterrupt(() => interrupt.abort());
  try {
    return await command.run(args, context(out, cwd, interrupt.signal));
  } finally {
    stopListening();
    out.clearBar();
  }
}

function context(out: Output, cwd: string, signal: AbortSignal): Context {
  return {
    out,
    cwd,
    async open(options = {}) {
      const { openRepository } = await import("../repository.ts");
      const repo = await openRepository(cwd, { onNotice: (text) => out.note(text), ...options });
      for (const { ref, run } of repo.recovered) {
        const branch = ref.replace(/^refs\/(heads\/)?/, "");
        out.note(
          `recovered an interrupted recording: ${branch}, ${run.steps} of ${run.goal} steps`,
        );
      }
      return repo;
    },
    long: (verb) => ({ signal, onProgress: progressBar(out, verb) }),
  };
}

/** Prints an error. Only what is no error of the user's shows where it came from. */
function report(error: unknown, process: Process, out: Output): number {
  if (isRewindError(error)) {
    out.error(messageFor(error), hintFor(error));
    if (process.env.REWIND_DEBUG) out.note(error.stack ?? "");
  } else {
    const { stack } = error instanceof Error ? error : { stack: String(error) };
    out.error(
      `a fault in rewind itself: ${stack}`,
      "please report it, with the command that you ran",
    );
  }
  return statusFor(error);
}
