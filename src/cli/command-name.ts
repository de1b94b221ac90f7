import { COMMANDS } from "./commands.ts";

/**
 * The name of the command and the arguments around it; no name where there are options alone.
 * Throws USAGE for a command that is none.
 */
export async function commandOf(
  argv: readonly string[],
): Promise<{ readonly name: string | undefined; readonly rest: readonly string[] }> {
  const at = commandPosition(argv);
  const name = argv[at];
  const rest = argv.filter((_, i) => i !== at);
  if (name === undefined || name === "help" || Object.hasOwn(COMMANDS, name)) return { name, rest };
  // Loaded only where something is wrong: a command that is right is not to wait for it.
  const { unknownCommand } = await import("./off-store.ts");
  throw unknownCommand(name, Object.keys(COMMANDS));
}

/** Where the command stands among the arguments; -1 where there is none. */
export function commandPosition(argv: readonly string[]): number {
  return argv.findIndex(
    (argument, i) => !argument.startsWith("-") && !/^-[a-z]*C$/.test(argv[i - 1] ?? ""),
  );
}
