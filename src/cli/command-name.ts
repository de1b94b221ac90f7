import { nearest } from "../base/nearest.ts";
import { COMMANDS } from "./commands.ts";
import { usageError } from "./parse.ts";

/**
 * The name of the command and the arguments around it; no name where there are options alone.
 * Throws USAGE for a command that is none.
 */
export function commandOf(argv: readonly string[]): { name: string | undefined; rest: string[] } {
  const at = argv.findIndex(
    (argument, i) => !argument.startsWith("-") && !/^-[a-z]*C$/.test(argv[i - 1] ?? ""),
  );
  const name = argv[at];
  const rest = argv.filter((_, i) => i !== at);
  if (name === undefined || name === "help" || Object.hasOwn(COMMANDS, name)) return { name, rest };
  const near = nearest(name, Object.keys(COMMANDS));
  const hint = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
  throw usageError(`there is no command ${JSON.stringify(name)}${hint}`);
}
