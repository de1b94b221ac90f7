import { type ErrorCode, isRewindError, type RewindError } from "../base/errors.ts";
import { shortId } from "../object/id.ts";
import { STATUS } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { formatState } from "./state.ts";

type Data = Readonly<Record<string, unknown>>;

/** What helps after an error, where something does. */
const HINTS: Partial<
  Record<ErrorCode, (data: Data, argv: readonly string[]) => string | undefined>
> = {
  USAGE: (_, argv) => usageHint(argv),
  NOT_A_REPOSITORY: () => "create one with `rewind init`, or name the folder with -C",
  REPOSITORY_EXISTS: () => "record into it with `rewind record <module> --steps N`",
  REF_EXISTS: ({ branch, tag }) =>
    tag === undefined
      ? `choose another name, or look at it with \`rewind show ${branch}\``
      : `move it with --force, or look at it with \`rewind show ${tag}\``,
  REF_CONFLICT: () => "choose another name",
  INVALID_REF_NAME: () => "use letters, digits, -, _ and / such as fix/clamp-2",
  REF_MOVED: () => "somebody changed it meanwhile; look at it with `rewind log` and try again",
  LOCKED: () => "wait until it has ended; a lock whose process has died is taken over by itself",
  UNKNOWN_REVISION: ({ names, known }) => namesHint(names, known),
  NOTHING_TO_UNDO: () => "`rewind log --all` lists the runs that there are",
  NOTHING_TO_RESUME: ({ branch }) => `make it longer with \`rewind extend ${branch} --by N\``,
  REF_NOT_FOUND: ({ names, known, tag }) =>
    tag === undefined ? namesHint(names, known) : "`rewind tag` lists the tags",
  INVALID_REVISION: () =>
    "revisions read main, main@842137, main@50%, main@-1, HEAD~100 or an id's first digits",
  AMBIGUOUS_ID: ({ matches }) =>
    `give more digits: ${(matches as string[])
      .slice(0, 4)
      .map((id) => shortId(id))
      .join(", ")}`,
  INVALID_ARGUMENT: (_, argv) => usageHint(argv),
  STEP_OUT_OF_RANGE: ({ last }) => `steps go from 0 to ${last}; @-1 is the last one`,
  INVALID_STEPS: () =>
    "steps are whole numbers from 0 to 2^53 - 1; 1_000_000 and 1e6 are understood",
  INVALID_SEED: () => "a seed is a whole number from 0 to 2^256 - 1",
  UNKNOWN_PARAM: ({ names }) => `its params are ${listed(names) || "none"}`,
  INVALID_PARAM: () => "give params as --param name=value, the value as JSON of the default's type",
  UNKNOWN_GENERATOR: ({ known }) => `known are ${listed(known)}`,
  GENERATOR_CHANGED: () => "replay it with the version of rewind that recorded it",
  MODULE_NOT_FOUND: () =>
    "give the module's path as seen from here, such as fixtures/simulations/walk.ts",
  MODULE_FAILED: () => "mend the module and run the command again; nothing was recorded",
  INIT_FAILED: () => "init(ctx) makes the first state, from ctx.params and ctx.rng",
  EXPORT_NOT_FOUND: ({ module }) => `name the export: ${module ?? "module"}#name`,
  INVALID_SIMULATION: () =>
    "a simulation is an object with name, init(ctx) and step(state, rng, ctx)",
  FORBIDDEN_IN_STEP: ({ hint }) => optionalText(hint),
  STEP_RETURNED_PROMISE: () =>
    "compute the next state at once; load what it needs before recording, into params or the state",
  STEP_RETURNED_NOTHING: () =>
    "return the next state, or make the state an object and change it in place",
  STEP_FAILED: (data) => keptHint(data) ?? "mend the step, and run the command again",
  UNSUPPORTED_STATE: (data) =>
    keptHint(data) ??
    "a state holds numbers, texts, arrays, plain objects, Map, Set, Date, typed arrays",
  INTERRUPTED: (data) => keptHint(data),
  SELF_CHECK_FAILED: (data) =>
    keptHint(data) ??
    "the step uses something that is not in its state: a variable outside, or a cache",
  REPLAY_MISMATCH: () =>
    "`rewind verify --full` says where; a function that changes the state it is shown also does this",
  FUNCTION_FAILED: () => "the state at that step is shown by `rewind get REV@STEP`",
  PATH_NOT_FOUND: ({ near }) =>
    Array.isArray(near) && near.length > 0
      ? `there is ${listed(near)}`
      : "`rewind get REV@STEP` prints the whole state",
  INVALID_PATH: () => 'paths read agents[3].infected, ["odd key"] or contacts.get(17)',
  PROGRAM_NOT_TRUSTED: () => "read it with `rewind show --source`, then let it run with --trust",
  PROGRAM_MISSING: ({ module }) =>
    module === undefined
      ? "replay it from a script, by openRepository(dir, { simulations: [simulation] })"
      : "put that file back as it was, or replay with it as it is: --program working",
  FILE_FAILED: () => "check the path, its folder and its permissions",
  STORE_FAILED: () => "what was recorded before is not touched; look at the file named",
  STORE_FULL: () => "nothing was lost: make room and run the command again",
  STORE_READ_ONLY: () => "check the permissions of .rewind, or work on a copy",
  STORE_DAMAGED: () => "what is not damaged stays readable; restore the file named from a copy",
  OBJECT_CORRUPT: () => "what is not damaged stays readable; restore the file named from a copy",
  OBJECT_MISSING: () =>
    "it may lie in a store that this one was copied from: copy its objects/ folder again",
  INVALID_ARTIFACT: () => "the file is damaged or was not written by `rewind save`: get it again",
  UNSUPPORTED_FORMAT: () => "use the version of rewind that wrote it, or a newer one",
};

/** The hint for an error of a command line, or undefined. */
export function hintFor(error: RewindError, argv: readonly string[]): string | undefined {
  return HINTS[error.code]?.(error.data, argv);
}

/** The exit status for an error. */
export function statusFor(error: unknown): number {
  if (!isRewindError(error)) return STATUS.failed;
  switch (error.code) {
    case "USAGE":
    case "INVALID_STEPS":
    case "INVALID_SEED":
    case "INVALID_ARGUMENT":
    case "INVALID_REVISION":
    case "INVALID_REF_NAME":
    case "INVALID_PATH":
    case "UNKNOWN_PARAM":
    case "INVALID_PARAM":
    case "UNKNOWN_GENERATOR":
      return STATUS.usage;
    case "REPLAY_MISMATCH":
    case "SELF_CHECK_FAILED":
      return STATUS.differs;
    case "STORE_DAMAGED":
    case "OBJECT_CORRUPT":
    case "OBJECT_INVALID":
    case "OBJECT_MISSING":
      return STATUS.damaged;
    case "INTERRUPTED":
      return STATUS.interrupted;
    default:
      return STATUS.failed;
  }
}

/** What an error says, with the state before a step that failed. */
export function messageFor(error: RewindError): string {
  if (!Object.hasOwn(error.data, "state")) return error.message;
  return `${error.message}\n  the state before it: ${formatState(error.data.state, { oneLine: true })}`;
}

function usageHint(argv: readonly string[]): string {
  const command = argv.find((argument) => Object.hasOwn(COMMANDS, argument));
  return command === undefined
    ? "`rewind --help` lists the commands"
    : `\`rewind ${command} --help\` explains it, with examples`;
}

function keptHint({ branch, kept, goal }: Data): string | undefined {
  if (branch === undefined) return undefined;
  return `the first ${Number(kept).toLocaleString("en-US")} of ${Number(goal).toLocaleString("en-US")} steps are kept on ${branch}: \`rewind resume ${branch}\` goes on`;
}

function namesHint(names: unknown, known: unknown): string | undefined {
  if (Array.isArray(names) && names.length > 0) return `did you mean ${names.join(" or ")}?`;
  if (Array.isArray(known) && known.length > 0) return `there is ${known.join(", ")}`;
  return "nothing is recorded yet: `rewind record <module> --steps N`";
}

function listed(names: unknown): string {
  return Array.isArray(names) ? names.join(", ") : "";
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
