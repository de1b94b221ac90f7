/** Text to insert at an index of a code: whole lines where a line begins, or a part of one line. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/**
 * The source map, as JSON, of a code with texts inserted; they are sorted, and have no source
 * themselves. The map begins `shift` lines after the code.
 */
export function insertIntoMap(
  { code, mapJson, shift }: { code: string; mapJson: string; shift: number },
  insertions: readonly Insertion[],
): string {
  if (insertions.length === 0) return mapJson;
  const map = JSON.parse(mapJson) as { mappings: string };
  const lines = map.mappings.split(";");
  // The columns are those of the code before, so a line's last insertion comes first.
  for (const { line, column, text } of withPlaces(code, insertions).reverse()) {
    // What comes before the first file has no mappings.
    const index = Math.max(0, line - shift);
    const mapped = lines[index];
    if (mapped === undefined) continue;
    const added = text.split("\n").length - 1;
    lines[index] = added > 0 ? ";".repeat(added) + mapped : moved(mapped, column, text.length);
  }
  return JSON.stringify({ ...map, mappings: lines.join(";") });
}

interface Placed extends Insertion {
  readonly line: number;
  readonly column: number;
}

function withPlaces(code: string, insertions: readonly Insertion[]): Placed[] {
  let line = 0;
  let begin = 0;
  return insertions.map((insertion) => {
    for (;;) {
      const end = code.indexOf("\n", begin);
      if (end < 0 || end >= insertion.at) break;
      line++;
      begin = end + 1;
    }
    return { ...insertion, line, column: insertion.at - begin };
  });
}

/** A line's mappings, with those from a column on moved to the right. */
function moved(mappings: string, from: number, by: number): string {
  let column = 0;
  let found = false;
  const segments = mappings.split(",").map((segment) => {
    // Columns are relative to the segment before, so only the first one changes.
    if (segment === "" || found) return segment;
    const [digits = ""] = /^[g-z0-9+/]*[A-Za-f]/.exec(segment) ?? [];
    const delta = numberOf(digits);
    column += delta;
    found = column >= from;
    return found ? digitsOf(delta + by) + segment.slice(digits.length) : segment;
  });
  return segments.join(",");
}

/** Base64 digits of source maps (ECMA-426, "VLQ"): 5 bits each, the lowest first, 32 if more follow. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A column's difference, which is never negative: the sign bit, the lowest, is 0. */
function numberOf(digits: string): number {
  let number = 0;
  for (const [index, digit] of [...digits].entries()) {
    number += (DIGITS.indexOf(digit) & 31) * 32 ** index;
  }
  return number / 2;
}

function digitsOf(number: number): string {
  let digits = "";
  let rest = number * 2;
  do {
    const more = rest >= 32 ? 32 : 0;
    digits += DIGITS[(rest % 32) + more];
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return digits;
}
