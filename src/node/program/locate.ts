import { SourceMap, type SourceMapPayload } from "node:module";
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
  readonly packageOf: PackageOfLine;
}

/** The package, as `name@version`, that a line of a program belongs to; undefined for the user's own. */
export type PackageOfLine = (line: number) => string | undefined;

/** Finds the package of a line, counted from 1. */
export function packagesByLine(parts: readonly SourcePart[]): PackageOfLine {
  let line = 1;
  const ends = parts.map((part) => {
    line += part.code.split("\n").length - 1;
    return { line, label: part.package };
  });
  return (asked) => ends.find((end) => asked < end.line)?.label;
}

/**
 * The places in the source files that a stack trace of a program names, the innermost first. The
 * map is read only when a step has failed.
 */
export function placesIn(stack: string, { filename, map, packageOf }: MappedCode): CodePlace[] {
  const places: CodePlace[] = [];
  const sources = new SourceMap(JSON.parse(map.json) as SourceMapPayload);
  for (const text of stack.split("\n")) {
    const at = text.lastIndexOf(`${filename}:`);
    if (!/^\s+at /.test(text) || at < 0) continue;
    const [, line = "", column = ""] =
      /^(\d+):(\d+)/.exec(text.slice(at + filename.length + 1)) ?? [];
    const mapped = Number(line) - 1 - map.shift;
    const found = sources.findEntry(mapped, Number(column) - 1);
    // Without a mapping of this line, the last one of a line above is found.
    if (!("originalSource" in found) || found.generatedLine !== mapped) continue;
    const label = packageOf(Number(line));
    const name = /^\s+at (.+) \(/.exec(text)?.[1];
    places.push({
      file: found.originalSource.replace(/^(?:program|package):/, ""),
      line: found.originalLine + 1,
      column: found.originalColumn + 1,
      ...(name !== undefined && { function: name }),
      ...(label !== undefined && { package: label }),
    });
  }
  return places;
}

/**
 * Where the one class or constructor of this name stands in the source files; undefined if none is
 * found, or several. The bundle may call it by another name, such as `_Wolf` or `Wolf2`.
 */
export function classPlaceIn(
  code: string,
  name: string,
  mapped: MappedCode,
): CodePlace | undefined {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return undefined;
  const word = `_?${name.replaceAll("$", "\\$")}\\d*`;
  const [declared, assigned] = [`(?:class|function)\\s+${word}(?![\\w$])`, `${word} = class\\b`];
  const found = code.matchAll(new RegExp(`(?<![\\w$.])(?:${declared}|${assigned})`, "g"));
  const lines = [...found].map(({ index }) => {
    const before = code.slice(0, index).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    return `    at ${mapped.filename}:${before.length}:${column}`;
  });
  const [place, ...others] = placesIn(lines.join("\n"), mapped);
  const isOne = others.every(({ file, line }) => file === place?.file && line === place.line);
  return isOne ? place : undefined;
}
