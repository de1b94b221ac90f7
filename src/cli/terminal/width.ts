import { eastAsianWidth } from "get-east-asian-width";

/** How many columns a text takes on a terminal, its colours left out. */
export function width(text: string): number {
  // Nearly every text is plain, and needs no look at what its characters are.
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const [character] of text.replace(COLOURS, "").matchAll(CHARACTERS)) {
    columns += widthOf(character);
  }
  return columns;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape begins a colour.
const COLOURS: RegExp = /\u001b\[[0-9;]*m/g;

/** A character, with the selector behind it that makes an emoji of it. */
const CHARACTERS: RegExp = /\p{Extended_Pictographic}\ufe0f|[\s\S]/gu;

/** Marks stand over what is before them, and the rest of these is not seen. */
const NO_WIDTH: RegExp = /^[\p{Mn}\p{Me}\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

function widthOf(character: string): number {
  if (character.endsWith("\ufe0f") && character.length > 1) return 2;
  if (NO_WIDTH.test(character)) return 0;
  return eastAsianWidth(character.codePointAt(0) as number);
}
