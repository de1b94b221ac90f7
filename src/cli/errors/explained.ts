import type { Repository } from "../../repository.ts";
import type { Arguments, Command } from "../command.ts";
import { isAbsence, runsNamed, withPlace } from "./absent.ts";
import { unlessSwapped } from "./swapped.ts";

/** The error of a command, with what the store and the command line tell about its cause. */
export async function explained(
  error: unknown,
  name: string,
  command: Command,
  args: Arguments,
  open: () => Promise<Repository>,
): Promise<unknown> {
  if (!isAbsence(error)) {
    return unlessSwapped(error, name, command, args, open);
  }
  const repo = await open().catch(() => undefined);
  return repo === undefined ? error : withPlace(error, repo, runsNamed(command, args));
}
