import type { Command } from "./command.ts";

/** A command before it is loaded: what needs no store is not to wait for what does. */
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
    load: async () => (await import("./on-store.ts")).init,
  },
  record: {
    group: "record",
    summary: "record a run of a simulation on a new branch",
    load: async () => (await import("./on-store.ts")).record,
  },
  resume: {
    group: "record",
    summary: "continue an interrupted recording",
    load: async () => (await import("./on-store.ts")).resume,
  },
  extend: {
    group: "record",
    summary: "make a run longer",
    load: async () => (await import("./on-store.ts")).extend,
  },
  get: {
    group: "look",
    summary: "print the state at any step",
    load: async () => (await import("./on-store.ts")).get,
  },
  checkout: {
    group: "look",
    summary: "move to a run and a step of it: HEAD and the cursor",
    load: async () => (await import("./on-store.ts")).checkout,
  },
  step: {
    group: "look",
    summary: "move the cursor on or back, and print what changed",
    load: async () => (await import("./on-store.ts")).step,
  },
  show: {
    group: "look",
    summary: "print the state at the cursor; describe a run and where it came from",
    load: async () => (await import("./on-store.ts")).show,
  },
  log: {
    group: "look",
    summary: "list runs and what they came from, or draw the branches",
    load: async () => (await import("./on-store.ts")).log,
  },
  find: {
    group: "look",
    summary: "find the first step at which an expression holds",
    load: async () => (await import("./on-store.ts")).find,
  },
  stats: {
    group: "look",
    summary: "mean, variance and extremes over every step",
    load: async () => (await import("./on-store.ts")).stats,
  },
  branch: {
    group: "fork",
    summary: "list branches, or fork a run at any step",
    load: async () => (await import("./on-store.ts")).branch,
  },
  reset: {
    group: "fork",
    summary: "rewind a branch to a step, its old run archived",
    load: async () => (await import("./on-store.ts")).reset,
  },
  undo: {
    group: "fork",
    summary: "take the last operation back",
    load: async () => (await import("./on-store.ts")).undo,
  },
  redo: {
    group: "fork",
    summary: "do again what was undone",
    load: async () => (await import("./on-store.ts")).redo,
  },
  diff: {
    group: "compare",
    summary: "find the first step and the fields in which two runs differ",
    load: async () => (await import("./on-store.ts")).diff,
  },
  verify: {
    group: "compare",
    summary: "replay a run and compare it with what was recorded",
    load: async () => (await import("./on-store.ts")).verify,
  },
  rng: {
    group: "reconstruct",
    summary: "the shuffles, splits and states of a past run of PyTorch, numpy or Python",
    load: async () => (await import("./commands/rng/rng.ts")).rng,
  },
  save: {
    group: "share",
    summary: "write a run to one file",
    load: async () => (await import("./on-store.ts")).save,
  },
  load: {
    group: "share",
    summary: "load a run from a file",
    load: async () => (await import("./on-store.ts")).load,
  },
  info: {
    group: "share",
    summary: "describe a file that save wrote, without running anything",
    load: async () => (await import("./on-store.ts")).info,
  },
  trust: {
    group: "share",
    summary: "show what code a run would run, and let it run",
    load: async () => (await import("./on-store.ts")).trust,
  },
  tag: {
    group: "maintain",
    summary: "list tags, or name a run for good",
    load: async () => (await import("./on-store.ts")).tag,
  },
  reflog: {
    group: "maintain",
    summary: "list what a branch has named",
    load: async () => (await import("./on-store.ts")).reflog,
  },
  config: {
    group: "maintain",
    summary: "list and change settings",
    load: async () => (await import("./off-store.ts")).config,
  },
  doctor: {
    group: "maintain",
    summary: "list the store's locks, and remove those of processes that are gone",
    load: async () => (await import("./on-store.ts")).doctor,
  },
  completion: {
    group: "maintain",
    summary: "print what lets a shell complete commands and names",
    load: async () => (await import("./off-store.ts")).completion,
  },
  "cat-file": {
    group: "maintain",
    summary: "print any object of the store",
    load: async () => (await import("./on-store.ts")).catFile,
  },
};
