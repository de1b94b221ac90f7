import { isRewindError } from "../../base/errors.ts";
import type { Id } from "../../object/id.ts";
import { PACK_HEADER, type PackTools } from "../../store/pack.ts";
import { decodeTips, type StoredTip } from "../../store/tip.ts";
import type { Files } from "../host/files.ts";
import { RecordScanner } from "./record-scanner.ts";

/** The valid records of a journal. */
export interface JournalContent {
  /** The offset of each object's record. */
  readonly places: ReadonlyMap<Id, number>;
  /** The last tip of each ref before the first damage; a journal may hold several recordings. */
  readonly tips: readonly StoredTip[];
  /** The same without the tips whose runs are in a mark. */
  readonly unmarked: readonly StoredTip[];
  /**
   * The end of the valid records at the start of the file. A footer, damage or an unfinished record
   * follows.
   */
  readonly validEnd: number;
  /** Whether valid records follow damage, or a record of tips holds something else. */
  readonly damaged: boolean;
  /** Whether it has the footer of a sealed pack. */
  readonly sealed: boolean;
}

/**
 * Reads the valid records of a journal, including those after a damaged one. Accepts any bytes, and
 * does work in proportion to the file's length.
 */
export function scanJournal(files: Files, descriptor: number, tools: PackTools): JournalContent {
  const scanner = new RecordScanner(files, descriptor, tools);
  const places = new Map<Id, number>();
  const tips = new Map<string | undefined, StoredTip>();
  const unmarked = new Map<string | undefined, StoredTip>();
  let isForeign = false;
  let sealed = false;
  let damagedAt: number | undefined;
  let at = scanner.startsWith(PACK_HEADER) ? PACK_HEADER.length : 0;
  while (at < scanner.length) {
    let record = scanner.recordAt(at);
    if (record === undefined) {
      record = scanner.nextRecord(at + 1);
      if (record !== undefined || scanner.hasGivenUp) damagedAt ??= at;
      if (record === undefined) break;
      at = record.offset;
    }
    const { kind, id } = record.header;
    sealed = kind === "footer";
    if (sealed) break;
    if (kind !== "tip") places.set(id, at);
    else if (damagedAt === undefined) {
      const found = tipsIn(scanner.tipPayload(record));
      isForeign ||= found === undefined;
      for (const tip of found ?? []) {
        tips.set(tip.ref, tip);
        if (tip.run !== undefined || places.has(tip.id)) unmarked.set(tip.ref, tip);
      }
    }
    at += record.length;
  }
  const validEnd = damagedAt ?? at;
  const damaged = damagedAt !== undefined || isForeign;
  const last = { tips: [...tips.values()], unmarked: [...unmarked.values()] };
  return { places, ...last, validEnd, damaged, sealed };
}

/** The tips of a record; undefined if the payload is valid but does not hold tips. */
function tipsIn(payload: Uint8Array | undefined): readonly StoredTip[] | undefined {
  if (payload === undefined) return undefined;
  try {
    return decodeTips(payload);
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  }
}
