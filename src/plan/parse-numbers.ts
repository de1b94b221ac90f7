import { readNumber } from "../base/number-text.ts";
import { expectedAt, type TokenReader } from "./tokens.ts";

/** A whole number from `low` to 2^53 - 1, such as 1444, 1_000_000 or 1e6. */
export function readCount(tokens: TokenReader, expected: string, low = 0): number {
  const count = numberOf(tokens.peek().text);
  if (count === undefined || !Number.isSafeInteger(count) || count < low) {
    throw expectedAt(tokens.peek(), expected);
  }
  tokens.take();
  return count;
}

/** A whole number of any size and sign. */
export function readInteger(tokens: TokenReader, expected: string): bigint {
  const { text } = tokens.peek();
  if (!/^-?\d[\d_]*$/.test(text)) throw expectedAt(tokens.peek(), expected);
  return BigInt(tokens.take().text.replaceAll("_", ""));
}

/** One or more numbers, up to the first other token. */
export function readNumbers(tokens: TokenReader, expected: string): number[] {
  const numbers: number[] = [];
  for (;;) {
    const number = numberOf(tokens.peek().text);
    if (number === undefined) break;
    numbers.push(number);
    tokens.take();
  }
  if (numbers.length === 0) throw expectedAt(tokens.peek(), expected);
  return numbers;
}

function numberOf(text: string): number | undefined {
  if (!/^\d[\d_]*(\.\d+)?(e[-+]?\d+)?$/i.test(text)) return undefined;
  return readNumber(text.replaceAll("_", ""), "a number of the plan");
}
