import { utf8 } from "../../base/bytes.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Blobs } from "../../remote/blob-remote.ts";
import { LARGEST_PACK } from "../../remote/ref-value.ts";
import { LARGEST_WEB_LIST, parseWebList, webList } from "../../remote/web-list.ts";
import { encodeMessage, messagesOf } from "./frames.ts";

const NOTHING = new Uint8Array();

/** Names that are longer are those of no ref and no pack. */
const LONGEST_NAME = 2048;

/** Names that a client may use: those that a remote has, none with a way out of it. */
function isName(name: unknown): name is string {
  return (
    typeof name === "string" &&
    name.length <= LONGEST_NAME &&
    /^(refs|packs)\/[^\0\\]*$/.test(name) &&
    !name.split("/").some((part) => part === "" || part === "." || part === "..")
  );
}

function isPrefix(name: unknown): name is string {
  return typeof name === "string" && isName(`${name}x`);
}

function isLength(most: unknown): most is number {
  return Number.isSafeInteger(most) && Number(most) >= 0 && Number(most) <= LARGEST_PACK;
}

/** An error's message is cut to this, so that the head of its answer has room for it. */
const LONGEST_MESSAGE = 2_000;

/** A list of names as bytes. */
function listed(names: readonly string[]): Uint8Array {
  const bytes = utf8(webList(names));
  if (bytes.length <= LARGEST_WEB_LIST) return bytes;
  const message = `its names take ${bytes.length} bytes, expected at most ${LARGEST_WEB_LIST}`;
  throw new RewindError("REMOTE_INVALID", message, {});
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
  for await (const { head, bytes } of messagesOf(input, () => LARGEST_PACK)) {
    const { verb, name, most } = head;
    const answer = (head: object, bytes: Uint8Array = NOTHING): Promise<void> =>
      write(encodeMessage({ head: head as Record<string, unknown>, bytes }));
    try {
      if (verb === "list" && isPrefix(name)) await answer({}, listed(await blobs.list(name)));
      else if (verb === "changed") {
        await blobs.changed?.();
        await answer({});
      } else if (verb === "sizes") {
        const names = parseWebList(new TextDecoder().decode(bytes), blobs.url);
        if (!names.every(isName)) throw new RewindError("REMOTE_INVALID", "invalid name", {});
        const sizes = await blobs.sizes(names);
        await answer({}, listed(names.map((name) => `${sizes.get(name) ?? "absent"}`)));
      } else if (!isName(name)) await answer({ error: "REMOTE_INVALID", message: "invalid name" });
      else if (verb === "read") {
        if (!isLength(most)) await answer({ error: "REMOTE_INVALID", message: "invalid length" });
        else {
          const found = await blobs.read(name, most);
          await answer({ found: found !== undefined }, found);
        }
      } else if (verb === "write") {
        await blobs.write(name, bytes);
        await answer({});
      } else if (verb === "create") await answer({ created: await blobs.create(name, bytes) });
      else await answer({ error: "UNSUPPORTED_FORMAT", message: "unknown request" });
    } catch (error) {
      if (!isRewindError(error)) throw error;
      await answer({ error: error.code, message: error.message.slice(0, LONGEST_MESSAGE) });
    }
  }
}
