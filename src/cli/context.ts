import fs from "node:fs";
import path from "node:path";
import { clock } from "../base/clock.ts";
import { count, plural } from "../base/count.ts";
import { isRewindError } from "../base/errors.ts";
import { withData } from "../base/with-data.ts";
import type { Repository, RepositoryOptions } from "../repository.ts";
import type { Arguments, Command, Context } from "./command.ts";
import { isCommandName } from "./command-list.ts";
import { quoted } from "./input/quoted.ts";
import { usageError } from "./input/usage-error.ts";
import { loadCommand } from "./load-command.ts";
import type { Process } from "./process.ts";
import type { UncheckedSteps } from "./show/unchecked.ts";
import type { Output } from "./terminal/output.ts";
import { progressBar } from "./terminal/progress.ts";

/** What a command runs with, and the work after it has ended. */
export interface Running {
  readonly context: Context;
  /** Whether the command has changed the store. */
  hasChanged(): boolean;
  /** Closes the store, if the command opened it, and stops listening for Ctrl-C. */
  end(): Promise<void>;
}

/** Prepares the context of a command. Throws USAGE when -C does not name a folder. */
export function running(out: Output, command: Command, args: Arguments, process: Process): Running {
  const cwd = folderOf(args, process);
  const { env, now = clock.time, readInput = noInput } = process;
  let repo: Repository | undefined;
  const unchecked: UncheckedSteps[] = [];
  const interrupt = new AbortController();
  let stopListening: (() => void) | undefined;
  // Ctrl-C ends the process unless the command reads the signal.
  const signal = (): AbortSignal => {
    stopListening ??= process.onInterrupt(() => interrupt.abort());
    return interrupt.signal;
  };
  return {
    context: {
      ...{ out, cwd, env, now },
      input: readInput,
      inputParts: () => process.stdin ?? noParts(),
      async open(options) {
        repo ??= await openStore({ out, unchecked, cwd, env }, options);
        return repo;
      },
      async create(folder) {
        const { initRepository } = await import("./on-store.ts");
        repo = await namingFrom(cwd, () => initRepository(folder));
        return repo;
      },
      async clone(url, folder, request) {
        const { cloneRepository } = await import("./on-store.ts");
        const cloned = await namingFrom(cwd, () => cloneRepository(url, folder, request));
        repo = cloned.repo;
        return cloned;
      },
      command: async (name) => (isCommandName(name) ? loadCommand(name) : undefined),
      long: (verb) => ({ signal: signal(), onProgress: progressBar(out, verb) }),
    },
    hasChanged: () => repo?.hasChanged === true,
    async end() {
      stopListening?.();
      if (repo !== undefined && unchecked.length > 0) {
        const { uncheckedNotes } = await import("./on-store.ts");
        const notes = await uncheckedNotes(repo, unchecked, revisionsIn(command, args));
        for (const text of notes) out.note(text);
      }
      await repo?.close();
    },
  };
}

/** Makes a store. Its errors name its whole path: this names the path as seen from the folder. */
async function namingFrom<T>(cwd: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    const { file, root = file } = (isRewindError(error) ? error.data : {}) as {
      readonly file?: string;
      readonly root?: string;
    };
    if (!isRewindError(error) || root === undefined || !path.isAbsolute(root)) throw error;
    const seen = path.relative(cwd, root).split(path.sep).join("/") || ".";
    throw withData(
      error,
      {},
      error.message.replace(root, () => seen),
    );
  }
}

/**
 * The folder to work in. It must exist: using a store above a mistyped folder would be a surprise.
 */
function folderOf({ C: given }: Arguments, { cwd }: Process): string {
  if (typeof given !== "string") return cwd;
  const folder = path.resolve(cwd, given);
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw usageError(`expected -C to name a folder, got ${JSON.stringify(given)}`);
}

async function noInput(): Promise<Uint8Array> {
  return new Uint8Array();
}

async function* noParts(): AsyncGenerator<Uint8Array> {}

/** How long a command may check the states that it shows, in addition to finding them. */
const CHECK_MS = 1_000;

interface Opening extends Pick<Context, "out" | "cwd" | "env"> {
  /** Collects what the command leaves unchecked. */
  readonly unchecked: UncheckedSteps[];
}

/** Opens the store here or above, and reports recordings that a dead process left in it. */
async function openStore(
  { out, unchecked, cwd, env }: Opening,
  options: Pick<RepositoryOptions, "trust"> = {},
): Promise<Repository> {
  const { Config, openRepository } = await import("./on-store.ts");
  const repo = await openRepository(cwd, {
    onNotice: (text) => out.note(text),
    checkMs: CHECK_MS,
    onUnchecked: (steps) => void unchecked.push(steps),
    // Read only for a recording: damaged settings must not block other commands.
    author: () => new Config(cwd, env).get("author").value,
    ...options,
  });
  for (const { ref, run } of repo.recovered) {
    const branch = ref.replace(/^refs\/(heads\/)?/, "");
    const next = run.steps < run.goal ? `; \`rewind ${continuing(branch)}\` continues it` : "";
    out.note(
      `recovered an interrupted recording: ${branch}, ${count(run.steps)} of ${plural(run.goal, "step")}${next}`,
    );
  }
  for (const { ref, ensemble } of repo.recoveredSweeps) {
    const name = ref.replace(/^refs\/ensembles\//, "");
    const done = `${count(ensemble.done)} of ${plural(ensemble.rows.count, "run")} are done`;
    out.note(
      `recovered an interrupted sweep: ${name}, ${done}; \`rewind sweep --continue ${quoted(name)}\` goes on`,
    );
  }
  return repo;
}

/** What a user typed for the revisions of a command. */
function revisionsIn({ positionals }: Command, args: Arguments): string[] {
  return Object.entries(positionals)
    .filter(([, { completes }]) => completes === "revision")
    .flatMap(([name]) => args[name] ?? [])
    .filter((word) => typeof word === "string");
}

/**
 * The command that continues a recovered recording: on its branch, or as a fork if the branch has
 * moved on.
 */
function continuing(name: string): string {
  return name.startsWith("archive/") ? `branch NAME ${quoted(name)}` : `resume ${quoted(name)}`;
}
