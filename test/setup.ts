import path from "node:path";
import fc from "fast-check";
import { afterAll } from "vitest";
import "./support/same-numbers.ts";
import { newUser, variablesOf } from "./support/user.ts";

// The same cases in every run, so that a failure comes from the change; FAST_CHECK_SEED tries
// others.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20_261_122) });

// Many files share a process, and each cleans up when it ends.
process.setMaxListeners(0);

const user = newUser();
// Nor do the developer's own settings of Git count.
const git = { GIT_CONFIG_GLOBAL: path.join(user.config, "gitconfig") };
Object.assign(process.env, variablesOf(user), git);
afterAll(user.remove);
