import type { Command } from "./command.ts";
import type { OnRemoteName } from "./command-list.ts";
import { clone } from "./commands/clone.ts";
import { fetch } from "./commands/fetch.ts";
import { hydrate } from "./commands/hydrate.ts";
import { pull } from "./commands/pull.ts";
import { push } from "./commands/push.ts";
import { remote } from "./commands/remote/remote.ts";
import { serve } from "./commands/serve.ts";

/** The commands that have to do with remotes, in one module, which no other command loads. */
export const ON_REMOTE: Readonly<Record<OnRemoteName, Command>> = {
  ...{ remote, push, fetch, pull, clone, hydrate, serve },
};
