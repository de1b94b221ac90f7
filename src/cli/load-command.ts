import type { Command } from "./command.ts";
import type { CommandName } from "./command-list.ts";

/** Loads the definition of a command. */
export async function loadCommand(name: CommandName): Promise<Command> {
  switch (name) {
    case "config":
    case "completion":
      return (await import("./off-store.ts")).OFF_STORE[name];
    case "remote":
    case "push":
    case "fetch":
    case "pull":
    case "clone":
    case "hydrate":
    case "serve":
      return (await import("./on-remote.ts")).ON_REMOTE[name];
    case "export":
    case "sql":
      return (await import("./on-tables.ts")).ON_TABLES[name];
    case "rng":
      return (await import("./commands/rng/rng.ts")).rng;
    default:
      return (await import("./on-store.ts")).ON_STORE[name];
  }
}
