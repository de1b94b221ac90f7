import type { Command } from "./command.ts";

/** A command before it is loaded: each is a module of its own, loaded only when it is called. */
export interface CommandEntry {
  readonly group: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command, grouped by what one is doing. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  init: {
    group: "start",
    summary: "create a store, .rewind/, for this project",
    load: async () => (await import("./commands/init.ts")).init,
  },
  record: {
    group: "record",
    summary: "record a run of a simulation on a new branch",
    load: async () => (await import("./commands/record.ts")).record,
  },
  resume: {
    group: "record",
    summary: "continue an interrupted recording",
    load: async () => (await import("./commands/resume.ts")).resume,
  },
  extend: {
    group: "record",
    summary: "make a run longer",
    load: async () => (await import("./commands/extend.ts")).extend,
  },
  get: {
    group: "look",
    summary: "print the state at any step",
    load: async () => (await import("./commands/get.ts")).get,
  },
  checkout: {
    group: "look",
    summary: "make a branch the current one, the cursor at a step",
    load: async () => (await import("./commands/checkout.ts")).checkout,
  },
  step: {
    group: "look",
    summary: "move the cursor, and print what changed",
    load: async () => (await import("./commands/step.ts")).step,
  },
  show: {
    group: "look",
    summary: "describe a run: its segments, sizes and origin",
    load: async () => (await import("./commands/show.ts")).show,
  },
  log: {
    group: "look",
    summary: "list runs and what they were forked from",
    load: async () => (await import("./commands/log.ts")).log,
  },
  find: {
    group: "look",
    summary: "find the first step at which an expression holds",
    load: async () => (await import("./commands/find.ts")).find,
  },
  stats: {
    group: "look",
    summary: "mean, variance and extremes over every step",
    load: async () => (await import("./commands/stats.ts")).stats,
  },
  branch: {
    group: "fork",
    summary: "list branches, or fork a run at any step",
    load: async () => (await import("./commands/branch.ts")).branch,
  },
  reset: {
    group: "fork",
    summary: "rewind a branch to a step, its old run archived",
    load: async () => (await import("./commands/reset.ts")).reset,
  },
  undo: {
    group: "fork",
    summary: "take the last operation back",
    load: async () => (await import("./commands/undo.ts")).undo,
  },
  redo: {
    group: "fork",
    summary: "do again what was undone",
    load: async () => (await import("./commands/undo.ts")).redo,
  },
  diff: {
    group: "compare",
    summary: "find the first step and the fields in which two runs differ",
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  verify: {
    group: "compare",
    summary: "replay a run and compare it with what was recorded",
    load: async () => (await import("./commands/verify.ts")).verify,
  },
  save: {
    group: "share",
    summary: "write a run to one file",
    load: async () => (await import("./commands/save.ts")).save,
  },
  load: {
    group: "share",
    summary: "load a run from a file",
    load: async () => (await import("./commands/load.ts")).load,
  },
  info: {
    group: "share",
    summary: "describe a file that save wrote, without running anything",
    load: async () => (await import("./commands/info.ts")).info,
  },
  tag: {
    group: "maintain",
    summary: "list tags, or name a run for good",
    load: async () => (await import("./commands/tag.ts")).tag,
  },
  reflog: {
    group: "maintain",
    summary: "list what a branch has named",
    load: async () => (await import("./commands/reflog.ts")).reflog,
  },
  "cat-file": {
    group: "maintain",
    summary: "print any object of the store",
    load: async () => (await import("./commands/cat-file.ts")).catFile,
  },
};
