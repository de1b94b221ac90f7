import type { ObjectErrors, StoreErrors } from "../../base/error-data.ts";
import { someOf } from "../../base/some-of.ts";
import { quoted } from "../input/quoted.ts";
import { commandIn, type Hints } from "./hint.ts";

/** What is lost with an object that no other store has. */
const LOSSES: Readonly<Record<string, string | undefined>> = {
  run: "the run is",
  tag: "the tag is",
  tile: "the list of the checkpoints is",
  state: "a state of the run is",
  chunk: "a part of a state or of the code is",
  program: "the code is",
  seeds: "the seeds are",
  params: "the params are",
};

/** Hints for errors of stores, their files and their objects. */
export const storeHints: Hints<keyof StoreErrors | keyof ObjectErrors> = {
  NOT_A_REPOSITORY: ({ personal }) =>
    personal === true
      ? "set it for all projects with --global, or name the folder with -C"
      : "create one with `rewind init`, or name the folder with -C",
  REPOSITORY_EXISTS: () => "record into it with `rewind record <module> --steps N`",
  STORE_DAMAGED: () => "everything else stays readable; restore the named file from a backup",
  STORE_FULL: () => "nothing was lost: make room and run the command again",
  STORE_READ_ONLY: () => "check the permissions of .rewind, or work on a copy",
  STORE_FAILED: () => "what was recorded before is untouched; look at the named file",
  // The error that poisoned the writer is the one that is printed.
  WRITER_POISONED: () => undefined,
  LOCKED: ({ life, owner, inFuture }) =>
    life === "unknown" && owner === undefined && inFuture !== true
      ? "it is taken over ten seconds after it was written; `rewind doctor --break-lock` removes it now"
      : life === "unknown"
        ? "once you are sure that it has ended, remove its lock with `rewind doctor --break-lock`"
        : "wait until it has ended; the lock of a dead process is taken over automatically",
  FILE_FAILED: ({ kind, hint }, argv) => {
    if (hint !== undefined) return hint;
    const command = commandIn(argv);
    return kind === "pipe" && (command === "load" || command === "info")
      ? `\`rewind ${command} -\` reads standard input, which may be a pipe`
      : "check the path, its folder and its permissions";
  },
  OBJECT_MISSING: ({ derivable, kind, there }) => {
    if (derivable === true) {
      return "it is part of a checkpoint: fill it in with `rewind hydrate REV`, or leave checkpoints out with --checkpoints none";
    }
    if (there !== undefined) {
      const { remote, name } = there;
      return `${remote} had the run when it was last seen: \`rewind fetch ${remote} ${quoted(name)}\` brings what is missing here`;
    }
    const loss = LOSSES[kind ?? ""];
    return loss === undefined
      ? "it may be in another copy of this store"
      : `no remote is known to have it: ${loss} lost, unless another copy of this store has it; if one does, copy its objects/ folder here`;
  },
  OBJECT_CORRUPT: () => "everything else stays readable; restore the named file from a backup",
  OBJECT_INVALID: () =>
    "it was damaged, or was not written by rewind; everything else stays readable",
  UNSUPPORTED_FORMAT: () => "use the version of rewind that wrote it, or a newer one",
  SEVERAL_RUNS: ({ runs }) =>
    `leave -b out, or make branches of the saved names with --branches: ${someOf(runs)}`,
  PREREQUISITES_MISSING: () =>
    "load a file that has them first, or ask for one that was saved without --since",
  INVALID_ARTIFACT: () => "the file is damaged or was not written by `rewind save`: get it again",
  INVALID_TRACE: () =>
    "`rewind trace REV --block K -o FILE` writes one on the machine that recorded the run",
};
