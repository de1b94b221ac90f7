import type { ProgramErrors } from "../../base/error-data.ts";
import { quoted } from "../input/quoted.ts";
import { commandIn, type Hints } from "./hint.ts";

/** Hints for errors of programs, and of what they need. */
export const programHints: Hints<keyof ProgramErrors> = {
  MODULE_NOT_FOUND: (_, argv) =>
    argv.includes("working")
      ? "put the module back at that path, or replay with the program as recorded"
      : "a module's path starts at this folder, or at the one that -C names",
  MODULE_FAILED: ({ hint }) =>
    hint ?? "fix the module, then run the command again; nothing was recorded",
  EXPORT_NOT_FOUND: ({ module, hint }) => hint ?? `name the export: ${module}#name`,
  PROGRAM_MISSING: ({ module, there }, argv) => {
    if (module === undefined) {
      return "replay it from a script, by openRepository(dir, { simulations: [simulation] })";
    }
    if (there?.code === true) {
      return `${there.remote} has it: \`rewind fetch ${there.remote} ${quoted(there.name)}\` brings it`;
    }
    const from =
      there === undefined
        ? "whoever recorded the run can send it, by `rewind push` or `rewind save` without --no-code"
        : `${there.remote} has the run without it: whoever recorded it can send it, by \`rewind push\` without --no-code`;
    return commandIn(argv) === "show"
      ? from
      : `put that file back as it was, or replay with it as it is: --program working; ${from}`;
  },
  PROGRAM_NOT_TRUSTED: ({ revision }) => {
    const name = revision === undefined ? "REV" : quoted(revision);
    return `\`rewind show ${name} --source\` prints it; once you trust it, \`rewind trust ${name}\` lets it run`;
  },
  PACKAGE_NEEDED: ({ package: name, instead }) =>
    `\`npm install ${name}\` where rewind-engine is installed; ${instead}`,
  PACKAGE_CHANGED: ({ name, recorded }) =>
    recorded === undefined
      ? `a package outside the bundle is compared file by file: look at the folder of ${name}`
      : `npm install ${quoted(`${name}@${recorded}`)}`,
  PROGRAM_INPUT_CHANGED: ({ file, hint }) =>
    hint ?? `put ${file} back as it was when the run was recorded`,
  PROGRAM_INPUT_MISSING: ({ file }) => `put ${file} back as it was when the run was recorded`,
  PROGRAM_ENVIRONMENT_CHANGED: ({ name }) =>
    `set ${name} as it was; better, make it a param, which is recorded with the run`,
  FORBIDDEN_WHILE_LOADING: ({ hint }) => hint,
  PLACE_UNKNOWN: () =>
    "replay it with a Node that has full ICU data, such as the builds from nodejs.org",
};
