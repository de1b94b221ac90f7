/**
 * esbuild computes `**` between the constants of an enum while it bundles, with a power function
 * that differs from JavaScript's in the last bit: `10 ** -5` becomes 0.00001, where JavaScript has
 * 0.000009999999999999999. With a call in it, JavaScript computes the expression: `10 .valueOf() **
 * -5`. A following member without a value gets an explicit one: `enum E { A = 2 ** 3, B }` becomes
 * `enum E { A = 2 .valueOf() ** 3, B = E["A"] + 1 }`.
 *
 * So does one after a member that refers to others, because those may be such members of another
 * file.
 *
 * Line numbers do not change. Code without such an enum is returned unchanged.
 *
 * @example
 * ```ts
 * exactEnums("enum U { MICRO = 10 ** -5 }"); // "enum U { MICRO = 10 .valueOf()** -5 }"
 * ```
 */
export function exactEnums(code: string): string {
  if (!/\benum\b/.test(code)) return code;
  const tokens = tokensOf(code);
  let text = "";
  let done = 0;
  const edit = (at: number, end: number, by: string): void => {
    text += code.slice(done, at) + by;
    done = end;
  };
  for (let i = 0; i + 2 < tokens.length; i++) {
    const [word, name, brace] = tokens.slice(i, i + 3) as [Token, Token, Token];
    const isEnum = word.text === "enum" && /^[\p{ID_Start}$_]/u.test(name.text);
    if (!isEnum || brace.text !== "{" || tokens[i - 1]?.text === ".") continue;
    const end = closing(tokens, i + 2);
    editEnum(tokens.slice(i + 3, end), name.text, edit);
    i = end;
  }
  return text + code.slice(done);
}

type Edit = (at: number, end: number, by: string) => void;

function editEnum(body: readonly Token[], name: string, edit: Edit): void {
  let before: string | undefined;
  let computed = false;
  for (const member of membersOf(body)) {
    const [key, equals] = member;
    if (key === undefined) continue;
    const quoted = /^["']/.test(key.text) ? key.text : JSON.stringify(key.text);
    if (equals === undefined) {
      if (computed) edit(key.end, key.end, ` = ${name}[${before}] + 1`);
    } else {
      const powers = member.filter(({ text }) => text === "**");
      for (const { start, end } of powers) edit(start, end, " .valueOf()**");
      computed ||=
        powers.length > 0 || member.slice(2).some(({ text }) => /^[^\W\d]|\$/.test(text));
    }
    before = quoted;
  }
}

function membersOf(body: readonly Token[]): Token[][] {
  const members: Token[][] = [[]];
  let depth = 0;
  for (const token of body) {
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text)) depth--;
    if (token.text === "," && depth === 0) members.push([]);
    else members.at(-1)?.push(token);
  }
  return members;
}

/** The index of the bracket that closes the one at `open`. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (/^[([{]$/.test(tokens[i]?.text ?? "")) depth++;
    else if (/^[)\]}]$/.test(tokens[i]?.text ?? "") && --depth === 0) return i;
  }
  return tokens.length;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Words, numbers, texts and signs; comments and spaces are left out. */
function tokensOf(code: string): Token[] {
  const tokens: Token[] = [];
  const templates: number[] = [];
  const closedFrom = closings(code);
  let depth = 0;
  let at = 0;
  let regExpMayFollow = true;
  while (at < code.length) {
    const closesTemplate = code[at] === "}" && templates.at(-1) === depth;
    const kind = closesTemplate ? TEMPLATE : kindAt(code, at, regExpMayFollow);
    const text = kind === undefined ? wordAt(code, at) : code.slice(at, closedFrom(kind, at));
    if (kind === TEMPLATE && text.endsWith("${")) {
      if (!closesTemplate) templates.push(depth);
    } else if (closesTemplate) templates.pop();
    else if (text === "{") depth++;
    else if (text === "}") depth--;
    if (!/^(?:\s|\/[/*])/.test(text)) {
      tokens.push({ text, start: at, end: at + text.length });
      regExpMayFollow = mayBeRegExp(text);
    }
    at += text.length;
  }
  return tokens;
}

/** A kind of text with a beginning and an end. */
interface Kind {
  /** All of it except what closes it: it also matches a text that is not closed. */
  readonly body: RegExp;
  readonly close: RegExp;
}

const COMMENT: Kind = { body: /\/\*[^*]*(?:\*(?!\/)[^*]*)*/y, close: /\*\//y };
const DOUBLE: Kind = { body: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*/y, close: /"/y };
const SINGLE: Kind = { body: /'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*/y, close: /'/y };
/** From a backquote, or the brace after an expression, to the next of either. */
const TEMPLATE: Kind = {
  body: /[`}][^`\\$]*(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*)*/y,
  close: /`|\$\{/y,
};
const REGEXP: Kind = {
  body: /\/[^/\\[\n]*(?:(?:\\.|\[[^\]\\\n]*(?:\\.[^\]\\\n]*)*\]?)[^/\\[\n]*)*/y,
  close: /\/[a-z]*/y,
};

function kindAt(code: string, at: number, regExpMayFollow: boolean): Kind | undefined {
  const first = code[at];
  if (first === '"') return DOUBLE;
  if (first === "'") return SINGLE;
  if (first === "`") return TEMPLATE;
  if (first !== "/" || code[at + 1] === "/") return undefined;
  return code[at + 1] === "*" ? COMMENT : regExpMayFollow ? REGEXP : undefined;
}

/**
 * A function that finds the end of a text that begins at an index. Of a text that is not closed it
 * takes one character, and remembers how far it has searched: no text of that kind that begins
 * before is closed either. So each part of the code is searched once for each kind.
 */
function closings(code: string): (kind: Kind, at: number) => number {
  const searched = new Map<Kind, number>();
  return (kind, at) => {
    if (at < (searched.get(kind) ?? 0)) return at + 1;
    const end = endOf(kind.body, code, at);
    const closed = endOf(kind.close, code, end);
    if (closed > end) return closed;
    searched.set(kind, end);
    return at + 1;
  };
}

/** The end of a match at an index; the index if there is no match. */
function endOf(pattern: RegExp, code: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(code) ? pattern.lastIndex : at;
}

/** Spaces, a comment to the line's end, a word, a number or a sign. */
function wordAt(code: string, at: number): string {
  return code.slice(at, Math.max(endOf(WORD, code, at), at + 1));
}

const WORD = /\s+|\/\/[^\n]*|[\p{ID_Start}$_][\p{ID_Continue}$]*|\.?\d[\w.]*|\*\*|=>|==+/uy;

/** Whether a slash after this token begins a regular expression instead of dividing. */
function mayBeRegExp(last: string): boolean {
  if (/^(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/.test(last)) {
    return true;
  }
  // Only the end counts: a pattern that is tried at each character would take long for a long text.
  return !/[\p{ID_Continue}$)\]}"'`.]$/u.test(last.slice(-2));
}
