import { type Command, command } from "../../command.ts";
import { quoted } from "../../input/quoted.ts";
import { usageError } from "../../input/usage-error.ts";
import { NEW_PARAM, OUTPUTS_OPTIONS, RECORDING, TRUST_OPTION } from "../../options.ts";
import { deleteBranch } from "./delete.ts";
import { fork } from "./fork.ts";
import { forkMatrix } from "./fork-matrix.ts";
import { listBranches } from "./list.ts";
import { renameBranch } from "./rename.ts";

export const branch: Command = command({
  positionals: {
    name: { type: "string", completes: "branch", without: "lists the branches" },
    revision: { type: "string", completes: "revision", without: "HEAD at its cursor" },
  },
  describe:
    "Without arguments lists the branches. With a name and REV@STEP forks that run at that step, with\nchanges or without, and runs the fork to its parent's length; without REV@STEP it forks at HEAD's\ncursor. The state at STEP is the fork's first; earlier states are shared. The fork draws what its\nparent drew, unless --seed gives it fresh numbers.",
  options: {
    delete: {
      alias: "d",
      describe: "delete the branch; its run stays in the store, and undo brings it back",
      type: "boolean",
    },
    move: { alias: "m", describe: "rename the branch: -m OLD NEW", type: "boolean" },
    set: {
      describe: "a new value in the state, of the same kind as the old one; may be repeated",
      type: "string",
      value: "PATH=VALUE",
      array: true,
    },
    param: NEW_PARAM,
    matrix: {
      describe: "a fork for each value: NAME/V1, …; several give every combination; one undo",
      type: "string",
      value: "PARAM=V1,V2",
      array: true,
    },
    mutate: {
      describe: "a function that changes the state",
      type: "string",
      value: "MODULE#EXPORT",
      completes: "files",
    },
    seed: { ...RECORDING.seed, describe: "a new master seed" },
    steps: { describe: "the fork's length, counted from step 0", type: "string", value: "TOTAL" },
    // It has no letter: -m renames, as in Git.
    message: { describe: "a line about the fork", type: "string", value: "TEXT" },
    "self-check": RECORDING.selfCheck,
    ...OUTPUTS_OPTIONS,
    program: {
      describe: "the code of the fork's steps: as recorded (the default), or the working file",
      type: "string",
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
  keys: {
    branch: [
      {
        branches: [
          ...["name", "run", "steps", "goal", "parents", "from", "time", "message", "current"],
          "recording",
        ],
      },
    ],
    "branch NAME REV": ["branch", "run", "root", "steps", "blockSize", "checkpoints"],
    "branch NAME REV --matrix": [
      { branches: ["branch", "run", "root", "steps", "blockSize", "checkpoints", "params"] },
    ],
    "branch -m": ["branch", "was", "run"],
    "branch -d": ["branch", "was", "run"],
  },
  explainExtra: ({ move }, words) => (move ? messageHint(words) : undefined),
  isOrdered: ({ move, delete: deletes }) => move !== true && deletes !== true,
  async run(args, context) {
    const { name, revision, move, matrix } = args;
    const idle = FORK_OPTIONS.find((option) => args[option] !== undefined);
    if (args.delete || move) {
      const verb = args.delete ? "-d" : "-m";
      if (idle !== undefined) throw usageError(`--${idle} is for a fork, not for branch ${verb}`);
      return args.delete
        ? deleteBranch(name, revision, context)
        : renameBranch(name, revision, context);
    }
    if (name !== undefined) {
      const from = { ...args, name, revision: revision ?? "HEAD" };
      return matrix === undefined
        ? fork(from, context)
        : forkMatrix({ ...from, matrix }, context, branch.options);
    }
    if (idle === undefined) return listBranches(context);
    throw usageError(`expected the name of a new branch with --${idle}`);
  },
});

/** What only a fork takes. */
const FORK_OPTIONS = [
  ...(["set", "param", "matrix", "mutate", "seed", "steps", "message", "program"] as const),
  ...(["outputs"] as const),
];

/** In other commands `-m` is the message: what to write here instead. */
function messageHint(words: readonly string[]): string {
  const at = words.findIndex((word) => /^-[a-z]*m$/.test(word) || word === "--move");
  const text = words[at + 1] ?? "TEXT";
  return `-m renames a branch, OLD NEW, as in Git; a message is given as --message ${quoted(text)}`;
}
