import type { StoreLock } from "../../../node/store/store-locks.ts";
import { shortId } from "../../../object/id.ts";
import type { ConflictedRef, SettledRef } from "../../../repository/settle.ts";
import { shortRef } from "../../../store/ref-name.ts";
import { type Command, command, STATUS } from "../../command.ts";

import { age, table, visibleLine } from "../../terminal/text.ts";

export const doctor: Command = command({
  positionals: {},
  describe:
    "Lists the locks of the store: who holds each, and whether that process still runs. The lock of a\nprocess that has ended is removed automatically. Whether a process on another machine or in another\ncontainer still runs cannot be seen from here; its lock stays until --break-lock removes it. Lists the refs\nas well that two sides of a merge by Git have both changed, in a store that is committed with the code:\n--settle keeps both runs, theirs under another name unless one of the two continues the other. Exits with 1\nwhile there are such refs.",
  options: {
    "break-lock": {
      describe:
        "remove locks whose processes cannot be seen from here; be sure that they have ended",
      type: "boolean",
    },
    settle: { describe: "settle the refs that Git could not merge", type: "boolean" },
  },
  examples: [
    ["doctor", "who holds which lock"],
    ["doctor --break-lock", "the container that recorded is gone"],
    ["doctor --settle", "git merge had a conflict in .rewind/refs"],
  ],
  keys: {
    doctor: [
      { locks: ["file", "owner", "life", "silentSeconds"] },
      "removed",
      { conflicts: ["ref", "ours", "theirs"] },
      { settled: ["ref", "target", "other"] },
    ],
  },
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
    const conflicts = await repo.conflicts();
    const settled = args.settle === true ? await repo.settle() : [];
    const isOpen = conflicts.length > 0 && args.settle !== true;
    const told = {
      ...{ locks: data, removed: breaks, conflicts },
      settled: settled.map(({ ref, target, other = null }) => ({ ref, target, other })),
    };
    out[breaks || args.settle ? "done" : "result"](told, () =>
      [
        locksText(locks, breaks),
        ...(args.settle ? settledLines(settled) : conflicts.map(conflictLine)),
      ].join("\n"),
    );
    return isOpen ? STATUS.failed : STATUS.ok;
  },
});

function locksText(locks: readonly StoreLock[], breaks: boolean): string {
  if (locks.length === 0) return "no locks";
  const rows = table(locks.map(row));
  return breaks ? `removed\n${rows}` : rows;
}

function conflictLine({ ref, ours, theirs }: ConflictedRef): string {
  return `${shortRef(ref)} is in conflict after a merge by Git: ours is ${shortId(ours)}, theirs ${shortId(theirs)}; \`rewind doctor --settle\` keeps both`;
}

function settledLines(settled: readonly SettledRef[]): string[] {
  if (settled.length === 0) return ["nothing is in conflict"];
  return [
    ...settled.map(({ ref, target, other }) => {
      const now = `${shortRef(ref)} is ${shortId(target)}`;
      return other === undefined
        ? `${now}, which has all steps of the other side's`
        : `${now}, as ours; theirs is ${shortRef(other)}`;
    }),
    "now let Git know: `git add .rewind`, then commit",
  ];
}

const LIVES = { alive: "runs", dead: "has ended", unknown: "cannot be seen from here" } as const;

function row({ name, owner, life, silentMs }: StoreLock): string[] {
  const who = owner === undefined ? "nobody yet" : `process ${owner.pid} on ${owner.host}`;
  return [name, visibleLine(who), LIVES[life], `last sign of life ${age(silentMs)}`];
}
