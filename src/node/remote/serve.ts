import { isRewindError } from "../../base/errors.ts";
import type { Blobs } from "../../remote/blob-remote.ts";
import { encodeMessage, messagesOf } from "./frames.ts";

const NOTHING = new Uint8Array();

/** Names that a client may use: those that a remote has, none with a way out of it. */
function isName(name: unknown): name is string {
  return (
    typeof name === "string" &&
    /^(refs|packs)\/[^\0\\]*$/.test(name) &&
    !name.split("/").some((part) => part === "" || part === "." || part === "..")
  );
}

function isPrefix(name: unknown): name is string {
  return typeof name === "string" && isName(`${name}x`);
}

/**
 * Answers the requests of a client about a remote in a folder, until its stream ends: the other end
 * of `stdioBlobs`.
 */
export async function serve(
  blobs: Blobs,
  input: AsyncIterable<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for await (const { head, bytes } of messagesOf(input)) {
    const { verb, name, most } = head;
    const answer = (head: object, bytes: Uint8Array = NOTHING): Promise<void> =>
      write(encodeMessage({ head: head as Record<string, unknown>, bytes }));
    try {
      if (verb === "list" && isPrefix(name)) await answer({ names: await blobs.list(name) });
      else if (verb === "changed") {
        await blobs.changed?.();
        await answer({});
      } else if (!isName(name)) await answer({ error: "REMOTE_INVALID", message: "invalid name" });
      else if (verb === "read") {
        const found = await blobs.read(name, Number(most));
        await answer({ found: found !== undefined }, found);
      } else if (verb === "size") await answer({ size: (await blobs.size(name)) ?? null });
      else if (verb === "write") {
        await blobs.write(name, bytes);
        await answer({});
      } else if (verb === "create") await answer({ created: await blobs.create(name, bytes) });
      else await answer({ error: "UNSUPPORTED_FORMAT", message: "unknown request" });
    } catch (error) {
      if (!isRewindError(error)) throw error;
      await answer({ error: error.code, message: error.message });
    }
  }
}
