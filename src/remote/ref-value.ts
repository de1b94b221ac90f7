import { toHex, utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { type Id, isId } from "../object/id.ts";
import { PackTable } from "./pack-table.ts";
import type { PackRef, RefValue, RunSummary } from "./remote.ts";

/**
 * A ref of a remote as text, which people can read:
 *
 * ```
 * rewind ref 1
 * target 6d0c…
 * steps 1000000
 * code yes
 * full yes
 * run 6d0c…
 * parent 8f20… 500000
 * time 2026-11-29T12:00:00.000Z
 * message "a calmer market"
 * base 41b7… 18220 412
 * checkpoints 9a3e… 194310 608
 * end 77aa…
 * ```
 *
 * There may be up to 16 parents, and no time and no message, which is a text in JSON. A pack has its
 * hash, its length in bytes and its number of objects. The last line holds the
 * SHA-256 of those before it, so that a file that is still being written counts as absent.
 */
const HEADER = "rewind ref 1";

/** A value of more bytes is refused. */
export const LARGEST_REF_VALUE: number = 1 << 20;

/** A value that names more packs is refused: they are 80 GB as a push makes them. */
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
    `full ${value.full ? "yes" : "no"}`,
    ...summaryLines(value.about),
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
  const [header, target, steps, code, full, ...rest] = body.split("\n").slice(0, -1);
  const id = /^target (.*)$/.exec(target ?? "")?.[1] ?? "";
  if (header !== HEADER || !isId(id)) throw invalid("it names no run");
  const count = Number(/^steps (\d{1,16})$/.exec(steps ?? "")?.[1]);
  if (!Number.isSafeInteger(count)) throw invalid("it does not say how long its run is");
  if (code !== "code yes" && code !== "code no") throw invalid("it does not say if it has code");
  if (full !== "full yes" && full !== "full no") {
    throw invalid("it does not say if it has checkpoints");
  }
  const { about, packs } = parseSummary(rest, invalid);
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
  const value = { target: id, steps: count, code: code === "code yes", full: full === "full yes" };
  return table.shared({ ...value, about, packs: packs.map(parsePack) }, where);
}

const MOST_PARENTS = 16;
const LONGEST_TIME = 40;
/** A longer message is cut. */
const LONGEST_MESSAGE = 200;

function summaryLines({ run, parents, time, message }: RunSummary): string[] {
  return [
    `run ${run}`,
    ...parents.slice(0, MOST_PARENTS).map(({ run, step }) => `parent ${run} ${step}`),
    ...(time === undefined
      ? []
      : [`time ${time.replace(/[^\x20-\x7e]/g, "").slice(0, LONGEST_TIME)}`]),
    ...(message === undefined ? [] : [`message ${JSON.stringify(shortened(message))}`]),
  ];
}

function shortened(message: string): string {
  const short = message.slice(0, LONGEST_MESSAGE);
  // Not the first half of a character.
  return short === message ? short : `${short.slice(0, -1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** The lines that say what the run is, and those after them. */
function parseSummary(
  lines: readonly string[],
  invalid: (problem: string) => RewindError,
): { readonly about: RunSummary; readonly packs: readonly string[] } {
  const parents: RunSummary["parents"][number][] = [];
  const run = /^run ([0-9a-f]{64})$/.exec(lines[0] ?? "")?.[1];
  if (run === undefined) throw invalid("it does not say which run it leads to");
  let at = 1;
  for (; at < lines.length; at++) {
    const [, parent, step] = /^parent ([0-9a-f]{64}) (\d{1,16})$/.exec(lines[at] ?? "") ?? [];
    if (parent === undefined) break;
    parents.push({ run: parent as Id, step: Number(step) });
  }
  if (parents.length > MOST_PARENTS) throw invalid(`it names ${parents.length} parents`);
  const time = /^time ([\x20-\x7e]{0,40})$/.exec(lines[at] ?? "")?.[1];
  if (time !== undefined) at++;
  const quoted = /^message (".*")$/.exec(lines[at] ?? "")?.[1];
  if (quoted !== undefined) at++;
  const message = quoted === undefined ? undefined : parsedText(quoted);
  if (message === null || (message?.length ?? 0) > LONGEST_MESSAGE) {
    throw invalid("its message is not a short text");
  }
  return { about: { run: run as Id, parents, time, message }, packs: lines.slice(at) };
}

/** A text in JSON; null for anything else. */
function parsedText(quoted: string): string | null {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
