import { toHex } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import { idBytes } from "../object/body.ts";
import type { Id } from "../object/id.ts";
import type { Tip } from "./object-store.ts";

/** What a tip record holds: the run's body, or its id where its object is in the same journal. */
export type StoredTip =
  | Tip
  | { readonly ref: string | undefined; readonly run: undefined; readonly id: Id<"run"> };

/** The payload of a tip record: the ref, or null, and the run: its body, or an array of its id. */
export function encodeTip(tip: StoredTip): Uint8Array {
  return encode([tip.ref ?? null, tip.run ?? ("id" in tip ? [idBytes(tip.id)] : null)]);
}

/** Reads the payload of a tip record. Throws STORE_DAMAGED. */
export function decodeTip(payload: Uint8Array): StoredTip {
  const content = decodeContent(payload);
  if (Array.isArray(content) && content.length === 2) {
    const [name, run] = content;
    if (name === null || typeof name === "string") {
      const ref = name ?? undefined;
      if (run instanceof Uint8Array) return { ref, run };
      const [id] = Array.isArray(run) && run.length === 1 ? run : [];
      if (id instanceof Uint8Array && id.length === 32) {
        return { ref, run: undefined, id: toHex(id) as Id<"run"> };
      }
    }
  }
  throw new RewindError("STORE_DAMAGED", "expected a tip to hold a ref and a run");
}

/** The ref that a tip is of; undefined where it has none, or is nonsense. */
export function refOfTip(payload: Uint8Array): string | undefined {
  try {
    return decodeTip(payload).ref;
  } catch {
    return undefined;
  }
}

function decodeContent(payload: Uint8Array): unknown {
  try {
    return decode(payload);
  } catch (cause) {
    throw new RewindError("STORE_DAMAGED", "expected a tip to be encoded", {}, { cause });
  }
}
