import { SEED_RULES, type SeedRule } from "../../object/seeds.ts";
import type { Arguments, Option } from "../command.ts";
import { optional, optionalCount, parsePairs, parseSeed } from "./parse.ts";

/** Options that commands which record share; each takes those that it needs. */
export const RECORDING: Readonly<
  Record<"seed" | "param" | "block-size" | "rng" | "streams" | "message" | "self-check", Option>
> = {
  seed: { describe: "the master seed; a random one unless given", type: "text", value: "S" },
  param: {
    describe: "a param's value, of its default's kind; o.b is a part; may be repeated",
    type: "text",
    value: "NAME=VALUE",
    many: true,
  },
  "block-size": {
    describe: "steps between checkpoints; the square root of the steps unless given",
    type: "text",
    value: "B",
  },
  rng: {
    describe: "the generator; the simulation's or the project's own unless given",
    type: "text",
    value: "NAME",
  },
  streams: {
    describe: "seed generators at each block (the default), once, or at each step",
    type: "text",
    choices: SEED_RULES,
  },
  message: { short: "m", describe: "a line about the run", type: "text", value: "TEXT" },
  "self-check": { describe: "replay each block at once and compare", type: "boolean" },
};

/** The option that gives params from a step on. */
export const PARAM_FROM_THERE: Option = {
  ...RECORDING.param,
  describe: "a param's value from there on; may be given several times",
};

/** What of these options a command line has. */
export interface RecordingArguments {
  readonly seed: number | bigint | undefined;
  readonly params: Record<string, unknown> | undefined;
  readonly blockSize: number | undefined;
  readonly rng: string | undefined;
  readonly streams: SeedRule | undefined;
  readonly message: string | undefined;
  readonly selfCheck: boolean;
}

/** Reads what of these options a command line has. Throws USAGE and the like. */
export function readRecording(args: Arguments): RecordingArguments {
  return {
    seed: args.seed === undefined ? undefined : parseSeed(args.seed),
    params: parsePairs(args.param, "param"),
    blockSize: optionalCount(args.blockSize, "--block-size"),
    rng: optional(args.rng),
    streams: args.streams as SeedRule | undefined,
    message: optional(args.message),
    selfCheck: args.selfCheck === true,
  };
}
