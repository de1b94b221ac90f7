import type { OptionsByName } from "../../src/cli/command.ts";
import { COMMANDS, type CommandName, GROUPS } from "../../src/cli/command-list.ts";
import { argumentRows, optionRow } from "../../src/cli/help/help.ts";
import { loadCommand } from "../../src/cli/load-command.ts";
import { GLOBAL_OPTIONS } from "../../src/cli/options.ts";
import { usageOf } from "../../src/cli/positionals.ts";

/** What the pages say about a command. */
export interface CommandText {
  readonly name: string;
  /** The command's group, such as `look at any step`. */
  readonly group: string;
  /** One line. */
  readonly summary: string;
  /** Its positionals, such as `<revision> [expression..]`. */
  readonly usage: string;
  /** A paragraph, perhaps followed by lines that are indented by two spaces. */
  readonly describe: string;
  /** The positionals that need a word. */
  readonly arguments: readonly (readonly [written: string, says: string])[];
  readonly options: readonly OptionText[];
  readonly examples: readonly (readonly [line: string, says: string])[];
}

export interface OptionText {
  /** Its name in the definition, such as `block-size`. */
  readonly name: string;
  /** As written, such as `-o, --output FILE`. */
  readonly written: string;
  readonly describe: string;
}

/** Every command, in the order of the help. Only this file knows how commands are defined. */
export async function commandTexts(): Promise<CommandText[]> {
  const texts: CommandText[] = [];
  for (const [name, { group, summary }] of Object.entries(COMMANDS)) {
    const { positionals, describe, options, examples } = await loadCommand(name as CommandName);
    const usage = usageOf(positionals);
    const own = optionTexts(options).filter(
      (option) => !Object.hasOwn(GLOBAL_OPTIONS, option.name),
    );
    texts.push({
      ...{ name, summary, usage, describe, examples },
      group: GROUPS[group],
      arguments: argumentRows(positionals),
      options: own,
    });
  }
  return texts;
}

/** The options of every command. */
export function globalOptionTexts(): OptionText[] {
  return optionTexts(GLOBAL_OPTIONS);
}

function optionTexts(options: OptionsByName): OptionText[] {
  return Object.entries(options).map(([name, option]) => {
    const [written, describe] = optionRow(name, option);
    return { name, written, describe };
  });
}
