import { toHex, utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { isId } from "../object/id.ts";
import { PackTable } from "./pack-table.ts";
import type { PackRef, RefValue } from "./remote.ts";

/**
 * A ref of a remote as text, which people can read:
 *
 * ```
 * rewind ref 1
 * target 6d0c…
 * steps 1000000
 * code yes
 * base 41b7… 18220 412
 * checkpoints 9a3e… 194310 608
 * end 77aa…
 * ```
 *
 * A pack has its hash, its length in bytes and its number of objects. The last line holds the
 * SHA-256 of those before it, so that a file that is still being written counts as absent.
 */
const HEADER = "rewind ref 1";

/** A value of more bytes is refused. */
export const LARGEST_REF_VALUE: number = 1 << 20;

/** A value that names more packs is refused: they are 160 GB as a push makes them. */
export const MOST_PACKS = 10_000;

/** A pack of more bytes is refused. */
export const LARGEST_PACK: number = 1 << 26;

/** A pack of more objects is refused: what a push puts into one fits by far. */
export const MOST_OBJECTS: number = 1 << 19;

/** The text of a value. */
export function formatRefValue(value: RefValue, hash: Hash): string {
  const lines = [
    HEADER,
    `target ${value.target}`,
    `steps ${value.steps}`,
    `code ${value.code ? "yes" : "no"}`,
    ...value.packs.map(({ holds, hash, bytes, objects }) =>
      [holds, hash, bytes, objects].join(" "),
    ),
  ];
  const text = `${lines.join("\n")}\n`;
  return `${text}end ${toHex(hash(utf8(text)))}\n`;
}

/**
 * Reads what `formatRefValue` gave; undefined for text that is cut short. Throws REMOTE_INVALID,
 * and UNSUPPORTED_FORMAT for a later version.
 */
export function parseRefValue(
  text: string,
  where: string,
  hash: Hash,
  table: PackTable = new PackTable(),
): RefValue | undefined {
  const invalid = (problem: string): RewindError =>
    new RewindError("REMOTE_INVALID", `${where} is not a valid ref: ${problem}`, { ref: where });
  if (text.length > LARGEST_REF_VALUE) throw invalid(`it has over ${LARGEST_REF_VALUE} bytes`);
  const [, version] = /^rewind ref (\d{1,9})\n/.exec(text) ?? [];
  if (version !== undefined && version !== "1") {
    const message = `expected ${where} in format 1, got format ${version}`;
    throw new RewindError("UNSUPPORTED_FORMAT", message, { format: version });
  }
  const [, body, digest] = /^(.*\n)end ([0-9a-f]{64})\n$/s.exec(text) ?? [];
  if (body === undefined || toHex(hash(utf8(body))) !== digest) return undefined;
  const [header, target, steps, code, ...packs] = body.split("\n").slice(0, -1);
  const id = /^target (.*)$/.exec(target ?? "")?.[1] ?? "";
  if (header !== HEADER || !isId(id)) throw invalid("it names no run");
  const count = Number(/^steps (\d{1,16})$/.exec(steps ?? "")?.[1]);
  if (!Number.isSafeInteger(count)) throw invalid("it does not say how long its run is");
  if (code !== "code yes" && code !== "code no") throw invalid("it does not say if it has code");
  const parsePack = (line: string): PackRef => {
    const [, holds, name, bytes, objects] =
      /^(base|checkpoints) ([0-9a-f]{64}) (\d{1,10}) (\d{1,10})$/.exec(line) ?? [];
    if (name === undefined)
      throw invalid(`expected a pack, got ${JSON.stringify(line.slice(0, 80))}`);
    if (Number(bytes) > LARGEST_PACK) {
      throw invalid(`a pack of ${bytes} bytes, expected at most ${LARGEST_PACK}`);
    }
    if (Number(objects) > MOST_OBJECTS) {
      throw invalid(`a pack of ${objects} objects, expected at most ${MOST_OBJECTS}`);
    }
    const seen = names.size;
    if (names.add(name).size === seen)
      throw invalid(`it names the pack ${name.slice(0, 12)} twice`);
    return {
      holds: holds as PackRef["holds"],
      ...{ hash: name, bytes: Number(bytes), objects: Number(objects) },
    };
  };
  const names = new Set<string>();
  if (packs.length > MOST_PACKS) {
    throw invalid(`it names ${packs.length} packs, expected at most ${MOST_PACKS}`);
  }
  const value = { target: id, steps: count, code: code === "code yes" };
  return table.shared({ ...value, packs: packs.map(parsePack) }, where);
}
