import { RewindError } from "../base/errors.ts";
import { decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import type { Tip } from "./object-store.ts";

/** The payload of a tip record: the ref, or null, and the body of the run. */
export function encodeTip(tip: Tip): Uint8Array {
  return encode([tip.ref ?? null, tip.run]);
}

/** Reads the payload of a tip record. Throws STORE_DAMAGED. */
export function decodeTip(payload: Uint8Array): Tip {
  const content = decodeContent(payload);
  if (Array.isArray(content) && content.length === 2) {
    const [ref, run] = content;
    if ((ref === null || typeof ref === "string") && run instanceof Uint8Array) {
      return { ref: ref ?? undefined, run };
    }
  }
  throw new RewindError("STORE_DAMAGED", "expected a tip to hold a ref and a run");
}

function decodeContent(payload: Uint8Array): unknown {
  try {
    return decode(payload);
  } catch (cause) {
    throw new RewindError("STORE_DAMAGED", "expected a tip to be encoded", {}, { cause });
  }
}
