import { isRewindError } from "../../base/errors.ts";
import { Config } from "../../node/config.ts";
import type { Variables } from "../../node/settings.ts";
import type { Output } from "./output.ts";

/**
 * Shows text in a program that the user chose, a command line for the shell, with these variables
 * besides the process's own. Returns false where it cannot be started.
 */
export type Page = (command: string, text: string, variables: Variables) => Promise<boolean>;

/** Prints what the output held back for being long: in the user's pager, or as it is. */
export async function pageHeld(
  out: Output,
  page: Page,
  cwd: string,
  variables: Variables,
): Promise<void> {
  const text = out.takeHeld();
  if (text === "") return;
  const command = pagerOf(out, cwd, variables);
  if (command !== undefined) {
    // Quit where it all fits, keep colours, leave the text on the screen; as Git has it.
    const less = variables.LESS === undefined ? { LESS: "FRX" } : {};
    if (await page(command, text, less)) return;
    out.note(`cannot start the pager ${JSON.stringify(command)}: printed without it`);
  }
  out.raw(text);
}

/** The pager's command line; undefined where there is to be none. */
function pagerOf(out: Output, cwd: string, variables: Variables): string | undefined {
  try {
    const command = new Config(cwd, variables).get("pager").value?.trim();
    return command === "" || command === "cat" ? undefined : command;
  } catch (error) {
    // Settings that cannot be read are no reason to keep a result back.
    if (!isRewindError(error)) throw error;
    out.note(error.message);
    return undefined;
  }
}
