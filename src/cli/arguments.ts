import yargs, { type Options } from "yargs";
import { nearest } from "../base/nearest.ts";
import type { Arguments, Command } from "./command.ts";
import { usageError } from "./parse.ts";

/** Options that every command takes. */
export const GLOBAL_OPTIONS: Readonly<Record<string, Options>> = {
  json: { describe: "print the result as JSON", type: "boolean", default: false },
  C: { describe: "work in this folder", type: "string", requiresArg: true },
  quiet: { alias: "q", describe: "print results and errors only", type: "boolean", default: false },
};

/** What a command line says: its arguments, or the text that --help asks for. */
export type Parsed = { readonly args: Arguments } | { readonly help: string };

/** Options that may be given several times. */
const COLLECTING: readonly string[] = ["param", "set"];

/** Reads the arguments of a command. Throws USAGE where they do not fit. */
export async function parseArguments(
  name: string,
  command: Command,
  argv: readonly string[],
): Promise<Parsed> {
  const options = { ...command.options, ...GLOBAL_OPTIONS };
  let help = "";
  const parser = yargs()
    .scriptName("rewind")
    .command(`${name} ${command.usage}`.trim(), command.describe, (builder) => {
      builder.usage(`rewind ${name} ${command.usage}\n\n${command.describe}`).options(options);
      for (const [line, says] of command.examples) builder.example(`rewind ${line}`, says);
      return builder;
    })
    .parserConfiguration({
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "duplicate-arguments-array": true,
    })
    .strict()
    .version(false)
    .help("help")
    .alias("help", "h")
    .wrap(96)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? usageError(clearer(message, Object.keys(options)));
    });
  const args = await parser.parse([name, ...argv], {}, (_error, _args, output) => {
    help = output;
  });
  if (help !== "") return { help };
  // An option given twice becomes an array; only those that collect pairs may be.
  const twice = Object.keys(options).find(
    (option) => Array.isArray(args[option]) && !COLLECTING.includes(option),
  );
  if (twice !== undefined) throw usageError(`--${twice} was given more than once`);
  return { args };
}

/** yargs' message, in our words. */
function clearer(message: string, options: readonly string[]): string {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message)?.[1]?.split(", ") ?? [];
  const [first] = unknown;
  if (first !== undefined) {
    const near = nearest(first, options);
    const hint =
      near.length > 0 ? `; did you mean ${near.map((option) => `--${option}`).join(" or ")}?` : "";
    return `there is no argument ${first}${hint}`;
  }
  const missing = /^Missing required arguments?: (.*)$/.exec(message)?.[1];
  if (missing !== undefined) return `expected --${missing.split(", ").join(" and --")}`;
  return message.replace(
    /^Not enough non-option arguments: got (\d+), need at least (\d+)$/,
    "expected $2 arguments, got $1",
  );
}
