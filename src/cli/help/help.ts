import type { Command, Option, OptionsByName } from "../command.ts";
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
    ...section("options", rowsOf(command.options)),
    ...section("options of every command", rowsOf(GLOBAL_OPTIONS)),
    "",
    "examples",
    ...command.examples.flatMap(([line, says]) => [`  rewind ${line}`, `      ${says}`]),
  ].join("\n");
}

/** An option and its description. */
function optionRow(name: string, option: Option): string[] {
  const { alias, choices, value = "VALUE", type, demandOption, describe } = option;
  const names = alias === undefined ? written(name) : `-${alias}, ${written(name)}`;
  const shown = type === "boolean" ? names : `${names} ${choices?.join("|") ?? value}`;
  return [shown, demandOption ? `${describe} (required)` : describe];
}
