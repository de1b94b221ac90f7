import { isRewindError } from "../../base/errors.ts";
import { Config } from "../../node/config/config.ts";
import type { Variables } from "../../node/host/user-folders.ts";
import type { Output } from "./output.ts";

/**
 * Shows text in the program that the user chose: a command line for the shell, run with these extra
 * variables. Returns false if it cannot be started.
 */
export type Page = (command: string, text: string, variables: Variables) => Promise<boolean>;

/** Prints the long text that the output held back, in the user's pager or directly. */
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
    // As in Git: quit if all of it fits, keep colours, leave the text on the screen.
    const less = variables.LESS === undefined ? { LESS: "FRX" } : {};
    if (await page(command, text, less)) return;
    out.note(`cannot start the pager ${JSON.stringify(command)}: printed without it`);
  }
  out.raw(text);
}

/** The pager's command line; undefined if the user wants none. */
function pagerOf(out: Output, cwd: string, variables: Variables): string | undefined {
  try {
    const command = new Config(cwd, variables).get("pager").value?.trim();
    return command === "" || command === "cat" ? undefined : command;
  } catch (error) {
    // The result is printed even if the settings cannot be read.
    if (!isRewindError(error)) throw error;
    out.note(error.message);
    return undefined;
  }
}
