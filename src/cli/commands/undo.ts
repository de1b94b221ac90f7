import { redo as redoLast, undo as undoLast } from "../../history/operations.ts";
import type { Operation, RefStore } from "../../store/ref-store.ts";
import { type Command, type Context, STATUS } from "../command.ts";

export const undo: Command = {
  usage: "",
  describe:
    "Takes the last operation back: every branch, tag and HEAD that it changed is as it was before. Runs\nstay in the store. May be repeated; redo does the operation again.",
  options: {},
  examples: [["undo", "take the last record, branch, reset, … back"]],
  run: (_args, context) => carryOut(context, undoLast, "undone"),
};

export const redo: Command = {
  usage: "",
  describe: "Does the operation again that was undone last.",
  options: {},
  examples: [["redo", "after one undo too many"]],
  run: (_args, context) => carryOut(context, redoLast, "done again"),
};

async function carryOut(
  { out, open }: Context,
  act: (refs: RefStore) => Promise<Operation>,
  done: string,
): Promise<number> {
  const repo = await open();
  const { command, time, changes } = await act(repo.store.refs);
  await repo.close();
  const refs = changes.map(({ name }) => name);
  out.result(
    { command, time, refs },
    () => `${done}: ${command} of ${time} (${refs.map(short).join(", ")})`,
  );
  return STATUS.ok;
}

function short(ref: string): string {
  return ref.replace(/^refs\/(heads\/)?/, "");
}
