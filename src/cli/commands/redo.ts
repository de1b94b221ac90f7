import { type Command, command } from "../command.ts";
import { carryOut } from "./undo.ts";

export const redo: Command = command({
  positionals: {},
  describe:
    "Does the last undone operation again. An undo can be redone until another operation is done.",
  options: {},
  examples: [["redo", "after an undo by mistake"]],
  keys: { redo: ["command", "time", "refs", { changes: ["ref", "from", "to"] }] },
  run: (_args, context) => carryOut(context, "redo", "done again", "`rewind undo` takes it back"),
});
