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
  let depth = 0;
  let at = 0;
  while (at < code.length) {
    const last = tokens.at(-1)?.text ?? "";
    const closesTemplate = code[at] === "}" && templates.at(-1) === depth;
    const rule = closesTemplate ? TEMPLATE_REST : mayBeRegExp(last) ? WITH_REGEXP : WITHOUT_REGEXP;
    rule.lastIndex = at;
    const [text = code[at] ?? ""] = rule.exec(code) ?? [];
    if (/^[`}].*\$\{$/s.test(text)) {
      if (!closesTemplate) templates.push(depth);
    } else if (closesTemplate) templates.pop();
    else if (text === "{") depth++;
    else if (text === "}") depth--;
    if (!/^(?:\s|\/[/*])/.test(text)) tokens.push({ text, start: at, end: at + text.length });
    at += text.length;
  }
  return tokens;
}

const COMMON = String.raw`\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|\x60(?:[^\x60\\$]|\\[\s\S]|\$(?!\{))*(?:\x60|\$\{)|[\p{ID_Start}$_][\p{ID_Continue}$]*|[\d.]*\d[\w.]*|\*\*|=>|==+`;
const REGEXP = String.raw`\/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*`;
const WITH_REGEXP = new RegExp(`${COMMON}|${REGEXP}`, "uy");
const WITHOUT_REGEXP = new RegExp(COMMON, "uy");
const TEMPLATE_REST = /\}(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/uy;

/** Whether a slash after this token begins a regular expression instead of dividing. */
function mayBeRegExp(last: string): boolean {
  if (/^(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/.test(last)) {
    return true;
  }
  return last === "" || !/[\p{ID_Continue}$)\]}"'`.]$/u.test(last);
}
