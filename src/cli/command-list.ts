/** The title of each group of commands, in the order of a day's work. */
export const GROUPS = {
  start: "start a project",
  record: "record runs",
  look: "look at any step",
  fork: "fork, and take back",
  compare: "compare",
  reconstruct: "reconstruct",
  share: "share",
  maintain: "name and maintain",
} as const;

/** Every command, in the order in which help lists them. `load-command.ts` knows where each one is. */
export const COMMANDS = {
  init: { group: "start", summary: "create a store, .rewind/, for this project" },
  record: { group: "record", summary: "record a run of a simulation on a new branch" },
  sweep: { group: "record", summary: "record many runs, as an ensemble" },
  resume: { group: "record", summary: "continue an interrupted recording" },
  extend: { group: "record", summary: "make a run longer" },
  get: { group: "look", summary: "print the state at any step" },
  checkout: { group: "look", summary: "move HEAD and the cursor to a step of a run" },
  step: { group: "look", summary: "move the cursor forward or back, and print what changed" },
  show: {
    group: "look",
    summary: "print the state at the cursor; describe a run and where it came from",
  },
  log: { group: "look", summary: "list runs and what they came from, or draw the branches" },
  find: { group: "look", summary: "find the first step at which an expression holds" },
  blame: { group: "look", summary: "find the step that last changed each value of a state" },
  stats: { group: "look", summary: "mean, variance and extremes over every step" },
  observe: { group: "look", summary: "list a run's observers, or add one by replay" },
  plot: {
    group: "look",
    summary: "draw numbers over the steps of runs: braille, SVG, PNG or HTML",
  },
  export: {
    group: "look",
    summary: "write runs, blocks or steps as CSV, Parquet, numpy",
  },
  sql: { group: "look", summary: "query them with DuckDB" },
  table: { group: "look", summary: "list the runs of an ensemble" },
  branch: { group: "fork", summary: "list branches, or fork a run at any step" },
  explore: { group: "fork", summary: "find a rare state by forking, and how likely it is" },
  reset: { group: "fork", summary: "rewind a branch to a step; its old run is archived" },
  undo: { group: "fork", summary: "take the last operation back" },
  redo: { group: "fork", summary: "do the undone operation again" },
  diff: {
    group: "compare",
    summary: "find the first step and the fields in which two runs differ",
  },
  verify: { group: "compare", summary: "replay a run and compare it with what was recorded" },
  trace: {
    group: "compare",
    summary: "write the states of a block, for another machine to compare",
  },
  rng: {
    group: "reconstruct",
    summary: "the shuffles, splits and states of a past run of PyTorch, numpy or Python",
  },
  remote: { group: "share", summary: "list, add and remove the places where runs are shared" },
  push: { group: "share", summary: "send runs to a remote, beside the code" },
  fetch: { group: "share", summary: "receive runs from a remote; origin/main names one" },
  pull: { group: "share", summary: "fetch, and move a branch on if the run there continues it" },
  clone: { group: "share", summary: "create a store with the runs of a remote" },
  hydrate: { group: "share", summary: "fill in checkpoints that were not fetched" },
  serve: { group: "share", summary: "what ssh:// remotes start on their host" },
  save: { group: "share", summary: "write a run to one file" },
  load: { group: "share", summary: "load a run from a file" },
  info: { group: "share", summary: "describe a saved file, without running anything" },
  trust: { group: "share", summary: "show what code a run would run, and let it run" },
  tag: { group: "maintain", summary: "list tags, or give a run a lasting name" },
  sign: { group: "maintain", summary: "sign a run with an SSH key" },
  reflog: { group: "maintain", summary: "list what a branch has named" },
  config: { group: "maintain", summary: "list and change settings" },
  doctor: {
    group: "maintain",
    summary: "list the store's locks, and remove those of ended processes",
  },
  completion: {
    group: "maintain",
    summary: "print a script with which a shell completes commands and names",
  },
  "cat-file": { group: "maintain", summary: "print any object of the store" },
} as const;

export type CommandName = keyof typeof COMMANDS;

/** Commands that need no open store. They start without loading the code that opens one. */
export type OffStoreName = "config" | "completion";

export type OnRemoteName = "remote" | "push" | "fetch" | "pull" | "clone" | "hydrate" | "serve";

export type OnTablesName = "export" | "sql";

export type OnStoreName = Exclude<CommandName, OffStoreName | OnRemoteName | OnTablesName | "rng">;

export const COMMAND_NAMES: readonly CommandName[] = Object.keys(COMMANDS) as CommandName[];

export function isCommandName(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(COMMANDS, word);
}
