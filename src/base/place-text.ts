import type { PlaceInCode } from "./error-data.ts";

/** The file and the line of a place: of a file as it is now, or of recorded code. */
export function placeText({ file, line, recorded }: PlaceInCode): string {
  return `${recorded ? "recorded " : ""}${file}:${line}`;
}
