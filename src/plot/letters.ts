/**
 * About how many pixels a text takes in a sans-serif font of a size. Rather too many than too few,
 * because the font of the reader is not known.
 */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const letter of text) width += widthOf(letter);
  return width * size;
}

function widthOf(letter: string): number {
  if (/[il.,:;'|!()[\] j]/.test(letter)) return 0.34;
  if (/[mwMW@%—]/.test(letter)) return 0.92;
  if (/[A-Z→]/.test(letter)) return 0.72;
  return letter.charCodeAt(0) < 0x1100 ? 0.61 : 1;
}

/** A text that is at most so wide, with "…" in place of the rest. */
export function fitted(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}
