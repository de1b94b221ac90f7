import type { Command } from "./command.ts";
import type { OffStoreName } from "./command-list.ts";
import { completion } from "./commands/completion/completion.ts";
import { config } from "./commands/config.ts";

export { helpText } from "./help/help.ts";
export { TOPICS } from "./help/help-topics.ts";
export { unknownCommand } from "./help/unknown-command.ts";
export { pageHeld } from "./terminal/pager.ts";

/** The commands that need no open store, in one module; `on-store.ts` has the others. */
export const OFF_STORE: Readonly<Record<OffStoreName, Command>> = { config, completion };
