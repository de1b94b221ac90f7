import { concatBytes, utf8 } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";

/**
 * Messages over a pair of streams: the length of a JSON head and that of the bytes after it (u32,
 * little-endian, each), then both.
 */
export interface Message {
  readonly head: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
}

/** A head holds a verb and a name, or an error: JSON takes up to a hundred times its length in memory. */
const LARGEST_HEAD = 1 << 14;

/** The bytes of a message. */
export function encodeMessage({ head, bytes }: Message): Uint8Array {
  const text = utf8(JSON.stringify(head));
  const lengths = new Uint8Array(8);
  const view = new DataView(lengths.buffer);
  view.setUint32(0, text.length, true);
  view.setUint32(4, bytes.length, true);
  return concatBytes([lengths, text, bytes]);
}

/**
 * The messages of a stream, each with `most()` bytes at most, asked for when it begins. Throws
 * REMOTE_INVALID for anything else.
 */
export async function* messagesOf(
  stream: AsyncIterable<Uint8Array>,
  most: () => number,
): AsyncGenerator<Message> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let wanted = 8;
  let lengths: DataView | undefined;
  for await (const part of stream) {
    parts.push(new Uint8Array(part.buffer, part.byteOffset, part.length));
    length += part.length;
    while (length >= wanted) {
      const all = parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(parts);
      const taken = all.subarray(0, wanted);
      parts = [all.subarray(wanted)];
      length -= wanted;
      if (lengths === undefined) {
        lengths = new DataView(taken.buffer, taken.byteOffset, 8);
        const [head, bytes] = [lengths.getUint32(0, true), lengths.getUint32(4, true)];
        if (head > LARGEST_HEAD || bytes > most()) throw invalid("a message is too long");
        wanted = head + bytes;
      } else {
        const at = lengths.getUint32(0, true);
        yield { head: parseHead(taken.subarray(0, at)), bytes: taken.slice(at) };
        lengths = undefined;
        wanted = 8;
      }
    }
  }
  if (length > 0 || lengths !== undefined) throw invalid("it ended inside a message");
}

function parseHead(bytes: Uint8Array): Message["head"] {
  try {
    const head: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof head === "object" && head !== null && !Array.isArray(head)) {
      return head as Message["head"];
    }
  } catch {
    // It is told below.
  }
  throw invalid("a message is not JSON");
}

function invalid(problem: string): RewindError {
  return new RewindError(
    "REMOTE_INVALID",
    `expected \`rewind serve\` at the other end: ${problem}`,
  );
}
