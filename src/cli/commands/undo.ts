import { count } from "../../base/count.ts";
import { inverse } from "../../history/operations.ts";
import { type Id, isId, shortId } from "../../object/id.ts";
import type { Repository } from "../../repository.ts";
import { parseHead } from "../../store/head.ts";
import type { RefChange } from "../../store/ref-store.ts";
import { type Command, type Context, command, STATUS } from "../command.ts";
import { table, visibleLine } from "../terminal/text.ts";

export const undo: Command = command({
  positionals: {},
  describe:
    "Takes the last operation back: restores every branch, tag and HEAD that it changed. Runs\nstay in the store. May be repeated, operation by operation; redo does the operation again.",
  options: {},
  examples: [["undo", "take the last record, branch, reset, … back"]],
  keys: { undo: ["command", "time", "refs", { changes: ["ref", "from", "to"] }] },
  run: (_args, context) => carryOut(context, "undo", "undone", "`rewind redo` does it again"),
});

/** The most changes that the text lists; it counts the rest. */
const MOST_ROWS = 20;

/** Undoes or redoes an operation, and prints what changed. */
export async function carryOut(
  { out, open }: Context,
  verb: "undo" | "redo",
  done: string,
  opposite: string,
): Promise<number> {
  const repo = await open();
  const { command, time, changes } = await repo[verb]();
  const made = verb === "undo" ? changes.map(inverse) : changes;
  const rows = await Promise.all(made.slice(0, MOST_ROWS).map((change) => changeRow(repo, change)));
  const removed = made.filter(({ name, to }) => name !== "HEAD" && to === undefined);
  const more = made.length - rows.length;
  const data = made.map(({ name, from = null, to = null }) => ({ ref: name, from, to }));
  out.done({ command, time, refs: made.map(({ name }) => name), changes: data }, () =>
    [
      `${done}: ${visibleLine(command)} (${time})`,
      ...table(rows)
        .split("\n")
        .map((line) => `  ${line}`),
      ...(more > 0 ? [`  … and ${count(more)} more; --json lists them all`] : []),
      ...(removed.length === 0
        ? []
        : [
            `the ${removed.length === 1 ? "run itself stays" : "runs themselves stay"} in the store`,
          ]),
      opposite,
    ].join("\n"),
  );
  return STATUS.ok;
}

/** A change of a ref, with short names: `main  3f2a91c0d2aa → none`. */
async function changeRow(
  repo: Repository,
  { name, from, to }: RefChange,
): Promise<[name: string, change: string]> {
  const [before, after] = await Promise.all(
    [from, to].map((target) => targetName(repo, name, target)),
  );
  return [shortRef(name), `${before} → ${after}`];
}

async function targetName(
  repo: Repository,
  ref: string,
  target: string | undefined,
): Promise<string> {
  if (target === undefined) return "none";
  if (ref === "HEAD") {
    const head = parseHead(target);
    const named = head.ref === undefined ? shortId(String(head.run)) : shortRef(head.ref);
    return head.step === undefined ? named : `${named}@${head.step}`;
  }
  return isId(target) ? shortId(await repo.peel(target as Id)) : visibleLine(target);
}

function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads\/)?/, "");
}
