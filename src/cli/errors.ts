import { type ErrorCode, isRewindError, type RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { shortId } from "../object/id.ts";
import { STATUS } from "./command.ts";
import { isCommandName } from "./command-list.ts";
import { quoted } from "./input/quoted.ts";
import { formatState } from "./show/state.ts";
import { count, pointAt } from "./terminal/text.ts";

type Data = Readonly<Record<string, unknown>>;

/** What helps after an error, if anything does. */
const HINTS: Partial<
  Record<ErrorCode, (data: Data, argv: readonly string[]) => string | undefined>
> = {
  USAGE: ({ hint }, argv) => optionalText(hint) ?? usageHint(argv),
  NOT_A_REPOSITORY: ({ personal }) =>
    personal === true
      ? "set it for all projects with --global, or name the folder with -C"
      : "create one with `rewind init`, or name the folder with -C",
  REPOSITORY_EXISTS: () => "record into it with `rewind record <module> --steps N`",
  REF_EXISTS: ({ branch, tag }, argv) =>
    tag === undefined && commandIn(argv) === "record"
      ? "record on another branch with -b NAME, or again on this one with --restart"
      : tag === undefined
        ? `choose another name, or look at it with \`rewind show ${branch}\``
        : `move it with --force, or look at it with \`rewind show ${tag}\``,
  REF_CONFLICT: () => "choose another name",
  INVALID_REF_NAME: () => "use letters, digits, -, _ and / such as fix/clamp-2",
  REF_MOVED: ({ verb, ref, archived }) =>
    Array.isArray(archived)
      ? `look at it with \`rewind show ${archived[0]}\`, and at what happened with \`rewind reflog\``
      : verb === undefined || ref === undefined
        ? "someone changed it in the meantime; look at it with `rewind log` and try again"
        : `something else has changed it since; \`rewind reflog ${String(ref).replace(/^refs\/(heads\/)?/, "")}\` lists what it has named`,
  LOCKED: ({ life, owner }) =>
    life === "unknown" && owner === undefined
      ? "it is taken over ten seconds after it was written; `rewind doctor --break-lock` removes it now"
      : life === "unknown"
        ? "once you are sure that it has ended, remove its lock with `rewind doctor --break-lock`"
        : "wait until it has ended; the lock of a dead process is taken over automatically",
  UNKNOWN_REVISION: ({ names, known, log }) =>
    log === undefined ? namesHint(names, known) : `\`rewind reflog ${log}\` lists them`,
  NOTHING_TO_UNDO: () => "`rewind log --all` lists all runs",
  NOTHING_TO_RESUME: ({ branch }) => `make it longer with \`rewind extend ${branch} --by N\``,
  BRANCH_UNFINISHED: ({ branch }) =>
    `continue it with \`rewind resume ${branch}\`, or record again with --restart, which archives it`,
  RECORDED_OTHERWISE: ({ branch, differences }) =>
    `\`rewind resume ${branch}\` continues it as recorded; to change it from a step on, fork: ` +
    `\`rewind branch NAME ${branch}@STEP${forkOptions(differences)}\``,
  REF_NOT_FOUND: ({ names, known, tag }) =>
    tag === undefined || (names as string[]).length > 0
      ? namesHint(names, known)
      : "`rewind tag` lists the tags",
  INVALID_REVISION: ({ range, runs, ref }) =>
    ref === true
      ? "leave out what follows its name, as in `rewind reflog main`"
      : runs === true
        ? "leave the steps out: main..fix, main.. or ..fix; `rewind help revisions` explains ranges"
        : range === true
          ? "ranges read main@100..main@200, main@100..@200, main@100.. or ..main@200"
          : "revisions read main, main@842137, main@50%, main@-1, HEAD~100 or an id's first digits",
  AMBIGUOUS_ID: ({ matches }) =>
    `give more digits: ${(matches as string[])
      .slice(0, 4)
      .map((id) => shortId(id))
      .join(", ")}`,
  INVALID_ARGUMENT: ({ rule, hint }, argv) =>
    rule === undefined
      ? (optionalText(hint) ?? usageHint(argv))
      : "`rewind show REV` prints the seed from which all of them follow",
  STEP_OUT_OF_RANGE: () => "-1 is the last step, 50% the one half-way",
  INVALID_STEPS: ({ branch, steps, value, step }, argv) =>
    step === true
      ? "a percentage is of the run's steps, rounded down; -1 is the last step"
      : branch === undefined
        ? usageHint(argv)
        : Number(value) < Number(steps)
          ? `\`rewind reset ${branch}@${value}\` makes it shorter`
          : "give a larger --steps TOTAL, or --by N",
  INVALID_SEED: ({ value }) =>
    typeof value === "bigint" && value < 2n ** 256n
      ? "without --streams continuous a seed may be any whole number from 0 to 2^256 - 1"
      : "for example --seed 42; without it, `rewind record` chooses a seed and prints it",
  INVALID_NUMBER: () =>
    "write the nearest number; a bigint, such as 1n, holds any whole number, and a text goes in double quotes",
  UNKNOWN_PARAM: ({ names, within }) =>
    within === undefined
      ? `its params are ${listed(names) || "none"}`
      : `${within} has ${listed(names) || "no fields"}`,
  INVALID_PARAM: () =>
    "give params as --param name=value, the value as JSON of the default's shape; --param name.field=value sets a part",
  INVALID_VALUE: () => "give JSON of that kind; --mutate module#export can change it to anything",
  UNKNOWN_GENERATOR: ({ name, known }) => {
    const [meant] = nearest(String(name), known as string[]);
    return meant === undefined
      ? "correct the name, or use a version of rewind that has this generator"
      : `did you mean ${meant}?`;
  },
  GENERATOR_CHANGED: () => "replay it with the version of rewind that recorded it",
  MODULE_NOT_FOUND: (_, argv) =>
    argv.includes("working")
      ? "put the module back at that path, or replay with the program as recorded"
      : "a module's path starts at this folder, or at the one that -C names",
  MODULE_FAILED: ({ hint }) =>
    optionalText(hint) ?? "fix the module, then run the command again; nothing was recorded",
  INIT_FAILED: ({ hint }) =>
    optionalText(hint) ?? "init(ctx) makes the first state, from ctx.params and ctx.rng",
  EXPORT_NOT_FOUND: ({ module, hint }) =>
    optionalText(hint) ?? `name the export: ${module ?? "module"}#name`,
  INVALID_SIMULATION: ({ hint }) =>
    optionalText(hint) ??
    "write `export default defineSimulation({ name, init, step })`, with defineSimulation from rewind-engine",
  FORBIDDEN_IN_STEP: ({ hint }) => optionalText(hint),
  FORBIDDEN_WHILE_LOADING: ({ hint }) => optionalText(hint),
  PROGRAM_ENVIRONMENT_CHANGED: ({ name }) =>
    `set ${name} as it was; better, make it a param, which is recorded with the run`,
  PROGRAM_INPUT_CHANGED: ({ file }) => `put ${file} back as it was when the run was recorded`,
  PROGRAM_INPUT_MISSING: ({ file }) => `put ${file} back as it was when the run was recorded`,
  PLACE_UNKNOWN: () => "replay it with a Node that has all of ICU, as those of nodejs.org do",
  STEP_RETURNED_PROMISE: () => "before recording, load what it needs into params or the state",
  STEP_RETURNED_NOTHING: () =>
    "return the next state, or make the state an object and change it in place",
  STEP_FAILED: (data, argv) =>
    [optionalText(data.hint), fixHint(data, argv)].filter(Boolean).join("; ") ||
    "fix the step, then run the command again",
  UNSUPPORTED_STATE: (data, argv) =>
    fixHint(data, argv) ??
    "a state holds numbers, texts, arrays, plain objects, Map, Set, Date, typed arrays",
  CODEC_LOSSY: () =>
    "fix that codec in the simulation's types: decode(encode(x)) must have all that x has, in its order",
  TOO_LONG: ({ params }) =>
    params === true
      ? "without --json the beginnings are printed; in a script, `run.params` has all of a run's last segment"
      : "`rewind get REV@STEP -o state.cbor` writes a whole state; --path prints a part",
  INTERRUPTED: (data) => {
    if (data.goOn !== undefined) return `\`${data.goOn}\` goes on from there`;
    // A recording that is cut short in its own work keeps what it has committed, for the next command.
    if (data.torn === true)
      return "what was committed, if anything, comes back with the next command";
    return keptHint(data) ?? "nothing has changed: run the command again";
  },
  SELF_CHECK_FAILED: (data, argv) =>
    fixHint(data, argv) ??
    "the step uses something that is not in its state: a variable outside, or a cache",
  REPLAY_MISMATCH: ({ causes }, argv) =>
    argv.includes("working")
      ? "`rewind verify REV --full --program working` says where"
      : Array.isArray(causes) && causes.length > 0
        ? "`rewind verify REV --full` says where; `--force` of `get` and `show` prints the state all the same"
        : "`rewind verify REV --full` says where, and `rewind record --self-check` finds it as it is recorded",
  FUNCTION_FAILED: (data, argv) => functionHint(data, argv.join(" ")),
  PATH_NOT_FOUND: ({ near }) =>
    Array.isArray(near) && near.length > 0
      ? `there is ${listed(near)}`
      : "`rewind get REV@STEP` prints the whole state",
  INVALID_PLAN: () => "`rewind help plans` explains how plans are written",
  INVALID_PATH: () => 'paths read agents[3].infected, ["odd key"] or contacts.get(17)',
  PACKAGE_CHANGED: ({ name, recorded }) =>
    recorded === undefined
      ? `what stays outside a program is compared file by file: look at the folder of ${name}`
      : `npm install ${name}@${recorded}`,
  PROGRAM_NOT_TRUSTED: ({ revision }) => {
    const name = typeof revision === "string" ? quoted(revision) : "REV";
    return `\`rewind show ${name} --source\` prints it; once you trust it, \`rewind trust ${name}\` lets it run`;
  },
  PROGRAM_MISSING: ({ module }) =>
    module === undefined
      ? "replay it from a script, by openRepository(dir, { simulations: [simulation] })"
      : "put that file back as it was, or replay with it as it is: --program working",
  UNKNOWN_SETTING: ({ known }) => `there is ${listed(known)}`,
  INVALID_SETTING: () => "`rewind config` lists the settings and where each is from",
  SETTING_NOT_SET: () => "`rewind config` lists the settings and where each is from",
  INVALID_CONFIG: ({ file }) => `fix ${file}, a JSON object of settings, or remove it`,
  FILE_FAILED: () => "check the path, its folder and its permissions",
  STORE_FAILED: () => "what was recorded before is untouched; look at the named file",
  STORE_FULL: () => "nothing was lost: make room and run the command again",
  STORE_READ_ONLY: () => "check the permissions of .rewind, or work on a copy",
  STORE_DAMAGED: () => "everything else stays readable; restore the named file from a copy",
  OBJECT_CORRUPT: () => "everything else stays readable; restore the named file from a copy",
  OBJECT_INVALID: () =>
    "it was damaged, or was not written by rewind; everything else stays readable",
  INVALID_ENCODING: ({ name }) =>
    name === undefined
      ? "it was damaged, or was not written by rewind; everything else stays readable"
      : "or replay with the program as recorded, which has the codec",
  OBJECT_MISSING: () =>
    "it may be in the store from which this one was copied: copy its objects/ folder again",
  INVALID_ARTIFACT: () => "the file is damaged or was not written by `rewind save`: get it again",
  UNSUPPORTED_FORMAT: () => "use the version of rewind that wrote it, or a newer one",
};

/** The hint for an error of a command line, or undefined. */
export function hintFor(error: RewindError, argv: readonly string[]): string | undefined {
  const { rest, left, changed } = error.data;
  if (left === true) return error.code === "STORE_FULL" ? `make room; ${LEFT_HINT}` : LEFT_HINT;
  if (changed === true && DISK_FAILURES.has(error.code)) return CHANGED_HINT;
  const hint = HINTS[error.code]?.(error.data, argv);
  if (!Array.isArray(rest) || rest.length === 0) return hint;
  const others = `for the values after it: ${rest.map((line) => `\`${line}\``).join(" and ")}`;
  return hint === undefined ? others : `${hint}; ${others}`;
}

/** After a recording that could not be stored to its end. */
const LEFT_HINT =
  "what was recorded before that is kept: `rewind branch` lists it, `rewind resume BRANCH` continues it";

const DISK_FAILURES: ReadonlySet<ErrorCode> = new Set([
  "STORE_FAILED",
  "STORE_FULL",
  "STORE_READ_ONLY",
  "FILE_FAILED",
]);

/** After a command has done its work, and fails to print it, say. */
const CHANGED_HINT =
  "what the command had changed by then is kept: `rewind log` shows it, `rewind undo` takes it back";

/** The exit status for an error. */
export function statusFor(error: unknown): number {
  if (!isRewindError(error)) return STATUS.failed;
  switch (error.code) {
    case "USAGE":
    case "INVALID_STEPS":
    case "INVALID_SEED":
    case "INVALID_NUMBER":
    case "INVALID_ARGUMENT":
    case "INVALID_REVISION":
    case "INVALID_REF_NAME":
    case "INVALID_PATH":
    case "INVALID_PLAN":
    case "UNKNOWN_PARAM":
    case "INVALID_PARAM":
    case "INVALID_VALUE":
    case "RECORDED_OTHERWISE":
    case "UNKNOWN_GENERATOR":
    case "UNKNOWN_SETTING":
    case "INVALID_SETTING":
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

/** The message of an error, with the state before the failed step, or the place in the plan. */
export function messageFor(error: RewindError): string {
  const { source, column, hint } = error.data;
  if (error.code === "INVALID_PLAN" && typeof source === "string") {
    return `${error.message}\n${pointAt(source, Number(column))}`;
  }
  // In the library the message says what to use instead; here the hint does.
  const message = typeof hint === "string" ? error.message.replace(`: ${hint}`, "") : error.message;
  if (!Object.hasOwn(error.data, "state")) return message;
  return `${message}\n  the state before it: ${formatState(error.data.state, { oneLine: true })}`;
}

function usageHint(argv: readonly string[]): string {
  const command = commandIn(argv);
  return command === undefined
    ? "`rewind --help` lists the commands"
    : `\`rewind ${command} --help\` explains it, with examples`;
}

function commandIn(argv: readonly string[]): string | undefined {
  return argv.find(isCommandName);
}

/** The options with which a fork has the given values; those that no fork can change are left out. */
function forkOptions(differences: unknown): string {
  const options = (
    differences as readonly { name: string; given: unknown; recorded: unknown }[]
  ).map(({ name, given, recorded }) => {
    if (recorded === undefined) return "";
    if (name === "program.source") return " --program working";
    const value = typeof given === "object" ? JSON.stringify(given) : String(given);
    if (name.startsWith("params."))
      return ` --param ${quoted(`${name.slice("params.".length)}=${value}`)}`;
    const isLonger = name === "steps" && Number(given) > Number(recorded);
    return name === "seed" || isLonger ? ` --${name} ${value}` : "";
  });
  return options.join("");
}

function keptHint({ branch, kept, goal, made }: Data): string | undefined {
  if (branch === undefined) {
    return Array.isArray(made) && made.length > 0 ? "`rewind branch` lists those made" : undefined;
  }
  return `the first ${count(Number(kept))} of ${count(Number(goal))} steps are kept on ${branch}: \`rewind resume ${branch}\` continues it`;
}

/** After recorded code failed: to continue with the same code would fail again. */
function fixHint({ branch, kept, goal }: Data, argv: readonly string[]): string | undefined {
  const again = (name: unknown): string =>
    `fix the code, then \`rewind branch NAME ${name} --program working\` continues with it`;
  if (branch !== undefined) {
    return `the first ${count(Number(kept))} of ${count(Number(goal))} steps are kept on ${branch}: ${again(branch)}`;
  }
  return /^(resume|extend)$/.test(commandIn(argv) ?? "") ? again("BRANCH") : undefined;
}

function functionHint({ step, reason, changed, name, hint }: Data, line: string): string {
  if (typeof hint === "string") return hint;
  if (name !== undefined) return "fix that codec in the simulation's types";
  const assigned = /^TypeError: (Assignment to constant|Cannot assign to read only)/;
  if (changed === true || assigned.test(String(reason))) return "to compare, write === and not =";
  if (/^ReferenceError/.test(String(reason))) {
    return "an expression sees state, step, params and previous, and JavaScript's own functions";
  }
  if (step === 0 && /\bprevious\b/.test(line)) {
    return "there is no previous state at step 0: begin with --from 1, or write previous?.";
  }
  return "the state at that step is shown by `rewind get REV@STEP`";
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
