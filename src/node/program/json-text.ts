/**
 * JSON without what only a tsconfig.json may have: comments, a comma after the last item of a list,
 * and blanks such as U+2028. One pass, whatever the text is.
 *
 * @example
 * ```ts
 * withoutComments('{ "a": [1, 2,] } // so'); // '{ "a": [1, 2 ] }  '
 * ```
 */
export function withoutComments(text: string): string {
  const parts: string[] = [];
  let comma = -1; // the part that is a comma, if only blanks follow it
  for (const part of partsOf(text)) {
    if (comma !== -1 && /^[\]}]/.test(part)) parts[comma] = " ";
    if (part === ",") comma = parts.length;
    const isBlank = isComment(part) || !/\S/.test(part);
    if (!isBlank && part !== ",") comma = -1;
    parts.push(isBlank ? " " : part);
  }
  return parts.join("");
}

/** The strings in a text that is like JSON, and how many colons are outside of them. */
export function stringsOf(text: string): { readonly strings: string[]; readonly colons: number } {
  const strings: string[] = [];
  let colons = 0;
  for (const part of partsOf(text)) {
    if (part === ":") colons++;
    if (part.startsWith('"')) strings.push(stringIn(part));
  }
  return { strings, colons };
}

/** The string that JSON stands for; "" if it is not valid. */
function stringIn(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return "";
  }
}

function isComment(part: string): boolean {
  return part.length > 1 && part.startsWith("/");
}

/** A text cut into strings with their quotes, comments, and single characters. */
function* partsOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = endOfPart(text, at);
    yield text.slice(at, end);
    at = end;
  }
}

/** The end of the string or the comment that begins at `at`, or of the one character there. */
function endOfPart(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  if (two === "/*") {
    const end = text.indexOf("*/", at + 2);
    return end === -1 ? text.length : end + 2;
  }
  if (two === "//") {
    LINE_END.lastIndex = at;
    return LINE_END.exec(text)?.index ?? text.length;
  }
  return text[at] === '"' ? endOfString(text, at) : at + 1;
}

const LINE_END = /[\n\r\u2028\u2029]/g;

/** The end of the string that begins at `at`; an unclosed string extends to the end of the text. */
function endOfString(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === '"') return end + 1;
  }
  return text.length;
}
