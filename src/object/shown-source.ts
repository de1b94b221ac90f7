import { utf8 } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { splitLabel } from "./program.ts";
import type { Stretch } from "./program-contents.ts";

/** The part of a recorded source to show; by default the user's own files. */
export interface SourceWish {
  readonly all?: boolean | undefined;
  /** The name of a package. */
  readonly package?: string | undefined;
}

/** The parts of a source that are wanted, with a line for each that is left out. */
export function shownSource(
  stretches: readonly Stretch[],
  { all = false, package: wanted }: SourceWish,
): string {
  return stretches
    .map(({ label, code }) => {
      if (wanted !== undefined)
        return label !== undefined && splitLabel(label)[0] === wanted ? code : "";
      if (label === undefined || all) return code;
      return `// ${label}: ${count(utf8(code).length)} bytes, left out\n\n`;
    })
    .join("");
}

/** A line of a recorded source, as a reader finds it. */
export interface ShownLine {
  /** Counted from 1 in the user's own files as they are shown, or in the code of the package. */
  readonly line: number;
  /** The package, as `name@version`; undefined for the user's own files. */
  readonly label: string | undefined;
}

/** Where a line of a whole source, counted from 1, is shown; undefined for an empty source. */
export function shownLine(stretches: readonly Stretch[], line: number): ShownLine | undefined {
  let before = 0;
  for (const [i, { label, code }] of stretches.entries()) {
    const lines = linesIn(code);
    const isLast = i === stretches.length - 1;
    if (line <= before + lines || isLast) {
      const wish = label === undefined ? {} : { package: splitLabel(label)[0] };
      const shownBefore = linesIn(shownSource(stretches.slice(0, i), wish));
      return { line: line - before + shownBefore, label };
    }
    before += lines;
  }
  return undefined;
}

/** The line ends in code, as JavaScript counts them. */
export function linesIn(code: string): number {
  return code.match(/\r\n|[\n\r\u2028\u2029]/g)?.length ?? 0;
}
