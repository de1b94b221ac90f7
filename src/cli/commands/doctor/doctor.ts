import type { StoreLock } from "../../../node/store/store-locks.ts";
import { type Command, command, STATUS } from "../../command.ts";

import { age, table, visibleLine } from "../../terminal/text.ts";

export const doctor: Command = command({
  positionals: {},
  describe:
    "Lists the locks of the store: who holds each, and whether that process still runs. The lock of a\nprocess that has ended is removed automatically. Whether a process on another machine or in another\ncontainer still runs cannot be seen from here; its lock stays until --break-lock removes it.",
  options: {
    "break-lock": {
      describe:
        "remove locks whose processes cannot be seen from here; be sure that they have ended",
      type: "boolean",
    },
  },
  examples: [
    ["doctor", "who holds which lock"],
    ["doctor --break-lock", "the container that recorded is gone"],
  ],
  keys: { doctor: [{ locks: ["file", "owner", "life", "silentSeconds"] }, "removed"] },
  async run(args, { out, open }) {
    const breaks = args.breakLock === true;
    const repo = await open();
    const locks = breaks ? repo.breakLocks() : repo.locks();
    const data = locks.map(({ name, owner = null, life, silentMs }) => ({
      file: name,
      owner,
      life,
      silentSeconds: Math.floor(silentMs / 1000),
    }));
    out[breaks ? "done" : "result"]({ locks: data, removed: breaks }, () => {
      if (locks.length === 0) return "no locks";
      const rows = table(locks.map(row));
      return breaks ? `removed\n${rows}` : rows;
    });
    return STATUS.ok;
  },
});

const LIVES = { alive: "runs", dead: "has ended", unknown: "cannot be seen from here" } as const;

function row({ name, owner, life, silentMs }: StoreLock): string[] {
  const who = owner === undefined ? "nobody yet" : `process ${owner.pid} on ${owner.host}`;
  return [name, visibleLine(who), LIVES[life], `last sign of life ${age(silentMs)}`];
}
