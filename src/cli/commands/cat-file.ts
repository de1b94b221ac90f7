import { RewindError } from "../../base/errors.ts";
import { toJson } from "../../codec/json.ts";
import { decodeObject } from "../../object/any.ts";
import type { Kind } from "../../object/id.ts";
import { type Command, STATUS } from "../command.ts";
import { formatJson } from "../state.ts";
import { count } from "../text.ts";

const SHORTEST_PREFIX = 4;

export const catFile: Command = {
  usage: "<id>",
  describe:
    "Prints any object of the store by its id, or by the first digits of it: what it is, and its content.",
  options: {
    raw: { describe: "write the body's bytes as they are", type: "boolean", default: false },
  },
  examples: [["cat-file 3f2a91", "an object whose id begins so"]],
  async run(args, { out, open }) {
    const repo = await open();
    const { objects } = repo.store;
    const prefix = String(args.id).toLowerCase();
    const ids = /^[0-9a-f]{4,64}$/.test(prefix) ? await objects.withPrefix(prefix, 10) : [];
    const [id] = ids;
    if (id === undefined) {
      throw new RewindError(
        "OBJECT_MISSING",
        `expected an object whose id begins with ${args.id} (at least ${SHORTEST_PREFIX} digits), found none`,
      );
    }
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
    out.result({ id, kind, bytes: body.length, content }, () =>
      [`${kind} ${id}, ${count(body.length)} bytes`, formatJson(content)].join("\n"),
    );
    return STATUS.ok;
  },
};

/** A chunk as text where it is one, such as the source of a program; anything else by its fields. */
function readable(kind: Kind, body: Uint8Array): unknown {
  if (kind !== "chunk") return toJson(decodeObject(kind, body));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return toJson(body);
  }
}
