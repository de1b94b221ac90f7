import { isRewindError, RewindError } from "../../../base/errors.ts";
import { shortId } from "../../../object/id.ts";
import type { BranchOptions, Repository } from "../../../repository.ts";
import { type Arguments, type Command, type Context, STATUS, TRUST_OPTION } from "../../command.ts";
import { commandLine, quoted } from "../../input/command-line.ts";
import { optional, optionalCount, parsePairs, usageError } from "../../input/parse.ts";
import { PARAM_FROM_THERE, RECORDING, readRecording } from "../../input/recording-options.ts";
import { printRun } from "../../show/print-run.ts";
import { count, duration, plural } from "../../terminal/text.ts";
import { listBranches } from "./list.ts";
import { checkDistinct, matrixCells, matrixData, matrixRest, matrixTable } from "./matrix.ts";

export const branch: Command = {
  usage: "[name] [revision]",
  describe:
    "Without arguments lists the branches. With a name and REV@STEP forks that run at that step, with\nchanges or without, and runs the fork to its parent's length; without REV@STEP it forks at HEAD's\ncursor. The state at STEP is the fork's first; what lies before is shared. The fork draws what its\nparent drew, unless --seed gives it fresh numbers.",
  options: {
    delete: {
      short: "d",
      describe: "delete the branch; its run stays in the store, and undo brings it back",
      type: "boolean",
    },
    move: { short: "m", describe: "rename the branch: -m OLD NEW", type: "boolean" },
    set: {
      describe: "a new value in the state, of the kind that is there; may be repeated",
      type: "text",
      value: "PATH=VALUE",
      many: true,
    },
    param: PARAM_FROM_THERE,
    matrix: {
      describe: "a fork for each value: NAME/V1, …; several give every combination; one undo",
      type: "text",
      value: "PARAM=V1,V2",
      many: true,
    },
    mutate: { describe: "a function that changes the state", type: "text", value: "MODULE#EXPORT" },
    seed: { ...RECORDING.seed, describe: "a new master seed from there on" },
    steps: { describe: "the fork's length, counted from step 0", type: "text", value: "TOTAL" },
    // No letter for it: -m renames, as in Git.
    message: { describe: "a line about the fork", type: "text", value: "TEXT" },
    "self-check": RECORDING["self-check"],
    program: {
      describe: "the code from there on: as recorded (unless told), or the working file",
      type: "text",
      choices: ["recorded", "working"],
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["branch", "list the branches"],
    ["branch fix main@814_500 --param clamp=10", "fork with another param"],
    ['branch what-if main@50% --set "agents[3].infected=true"', "fork with a change in the state"],
    ["branch grid main@999_000 --matrix beta=0.1,0.2,0.3", "grid/0.1, grid/0.2 and grid/0.3"],
    ["branch here --seed 7", "fork at the cursor, with fresh random numbers"],
    ["branch patched main@814_500 --program working", "fork with the code as it is now"],
    ["branch longer main --steps 2_000_000", "a copy of it that runs on"],
    ["branch -m fix clamped", "rename a branch"],
    ["branch -d clamped", "delete a branch; its run stays"],
  ],
  explainExtra: ({ move }, argv) => (move === true ? messageHint(argv) : undefined),
  async run(args, context) {
    const name = optional(args.name);
    const revision = optional(args.revision);
    const idle = CHANGES.find((option) => args[option] !== undefined);
    if (args.delete === true || args.move === true) {
      const verb = args.delete === true ? "-d" : "-m";
      if (idle !== undefined) throw usageError(`--${idle} is for a fork, not for branch ${verb}`);
      return args.delete === true
        ? remove(name, revision, context)
        : rename(name, revision, context);
    }
    if (name !== undefined) return fork(name, revision ?? "HEAD", args, context);
    if (idle === undefined) return listBranches(context);
    throw usageError(`expected the name of a new branch with --${idle}`);
  },
};

/** `-m` is the message of other commands: what to write here for that. */
function messageHint(argv: readonly string[]): string {
  const at = argv.findIndex((word) => /^-[a-z]*m$/.test(word) || word === "--move");
  const text = argv[at + 1] ?? "TEXT";
  return `-m renames a branch, OLD NEW, as in Git; a message is given as --message ${quoted(text)}`;
}

/** What only a fork takes. */
const CHANGES = ["set", "param", "matrix", "mutate", "seed", "steps", "message", "program"];

async function fork(
  name: string,
  revision: string,
  args: Arguments,
  context: Context,
): Promise<number> {
  const { out, open, long } = context;
  const matrix = args.matrix as readonly string[] | undefined;
  const cells = matrix && matrixCells(name, matrix);
  const shared = forkOptions(args);
  const both = Object.keys(cells?.[0]?.params ?? {}).find((param) =>
    Object.hasOwn(shared.params ?? {}, param),
  );
  if (both !== undefined) throw usageError(`expected ${both} in --matrix or in --param, got both`);
  const repo = await open({ trust: args.trust === true });
  if (matrix !== undefined) checkDistinct(matrix, (await repo.revision(revision)).run.params);
  const options = { ...shared, mutate: await mutateOf(args, repo, context), cwd: context.cwd };
  const started = performance.now();
  const made = await repo
    .branchEach(
      revision,
      (cells ?? [{ branch: name, params: {} }]).map(({ branch, params }) => ({
        ...options,
        branch,
        params: allParams(options.params, params),
      })),
      long("recording"),
    )
    .catch((error) => {
      throw matrix === undefined ? error : withRest(error, [name, revision], args, matrix);
    });
  const took = duration(performance.now() - started);
  const [run] = made;
  const at = run?.parents[0];
  const where = `at step ${count(at?.step ?? 0)} of ${at && shortId(at.run)}`;
  if (run !== undefined && cells === undefined) {
    const to = `recorded to step ${count(run.steps)} in ${took}`;
    printRun(out, run, name, `forked ${name} ${where}, ${to}`);
  } else {
    const rows = await matrixTable(cells ?? [], made);
    const to = `recorded to step ${count(run?.steps ?? 0)} in ${took}`;
    out.done(
      matrixData(cells ?? [], made),
      () => `made ${plural(made.length, "fork")} ${where}, ${to}\n${rows}`,
    );
  }
  await repo.close();
  return STATUS.ok;
}

/** The failure of a cell, with the command lines that make those after it. */
function withRest(
  error: unknown,
  positionals: readonly string[],
  args: Arguments,
  matrix: readonly string[],
): unknown {
  if (!isRewindError(error) || !Array.isArray(error.data.made)) return error;
  const { made, branch: kept } = error.data;
  // What was interrupted before its first checkpoint is still to be made, what failed would fail again.
  const isLost = error.code === "INTERRUPTED" && kept === undefined;
  if (isLost && made.length === 0) return error;
  const rest = matrixRest(matrix, made.length + (isLost ? 0 : 1)).map((matrix) =>
    commandLine("branch", positionals, { ...args, matrix }, branch.options),
  );
  const { code, message, data, cause } = error;
  return new RewindError(code, message, { ...data, rest }, { cause });
}

/** Undefined where there are none: then no new segment begins. */
function allParams(
  shared: Readonly<Record<string, unknown>> | undefined,
  own: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  return shared === undefined && Object.keys(own).length === 0 ? undefined : { ...shared, ...own };
}

function forkOptions(args: Arguments): BranchOptions {
  const { params, seed, message, selfCheck } = readRecording(args);
  return {
    set: parsePairs(args.set, "set"),
    params,
    seed,
    steps: optionalCount(args.steps, "--steps"),
    message,
    selfCheck,
    ...(args.program === "working" && { program: "working" }),
  };
}

async function mutateOf(
  args: Arguments,
  repo: Repository,
  { cwd }: Context,
): Promise<BranchOptions["mutate"]> {
  return args.mutate === undefined ? undefined : repo.functionOf(String(args.mutate), cwd);
}

async function remove(
  name: string | undefined,
  extra: string | undefined,
  context: Context,
): Promise<number> {
  if (name === undefined || extra !== undefined)
    throw usageError("expected one name: rewind branch -d NAME");
  const repo = await context.open();
  const wasCurrent = (await repo.branches.current()) === name;
  const run = await repo.branches.delete(name);
  await repo.close();
  const head = wasCurrent ? "; HEAD stays on its run" : "";
  context.out.done(
    { branch: null, was: name, run },
    () =>
      `deleted the branch ${name}; its run stays in the store, ${shortId(run)}${head}\n` +
      "`rewind undo` brings it back",
  );
  return STATUS.ok;
}

async function rename(
  from: string | undefined,
  to: string | undefined,
  context: Context,
): Promise<number> {
  if (from === undefined || to === undefined)
    throw usageError("expected two names: rewind branch -m OLD NEW");
  if (/[@~]/.test(to)) {
    throw usageError(
      `expected -m OLD NEW, the two names of a branch, got the revision ${JSON.stringify(to)}`,
      "-m renames a branch, as in Git; a message is given as --message TEXT",
    );
  }
  const repo = await context.open();
  const run = await repo.branches.rename(from, to);
  await repo.close();
  context.out.done({ branch: to, was: from, run }, () => `renamed the branch ${from} to ${to}`);
  return STATUS.ok;
}
