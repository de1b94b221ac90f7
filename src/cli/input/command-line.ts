import type { Arguments, OptionsByName } from "../command.ts";
import { camelCase, written } from "../option-words.ts";
import { GLOBAL_OPTIONS } from "../options.ts";
import { quoted } from "./quoted.ts";

/**
 * A command line to type, quoted for a shell: the one that was read, with other positionals or
 * options.
 */
export function commandLine(
  command: string,
  positionals: readonly string[],
  args: Arguments,
  options: OptionsByName,
): string {
  const given = Object.keys({ ...options, ...GLOBAL_OPTIONS }).flatMap((name) => {
    const value = args[camelCase(name)];
    if (value === undefined) return [];
    if (value === true) return [written(name)];
    return [value].flat().flatMap((each) => [written(name), String(each)]);
  });
  const words = positionals.some((word) => word.startsWith("-"))
    ? [...given, "--", ...positionals]
    : [...positionals, ...given];
  return ["rewind", command, ...words].map(quoted).join(" ");
}
