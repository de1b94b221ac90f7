import { toHex } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import { decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import { idBytes } from "../object/body.ts";
import type { Id } from "../object/id.ts";
import type { Tip } from "./object-store.ts";

/** A tip in a record, with the body of the run, or its id if the journal has the object. */
export type StoredTip =
  | Tip
  | {
      readonly ref: string | undefined;
      readonly run: undefined;
      readonly id: Id<"run" | "ensemble">;
    };

/** The payload of a tip record: for each tip the ref or null, and the body of the run or [its id]. */
export function encodeTips(tips: readonly StoredTip[]): Uint8Array {
  return encode(
    tips.map((tip) => [tip.ref ?? null, tip.run ?? ("id" in tip ? [idBytes(tip.id)] : null)]),
  );
}

/** Reads the payload of a tip record. Throws STORE_DAMAGED. */
export function decodeTips(payload: Uint8Array): StoredTip[] {
  const content = decodeContent(payload);
  const tips = Array.isArray(content) ? content.map(storedTip) : [undefined];
  if (tips.length > 0 && tips.every((tip) => tip !== undefined)) return tips;
  throw new RewindError("STORE_DAMAGED", "expected a tip to hold refs and their runs");
}

function storedTip(content: unknown): StoredTip | undefined {
  if (!Array.isArray(content) || content.length !== 2) return undefined;
  const [name, run] = content;
  if (name !== null && typeof name !== "string") return undefined;
  const ref = name ?? undefined;
  if (run instanceof Uint8Array) return { ref, run };
  const [id] = Array.isArray(run) && run.length === 1 ? run : [];
  if (!(id instanceof Uint8Array) || id.length !== 32) return undefined;
  return { ref, run: undefined, id: toHex(id) as Id<"run" | "ensemble"> };
}

/** A tip is a list of pairs, and a pair may hold a list; there may be many forks, but not millions. */
const TIP_LIMITS = { depth: 3, items: 1 << 20 };

function decodeContent(payload: Uint8Array): unknown {
  try {
    return decode(payload, { limits: TIP_LIMITS });
  } catch (cause) {
    throw new RewindError("STORE_DAMAGED", "expected a tip to be encoded", {}, { cause });
  }
}
