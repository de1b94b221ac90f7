import { GLOBAL_OPTIONS } from "../../src/cli/arguments.ts";
import type { Option } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { GROUPS } from "../../src/cli/help/overview.ts";

/** What the pages say about a command. */
export interface CommandText {
  readonly name: string;
  /** What the command is for, such as `look at any step`. */
  readonly group: string;
  /** One line. */
  readonly summary: string;
  /** Its positionals, such as `<revision> [expression..]`. */
  readonly usage: string;
  /** A paragraph, perhaps followed by lines that are indented by two spaces. */
  readonly describe: string;
  readonly options: readonly OptionText[];
  readonly examples: readonly (readonly [line: string, says: string])[];
}

export interface OptionText {
  /** The name by which it is defined, such as `block-size`. */
  readonly name: string;
  /** As it is written, such as `-o, --output FILE`. */
  readonly written: string;
  readonly describe: string;
}

/** Every command, in the order of the help. This file alone knows how commands are defined. */
export async function commandTexts(): Promise<CommandText[]> {
  const texts: CommandText[] = [];
  for (const [name, { group, summary, load }] of Object.entries(COMMANDS)) {
    const { usage, describe, options, examples } = await load();
    const own = optionTexts(options).filter(
      (option) => !Object.hasOwn(GLOBAL_OPTIONS, option.name),
    );
    texts.push({
      ...{ name, summary, usage, describe, examples },
      group: GROUPS[group] ?? group,
      options: own,
    });
  }
  return texts;
}

/** The options of every command. */
export function globalOptionTexts(): OptionText[] {
  return optionTexts(GLOBAL_OPTIONS);
}

function optionTexts(options: Readonly<Record<string, Option>>): OptionText[] {
  return Object.entries(options).map(([name, option]) => {
    const long = option.negatable ? `--no-${name}` : name.length === 1 ? `-${name}` : `--${name}`;
    const names = option.short === undefined ? long : `-${option.short}, ${long}`;
    const value = option.choices?.join("|") ?? option.value ?? "VALUE";
    const required = option.required ? " (required)" : "";
    return {
      name,
      written: option.type === "text" ? `${names} ${value}` : names,
      describe: `${option.describe}${required}`,
    };
  });
}
