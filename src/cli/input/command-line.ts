import { camelCase, GLOBAL_OPTIONS, nameOf } from "../arguments.ts";
import type { Arguments, Option } from "../command.ts";

/**
 * A command line as one would type it, quoted for a shell: what was read from one, with other
 * positionals or options.
 */
export function commandLine(
  command: string,
  positionals: readonly string[],
  args: Arguments,
  options: Readonly<Record<string, Option>>,
): string {
  const given = Object.entries({ ...options, ...GLOBAL_OPTIONS }).flatMap(([name, option]) => {
    const value = args[camelCase(name)];
    if (option.negatable) return value === false ? [`--no-${name}`] : [];
    if (option.type === "boolean") return value === true ? [nameOf(name)] : [];
    const values = value === undefined ? [] : option.many ? (value as unknown[]) : [value];
    return values.flatMap((each) => [nameOf(name), String(each)]);
  });
  const words = positionals.some((word) => word.startsWith("-"))
    ? [...given, "--", ...positionals]
    : [...positionals, ...given];
  return ["rewind", command, ...words].map(quoted).join(" ");
}

/** A word as a shell reads it back: in single quotes, unless every character of it is harmless. */
export function quoted(word: string): string {
  return /^[\w@%+:,./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
