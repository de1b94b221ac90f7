import type { ArgumentErrors, SettingErrors } from "../../base/error-data.ts";
import { nearest } from "../../base/nearest.ts";
import { someOf } from "../../base/some-of.ts";
import { quoted } from "../input/quoted.ts";
import { commandIn, type Hints, usageHint } from "./hint.ts";

/** Hints for errors of what a caller gives, and of settings. */
export const argumentHints: Hints<keyof ArgumentErrors | keyof SettingErrors> = {
  USAGE: ({ hint }, argv) => hint ?? usageHint(argv),
  INVALID_ARGUMENT: ({ rule, hint }, argv) =>
    rule === undefined
      ? (hint ?? usageHint(argv))
      : "`rewind show REV` prints the seed from which all of them follow",
  INVALID_STEPS: ({ branch, steps, value, step }, argv) =>
    step === true
      ? "a percentage is of the run's steps, rounded down; -1 is the last step"
      : branch === undefined
        ? usageHint(argv)
        : Number(value) < Number(steps)
          ? `\`rewind reset ${quoted(`${branch}@${value}`)}\` makes it shorter`
          : "give a larger --steps TOTAL, or --by N",
  STEP_OUT_OF_RANGE: () => "-1 is the last step, 50% the middle one",
  INVALID_SEED: ({ value }, argv) =>
    typeof value === "bigint" && value < 2n ** 256n
      ? "without --streams continuous a seed may be any whole number from 0 to 2^256 - 1"
      : commandIn(argv) === "branch"
        ? "for example --seed 42; without it, the fork draws what its parent drew"
        : "for example --seed 42; without it, `rewind record` chooses a seed and prints it",
  INVALID_NUMBER: () =>
    "write the nearest number; a bigint, such as 1n, holds any whole number, and a text goes in double quotes",
  UNKNOWN_PARAM: ({ names, within }) =>
    within === undefined
      ? `its params are ${someOf(names) || "none"}`
      : `${within} has ${someOf(names) || "no fields"}`,
  INVALID_PARAM: () =>
    "give params as --param name=value, the value as JSON of the default's shape; --param name.field=value sets a part",
  INVALID_VALUE: () => "give JSON of that kind; --mutate module#export can change it to anything",
  UNKNOWN_GENERATOR: ({ name, known }) => {
    const [meant] = nearest(String(name), known);
    return meant === undefined
      ? "correct the name, or use a version of rewind that has this generator"
      : `did you mean ${meant}?`;
  },
  GENERATOR_CHANGED: () => "replay it with the version of rewind that recorded it",
  PACKAGE_MISSING: ({ name, files = [] }) =>
    files.length === 0
      ? `\`npm install ${name}\` installs it anew`
      : `\`npm install ${name}\` installs it; for another tool, the tables are ${files.join(", ")}`,
  INVALID_PLAN: () => "`rewind help plans` explains how plans are written",
  UNKNOWN_SETTING: ({ known }) =>
    `the settings are ${known.join(", ")}; \`rewind config\` explains them`,
  INVALID_SETTING: ({ place }) =>
    place === "global" ? "leave out --global" : "`rewind config --help` explains the settings",
  SETTING_NOT_SET: () => "`rewind config` lists the settings and where each is from",
  INVALID_CONFIG: ({ file }) => `fix ${file}, a JSON object of settings, or remove it`,
};
