import type { Command, Option, OptionsByName, PositionalsByName } from "../command.ts";
import { written } from "../option-words.ts";
import { GLOBAL_OPTIONS } from "../options.ts";
import { usageOf } from "../positionals.ts";
import { table } from "../terminal/text.ts";

/** What `rewind <command> --help` prints. */
export function helpText(name: string, command: Command): string {
  const section = (title: string, rows: readonly (readonly string[])[]): string[] =>
    rows.length === 0
      ? []
      : [
          "",
          title,
          ...table(rows)
            .split("\n")
            .map((line) => `  ${line}`),
        ];
  const rowsOf = (options: OptionsByName): string[][] =>
    Object.entries(options).map(([option, about]) => optionRow(option, about));
  return [
    `usage: rewind ${name} ${usageOf(command.positionals)}`.trimEnd(),
    "",
    command.describe,
    ...section("arguments", argumentRows(command.positionals)),
    ...section("options", rowsOf(command.options)),
    ...section("options of every command", rowsOf(GLOBAL_OPTIONS)),
    "",
    "examples",
    ...command.examples.flatMap(([line, says]) => [`  rewind ${line}`, `      ${says}`]),
  ].join("\n");
}

/** The positionals that need a word: what is meant without them, and how revisions are written. */
export function argumentRows(positionals: PositionalsByName): [written: string, says: string][] {
  return Object.entries(positionals).flatMap(([name, { completes, without }]) => {
    const how =
      completes === "revision" ? "such as main, main@50% or HEAD: `rewind help revisions`" : "";
    const otherwise = without === undefined ? "" : `without it, ${without}`;
    const says = [how, otherwise].filter((text) => text !== "").join("; ");
    return says === "" ? [] : [[name, says]];
  });
}

/** An option as it is written, and its description. */
export function optionRow(name: string, option: Option): [written: string, says: string] {
  const { alias, choices, value = "VALUE", type, demandOption, describe } = option;
  const names = alias === undefined ? written(name) : `-${alias}, ${written(name)}`;
  const shown = type === "boolean" ? names : `${names} ${choices?.join("|") ?? value}`;
  return [shown, demandOption ? `${describe} (required)` : describe];
}
