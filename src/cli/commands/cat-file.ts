import { count } from "../../base/count.ts";
import { toJson } from "../../codec/json/write.ts";
import { type Command, command, STATUS } from "../command.ts";
import { formatState } from "../show/state.ts";

export const catFile: Command = command({
  positionals: { id: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Prints any object of the store, found by the first digits of its id or by a revision: what it is, and\nits content.",
  options: {
    raw: { describe: "write the body's bytes as they are", type: "boolean" },
  },
  examples: [
    ["cat-file main", "the run that a branch names"],
    ["cat-file 3f2a91", "an object whose id begins with these digits"],
  ],
  keys: { "cat-file": ["id", "kind", "bytes", "content"] },
  async run(args, { out, open }) {
    const object = await (await open()).readObject(args.id);
    const { id, kind, body } = object;
    if (args.raw) {
      out.bytes(body);
      return STATUS.ok;
    }
    const content = object.content();
    out.result(
      () => ({ id, kind, bytes: body.length, content: toJson(content) }),
      () => [`${kind} ${id}, ${count(body.length)} bytes`, formatState(content)].join("\n"),
    );
    return STATUS.ok;
  },
});
