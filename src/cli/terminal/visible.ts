/**
 * Characters that would control a terminal, or invisibly change how a text reads: control
 * characters, changes of the writing direction, characters without width, fillers, and lone halves
 * of surrogate pairs. They are escaped in rows, because a call for each of millions is slow. U+16FE4,
 * a filler of the Khitan script, may be part of a name. Variation selectors stay: they belong to emoji.
 */
const UNSEEN: RegExp =
  /(?:(?![\n\t]|\ufe0e|\ufe0f)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb\u{16fe4}]){1,4096}/gu;

/**
 * Text from a store or a file, with invisible characters escaped as in JSON: `\u001b`, `\u200b`.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, escaped);
}

function escaped(unseen: string): string {
  let text = "";
  for (let i = 0; i < unseen.length; i++) {
    text += `\\u${unseen.charCodeAt(i).toString(16).padStart(4, "0")}`;
  }
  return text;
}

/**
 * JavaScript with the lines that it has when it runs: a lone carriage return, U+2028 and U+2029 end a line,
 * and so a comment, as a line feed does. Each is printed as its escape and a line feed. A variation selector
 * may be part of a name, and two names that look the same must not be two, so it stays only after an emoji.
 */
export function visibleCode(code: string): string {
  const lines = code
    .replace(/\r\n/g, "\n")
    .replace(/[\r\u2028\u2029]/g, (end) => `${visible(end)}\n`)
    .replace(NO_EMOJI_BEFORE, escaped);
  return visible(lines);
}

const NO_EMOJI_BEFORE = /(?<!(?!\p{ID_Continue})\p{Extended_Pictographic})[\ufe0e\ufe0f]/gu;

/** Text from a store or a file, with its unseen characters escaped, on one line. */
export function visibleLine(text: string): string {
  return visible(text).replace(/\s+/g, " ");
}

/** Text with its unseen characters escaped; colours stay as they are. */
export function visibleBetweenColours(text: string): string {
  return text
    .split(COLOUR)
    .map((part, i) => (i % 2 === 0 ? visible(part) : part))
    .join("");
}

/** A colour, as `Output.style` writes it. In brackets, so that `split` keeps it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what begins a colour.
export const COLOUR: RegExp = /(\u001b\[[0-9;]*m)/g;
