import { RewindError } from "../base/errors.ts";

/** A word, a number or a sign of a plan, and where it stands, both counted from 1. */
export interface Token {
  /** Empty at the end of the text. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Whether it may be the end of a number that was written as 1,000. */
  readonly thousands?: boolean;
}

/** The tokens of a plan one by one. */
export interface TokenReader {
  /** The next token, without taking it. */
  peek(): Token;
  /** Takes the next token. */
  take(): Token;
  /** Whether the next token is `text`; takes it if so. */
  takes(text: string): boolean;
}

/** Reads the tokens of `text`. A line's end is a semicolon; text after # is a comment. */
export function readTokens(text: string): TokenReader {
  const tokens = tokensOf(text);
  const end = tokens.at(-1) as Token;
  let at = 0;
  const peek = (): Token => tokens[at] ?? end;
  const take = (): Token => {
    const token = peek();
    at++;
    return token;
  };
  return { peek, take, takes: (wanted) => peek().text === wanted && take() !== undefined };
}

/** The error for a token when something else was expected; `hint` says what helps. */
export function expectedAt(token: Token, expected: string, hint = ""): RewindError {
  const got = token.text === "" ? "the end" : token.text === ";" ? "the step's end" : quoted(token);
  const helps = token.thousands ? "; a thousand is written 1_000" : hint;
  return planErrorAt(token, `expected ${expected}, got ${got}${helps}`);
}

/** An error in a plan's text. */
export function planErrorAt({ line, column }: Token, message: string): RewindError {
  return new RewindError("INVALID_PLAN", `line ${line}, column ${column}: ${message}`, {
    line,
    column,
  });
}

function quoted({ text }: Token): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function tokensOf(text: string): Token[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.flatMap((written, i) => {
    const line = i + 1;
    const code = written.replace(/#.*$/, "");
    const tokens = [...code.matchAll(/[;{}]|[^\s;{},]+/g)].map((match) => ({
      text: match[0],
      line,
      column: match.index + 1,
      // A comma between digits, as in 1,000.
      ...(code[match.index - 1] === "," && /\d,\d{3}\b/.test(code.slice(match.index - 2))
        ? { thousands: true }
        : {}),
    }));
    const last = line === lines.length;
    return [...tokens, { text: last ? "" : ";", line, column: code.trimEnd().length + 1 }];
  });
}
