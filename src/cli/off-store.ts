// What needs no open store, in one module, as on-store.ts is for what does.
export { completion } from "./commands/completion/completion.ts";
export { config } from "./commands/config.ts";
export { helpText } from "./help/help.ts";
export { TOPICS } from "./help/help-topics.ts";
export { unknownCommand } from "./help/unknown-command.ts";
export { pageHeld } from "./terminal/pager.ts";
