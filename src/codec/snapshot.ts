import { equalBytes } from "../base/bytes.ts";
import { describe } from "../base/checks.ts";
import { isRewindError } from "../base/errors.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import type { TypeCodecs } from "./state/type-codecs.ts";

/** What a place of a state held at a step, kept although the step may change its state in place. */
export type Snapshot =
  | { readonly value: unknown }
  /** An object, as it is stored. */
  | { readonly encoded: Uint8Array; readonly types: TypeCodecs | undefined }
  /** An object that cannot be stored, which a state may hold inside a block. */
  | { readonly unsupported: string };

/** A snapshot of the value in the box; undefined without a box, for a place that does not exist. */
export function snapshotOf(
  found: { readonly is: unknown } | undefined,
  types: TypeCodecs | undefined,
): Snapshot | undefined {
  if (found === undefined) return undefined;
  const { is: value } = found;
  if ((typeof value !== "object" || value === null) && typeof value !== "function") {
    return { value };
  }
  try {
    return { encoded: encode(value, { types }), types };
  } catch (error) {
    if (!isRewindError(error, "UNSUPPORTED_STATE")) throw error;
    return { unsupported: describe(value) };
  }
}

/** Whether two snapshots are of one value: numbers by `Object.is`, objects by their encodings. */
export function sameSnapshot(a: Snapshot | undefined, b: Snapshot | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if ("value" in a) return "value" in b && Object.is(a.value, b.value);
  if ("encoded" in a) return "encoded" in b && equalBytes(a.encoded, b.encoded);
  return "unsupported" in b && a.unsupported === b.unsupported;
}

/** The value that a snapshot was made of: a copy of an object, or a text for one that has none. */
export function snapshotValue(snapshot: Snapshot): unknown {
  if ("value" in snapshot) return snapshot.value;
  if ("unsupported" in snapshot) return snapshot.unsupported;
  return decode(snapshot.encoded, { types: snapshot.types });
}
