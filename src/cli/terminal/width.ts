import { eastAsianWidth } from "get-east-asian-width";
import { COLOUR } from "./visible.ts";

/** The number of terminal columns that a text takes; colours take none. */
export function width(text: string): number {
  // Nearly every text is plain and needs no look-up.
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const [character] of text.replace(COLOUR, "").matchAll(CHARACTERS)) {
    columns += widthOf(character);
  }
  return columns;
}

/** A character, with the selector that makes it an emoji if one follows. */
const CHARACTERS: RegExp = /\p{Extended_Pictographic}\ufe0f|[\s\S]/gu;

/** Marks combine with the character before them; the others are invisible. */
const NO_WIDTH: RegExp = /^[\p{Mn}\p{Me}\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

function widthOf(character: string): number {
  if (character.endsWith("\ufe0f") && character.length > 1) return 2;
  if (NO_WIDTH.test(character)) return 0;
  return eastAsianWidth(character.codePointAt(0) as number);
}
