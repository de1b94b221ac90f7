import { SourceMap, type SourceMapPayload } from "node:module";
import { splitLabel } from "../../object/program.ts";
import { linesIn, shownLine } from "../../object/shown-source.ts";
import type { CodePlace, SourcePart } from "../../replay/programs.ts";

/** A source map as esbuild writes it, and how many lines of the program come before its first. */
export interface ProgramMap {
  readonly json: string;
  readonly shift: number;
}

/** The code of a program, and what tells where a place of it is for the user. */
export interface LocatedCode {
  readonly filename: string;
  readonly placeOf: PlaceOf;
}

/** What the user knows a line and a column of a program as, both counted from 1. */
export type PlaceOf = (line: number, column: number) => CodePlace | undefined;

/** The package, as `name@version`, that a line of a program belongs to; undefined for the user's own. */
export type PackageOfLine = (line: number) => string | undefined;

/** Finds the package of a line, counted from 1. */
export function packagesByLine(parts: readonly SourcePart[]): PackageOfLine {
  let line = 1;
  const ends = parts.map((part) => {
    line += linesIn(part.code);
    return { line, label: part.package };
  });
  return (asked) => ends.find((end) => asked < end.line)?.label;
}

/** Finds places in the source files. The map is read at the first one: most programs never fail. */
export function placesInFiles({ json, shift }: ProgramMap, packageOf: PackageOfLine): PlaceOf {
  let sources: SourceMap | undefined;
  return (line, column) => {
    sources ??= new SourceMap(JSON.parse(json) as SourceMapPayload);
    const mapped = line - 1 - shift;
    const found = sources.findEntry(mapped, column - 1);
    // Without a mapping of this line, the last one of a line above is found.
    if (!("originalSource" in found) || found.generatedLine !== mapped) return undefined;
    const label = packageOf(line);
    return {
      file: found.originalSource.replace(/^(?:program|package):/, ""),
      line: found.originalLine + 1,
      column: found.originalColumn + 1,
      ...(label !== undefined && { package: label }),
    };
  };
}

/** Finds places in recorded code, which has no map, as `show --source` prints it. */
export function placesInRecorded(module: string, parts: readonly SourcePart[]): PlaceOf {
  const stretches = parts.map(({ package: label, code }) => ({ label, code }));
  return (at, column) => {
    const { line, label } = shownLine(stretches, at) ?? {};
    if (line === undefined) return undefined;
    if (label === undefined) return { file: module, line, column, recorded: true };
    return { file: splitLabel(label)[0], line, column, package: label, recorded: true };
  };
}

/** The places in a program that a stack trace names, the innermost first. */
export function placesIn(stack: string, { filename, placeOf }: LocatedCode): CodePlace[] {
  const places: CodePlace[] = [];
  for (const text of stack.split("\n")) {
    const at = text.lastIndexOf(`${filename}:`);
    if (!/^\s+at /.test(text) || at < 0) continue;
    const [, line = "", column = ""] =
      /^(\d+):(\d+)/.exec(text.slice(at + filename.length + 1)) ?? [];
    const place = placeOf(Number(line), Number(column));
    if (place === undefined) continue;
    const name = /^\s+at (.+) \(/.exec(text)?.[1];
    places.push({ ...place, ...(name !== undefined && { function: name }) });
  }
  return places;
}

/**
 * Where the one class or constructor of this name stands in a program; undefined if none is
 * found, or several. The bundle may call it by another name, such as `_Wolf` or `Wolf2`.
 */
export function classPlaceIn(
  code: string,
  name: string,
  located: LocatedCode,
): CodePlace | undefined {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return undefined;
  const word = `_?${name.replaceAll("$", "\\$")}\\d*`;
  const [declared, assigned] = [`(?:class|function)\\s+${word}(?![\\w$])`, `${word} = class\\b`];
  const found = code.matchAll(new RegExp(`(?<![\\w$.])(?:${declared}|${assigned})`, "g"));
  const lines = [...found].map(({ index }) => {
    const before = code.slice(0, index).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    return `    at ${located.filename}:${before.length}:${column}`;
  });
  const [place, ...others] = placesIn(lines.join("\n"), located);
  const isOne = others.every(({ file, line }) => file === place?.file && line === place.line);
  return isOne ? place : undefined;
}
