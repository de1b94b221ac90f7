import type { SEED_RULES } from "../object/seeds.ts";
import type { OptionsByName } from "./command.ts";

/** Options that every command takes. */
export const GLOBAL_OPTIONS: OptionsByName = {
  json: { describe: "print the result as JSON", type: "boolean" },
  C: { describe: "work in this folder", type: "string", value: "DIR", completes: "folders" },
  "no-pager": { describe: "print long output at once, not through a pager", type: "boolean" },
  quiet: {
    alias: "q",
    describe: "print only the result and errors, without notes and reports",
    type: "boolean",
  },
  verbose: { describe: "print the stack of an error too", type: "boolean" },
  help: { alias: "h", describe: "print this", type: "boolean" },
};

/** Lets a command run code that came from elsewhere. */
export const TRUST_OPTION = {
  describe: "let code from elsewhere run, now and later",
  type: "boolean",
} as const;

/** Shows a state even if its replay differs from the recording. */
export const FORCE_OPTION = {
  describe: "print the state even when its replay differs from what was recorded",
  type: "boolean",
} as const;

/** The code that replays a run. */
export const PROGRAM_OPTION = {
  describe: "the code that replays: as recorded (the default), or the working file",
  type: "string",
  choices: ["recorded", "working"],
} as const;

/** How many threads a long command uses. */
export const JOBS_OPTION = {
  describe: "threads to use, by default all processors; the result is the same",
  type: "string",
  value: "N",
} as const;

/** Options of commands that look at all steps of a run, or at a range of them. */
export const RANGE_OPTIONS = {
  from: { describe: "the first step to look at: 500, 50%, -1", type: "string", value: "STEP" },
  to: { describe: "the last step to look at", type: "string", value: "STEP" },
} as const;

/** Options shared by the commands that record; each takes those that it needs. */
export const RECORDING = {
  seed: { describe: "the master seed; a random one by default", type: "string", value: "S" },
  param: {
    describe: "a param's value, of its default's kind; o.b is a part; may be repeated",
    type: "string",
    value: "NAME=VALUE",
    array: true,
  },
  blockSize: {
    describe: "steps between checkpoints; by default √steps, more for large states",
    type: "string",
    value: "B",
  },
  rng: {
    describe: "the generator; by default the simulation's or the project's own",
    type: "string",
    value: "NAME",
    completes: "generator",
  },
  message: { alias: "m", describe: "a line about the run", type: "string", value: "TEXT" },
  selfCheck: { describe: "replay each block at once and compare", type: "boolean" },
} as const;

/** Where the outputs of a simulation go. */
export const OUTPUTS_OPTIONS = {
  outputs: {
    describe: "folder of the outputs; by default outputs/BRANCH in the project",
    type: "string",
    value: "DIR",
    completes: "folders",
  },
  "no-outputs": { describe: "do not write the simulation's outputs", type: "boolean" },
} as const;

/** The option for params of a new segment. */
export const NEW_PARAM = {
  describe: "a param's new value; may be repeated",
  type: "string",
  value: "NAME=VALUE",
  array: true,
} as const;

/** What steps get for Math.random and the clock. */
export const CHANCE_OPTIONS = {
  chance: {
    describe: "Math.random and clocks in steps: refused (the default), or the run's own",
    type: "string",
    choices: ["refuse", "run"],
  },
  "clock-start": {
    describe: "with --chance run, the time at step 0, such as 2026-01-31T09:00Z",
    type: "string",
    value: "TIME",
  },
  "clock-step": {
    describe: "with --chance run, milliseconds from step to step; 1 by default",
    type: "string",
    value: "MS",
  },
} as const;

/** How generators are seeded. */
export const STREAMS_OPTION: {
  readonly describe: string;
  readonly type: "string";
  readonly choices: typeof SEED_RULES;
} = {
  describe: "seed generators at each block (the default), once, or at each step",
  type: "string",
  choices: ["block", "continuous", "step"],
};
