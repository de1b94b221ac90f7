/**
 * JavaScript without what is not code: comments, texts and regular expressions become spaces, so that a
 * search finds names alone. The code inside templates stays.
 *
 * @example
 * ```ts
 * codeOnly("class A { #x = '#y' } // #z"); // "class A { #x =      }      "
 * ```
 */
export function codeOnly(source: string): string {
  let code = "";
  let at = 0;
  /** For each open template, the braces open in its current part of code. */
  const templates: number[] = [];
  const blank = (end: number): void => {
    code += " ".repeat(end - at);
    at = end;
  };
  /** Passes the text of a template, up to its end or to the next part of code. */
  const text = (): void => {
    const [part] = match(TEMPLATE_TEXT, source, at);
    if (part.endsWith("${")) templates.push(0);
    blank(at + part.length);
  };
  while (at < source.length) {
    const character = source.charAt(at);
    if (character === "`") {
      blank(at + 1);
      text();
    } else if (character === "}" && templates.at(-1) === 0) {
      templates.pop();
      blank(at + 1);
      text();
    } else {
      const skipped = match(SKIPPED, source, at)[0].length;
      const isPattern = skipped === 0 && character === "/" && mayBeginPattern(code);
      const length = isPattern ? match(PATTERN, source, at)[0].length : skipped;
      if (length > 0) {
        blank(at + length);
        continue;
      }
      const open = templates.length - 1;
      if (open >= 0 && character === "{") templates[open] = (templates[open] as number) + 1;
      if (open >= 0 && character === "}") templates[open] = (templates[open] as number) - 1;
      code += character;
      at++;
    }
  }
  return code;
}

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | readonly [""] {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? [""];
}

/** Whether a slash after this code begins a regular expression, not a division. */
function mayBeginPattern(code: string): boolean {
  const before = code.trimEnd();
  return before === "" || /[^\p{ID_Continue}$)\]}]$/u.test(before) || AFTER_WORD.test(before);
}

const SKIPPED =
  /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/y;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{|$)/y;
const PATTERN = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const AFTER_WORD = /\b(?:return|typeof|case|in|of|void|delete|throw|new|do|else|yield|await)$/;
