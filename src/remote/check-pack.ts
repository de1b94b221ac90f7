import { equalBytes, toHex } from "../base/bytes.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { longestBody } from "../object/body.ts";
import { type Id, objectId } from "../object/id.ts";
import { largestContent } from "../store/content-limit.ts";
import {
  decodeHeader,
  isIntact,
  PACK_HEADER,
  type PackTools,
  RECORD_HEADER_BYTES,
  recordPayload,
} from "../store/pack.ts";
import type { PackRef } from "./remote.ts";

/**
 * Checks every byte of a pack that somebody else has written: its length and hash, each record and
 * the id of each object. Unpacks one object at a time, and no more in all than its length allows.
 * `breathe` is called after each object, and may throw INTERRUPTED. Returns where each object begins.
 * Throws REMOTE_INVALID.
 */
export async function checkPack(
  pack: PackRef,
  bytes: Uint8Array,
  tools: PackTools & { readonly hash: Hash },
  breathe: () => Promise<void> = async () => undefined,
): Promise<ReadonlyMap<Id, number>> {
  const invalid = (problem: string): RewindError =>
    new RewindError("REMOTE_INVALID", `the pack ${pack.hash.slice(0, 12)} is damaged: ${problem}`, {
      pack: pack.hash,
    });
  if (bytes.length !== pack.bytes) {
    throw invalid(`expected ${pack.bytes} bytes, got ${bytes.length}`);
  }
  if (!equalBytes(bytes.subarray(0, PACK_HEADER.length), PACK_HEADER)) {
    throw invalid("it does not begin as a pack does");
  }
  const places = new Map<Id, number>();
  const most = largestContent(bytes.length);
  let content = 0;
  for (let at = PACK_HEADER.length; ; ) {
    const header = decodeHeader(bytes.subarray(at));
    if (header === undefined) throw invalid(`expected a record at ${at}`);
    const { kind, id, rawLength } = header;
    const end = at + RECORD_HEADER_BYTES + header.storedLength;
    const record = bytes.subarray(at, end);
    const payload = record.subarray(RECORD_HEADER_BYTES);
    if (end > bytes.length || !isIntact(record, [payload], header, tools.crc32)) {
      throw invalid(`the record at ${at} does not match its checksum`);
    }
    if (kind === "footer") {
      if (end !== bytes.length) throw invalid("there are bytes after its end");
      if (id !== pack.hash || toHex(tools.hash(bytes.subarray(0, at))) !== id) {
        throw invalid("its bytes do not match its hash");
      }
      if (places.size !== pack.objects) {
        throw invalid(`expected ${pack.objects} objects, got ${places.size}`);
      }
      return places;
    }
    if (kind === "tip") throw invalid("it holds the tip of a recording");
    if (rawLength > longestBody(kind)) {
      throw invalid(`a ${kind} of ${rawLength} bytes, expected at most ${longestBody(kind)}`);
    }
    if (rawLength > LARGEST_OBJECT) {
      throw invalid(`a ${kind} of ${rawLength} bytes, expected at most ${LARGEST_OBJECT}`);
    }
    content += rawLength;
    if (content > most) throw invalid(`its objects have over ${most} bytes in all`);
    if (places.size === pack.objects) throw invalid(`it holds over ${pack.objects} objects`);
    if (places.has(id)) throw invalid(`it holds the ${kind} ${id} twice`);
    if (objectId(tools.hash, kind, unpack()) !== id) {
      throw invalid(`the ${kind} at ${at} does not have the id that it is stored under`);
    }
    places.set(id, at);
    at = end;
    await breathe();

    function unpack(): Uint8Array {
      try {
        return recordPayload(record, header as NonNullable<typeof header>, tools);
      } catch (error) {
        if (isRewindError(error)) throw invalid(error.message);
        throw error;
      }
    }
  }
}

/** An object that unpacks to more is refused. */
export const LARGEST_OBJECT: number = 1 << 26;
