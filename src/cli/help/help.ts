import { GLOBAL_OPTIONS, nameOf } from "../arguments.ts";
import type { Command, Option } from "../command.ts";
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
  const rowsOf = (options: Readonly<Record<string, Option>>): string[][] =>
    Object.entries(options).flatMap(([option, about]) => optionRows(option, about));
  return [
    `usage: rewind ${name} ${command.usage}`.trimEnd(),
    "",
    command.describe,
    ...section("options", rowsOf(command.options)),
    ...section("options of every command", rowsOf(GLOBAL_OPTIONS)),
    "",
    "examples",
    ...command.examples.flatMap(([line, says]) => [`  rewind ${line}`, `      ${says}`]),
  ].join("\n");
}

/** An option and what it is for. */
function optionRows(name: string, option: Option): string[][] {
  const long = option.negatable === true ? `--no-${name}` : nameOf(name);
  const written = option.short === undefined ? long : `-${option.short}, ${long}`;
  const value = option.choices?.join("|") ?? option.value ?? "VALUE";
  const required = option.required === true ? " (required)" : "";
  return [
    [option.type === "text" ? `${written} ${value}` : written, `${option.describe}${required}`],
  ];
}
