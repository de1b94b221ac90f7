import { RewindError } from "../../base/errors.ts";
import { toJson } from "../../codec/json/write.ts";
import { decodeObject } from "../../object/any.ts";
import type { Id, Kind } from "../../object/id.ts";
import { type Command, STATUS } from "../command.ts";
import { formatState } from "../show/state.ts";
import { count } from "../terminal/text.ts";

export const catFile: Command = {
  usage: "<id>",
  describe:
    "Prints any object of the store, by the first digits of its id or a revision: what it is, and its\ncontent.",
  options: {
    raw: { describe: "write the body's bytes as they are", type: "boolean" },
  },
  examples: [
    ["cat-file main", "the run that a branch names"],
    ["cat-file 3f2a91", "an object whose id begins so"],
  ],
  async run(args, { out, open }) {
    const repo = await open();
    const { objects } = repo.store;
    const prefix = String(args.id).toLowerCase();
    const isPrefix = /^[0-9a-f]{4,64}$/.test(prefix);
    const found = isPrefix ? await objects.withPrefix(prefix, 10) : [];
    const ids = found.length > 0 ? found : [(await repo.resolve(String(args.id))).id];
    const [id] = ids as [Id];
    if (ids.length > 1) {
      throw new RewindError("AMBIGUOUS_ID", `${args.id} is the beginning of ${ids.length} ids`, {
        prefix,
        matches: ids,
      });
    }
    const object = await objects.get(id);
    await repo.close();
    if (object === undefined) throw new RewindError("OBJECT_MISSING", `expected ${id}, found none`);
    if (args.raw === true) {
      out.bytes(object.body);
      return STATUS.ok;
    }
    const { kind, body } = object;
    const content = readable(kind, body);
    out.result(
      () => ({ id, kind, bytes: body.length, content: toJson(content) }),
      () => [`${kind} ${id}, ${count(body.length)} bytes`, formatState(content)].join("\n"),
    );
    return STATUS.ok;
  },
};

/** A chunk as text where it is one, such as the source of a program; anything else by its fields. */
function readable(kind: Kind, body: Uint8Array): unknown {
  if (kind !== "chunk") return decodeObject(kind, body);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return body;
  }
}
