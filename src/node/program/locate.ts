import type { CodePlace, SourcePart } from "../../replay/programs.ts";

/** A source map as esbuild writes it, and how many lines of the program come before its first. */
export interface ProgramMap {
  readonly json: string;
  readonly shift: number;
}

/** Where the bundled code of a program comes from. */
export interface MappedCode {
  readonly filename: string;
  readonly map: ProgramMap;
  readonly parts: readonly SourcePart[];
}

/**
 * The places in the source files that a stack trace of a program names, the innermost first. The
 * map is read only when a step has failed.
 */
export function placesIn(stack: string, { filename, map, parts }: MappedCode): CodePlace[] {
  const places: CodePlace[] = [];
  const lines = linesOf(map);
  for (const text of stack.split("\n")) {
    const at = text.lastIndexOf(`${filename}:`);
    if (!/^\s+at /.test(text) || at < 0) continue;
    const [, line = "", column = ""] =
      /^(\d+):(\d+)/.exec(text.slice(at + filename.length + 1)) ?? [];
    const mapped = lines[Number(line) - 1 - map.shift]?.findLast(
      (each) => each.generated <= Number(column) - 1,
    );
    if (mapped === undefined) continue;
    const label = packageAt(parts, Number(line));
    places.push({
      file: mapped.file.replace(/^(?:program|package):/, ""),
      line: mapped.line + 1,
      column: mapped.column + 1,
      ...(label !== undefined && { package: label }),
    });
  }
  return places;
}

function packageAt(parts: readonly SourcePart[], line: number): string | undefined {
  let end = 1;
  for (const part of parts) {
    end += part.code.split("\n").length - 1;
    if (line < end) return part.package;
  }
  return undefined;
}

/** A stretch of a line: its first column, and where that comes from; all counted from 0. */
interface Mapping {
  readonly generated: number;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The mappings of each line, as https://tc39.es/ecma426/ defines them. */
function linesOf({ json }: ProgramMap): Mapping[][] {
  const { sources, mappings } = JSON.parse(json) as {
    readonly sources: readonly string[];
    readonly mappings: string;
  };
  let [source, line, column] = [0, 0, 0];
  return mappings.split(";").map((text) => {
    let generated = 0;
    const found: Mapping[] = [];
    for (const segment of text.split(",")) {
      const [moved = 0, from, lines = 0, columns = 0] = numbersIn(segment);
      generated += moved;
      if (from === undefined) continue;
      source += from;
      line += lines;
      column += columns;
      found.push({ generated, file: sources[source] ?? "", line, column });
    }
    return found;
  });
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Numbers in base 64 with a sign in the lowest bit, five bits a digit, the lowest first. */
function numbersIn(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) * 2 ** shift;
    shift += 5;
    if (digit >= 32) continue;
    numbers.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2);
    [value, shift] = [0, 0];
  }
  return numbers;
}
