/** A number in a JSON text, as it is written there. */
export class Numeral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * What a JSON text holds, each number as the `Numeral` that it is: `JSON.parse` alone rounds
 * numbers, and does not say so. Throws SyntaxError.
 *
 * @example
 * ```ts
 * parseJson('{"id": 9007199254740993}'); // { id: Numeral { text: "9007199254740993" } }
 * ```
 */
export function parseJson(text: string): unknown {
  // Each text gets a letter before it that tells it from a number, which becomes a text as well.
  const marked = text.replace(TOKENS, (token) =>
    token.startsWith('"') ? `"${TEXT}${token.slice(1)}` : `"${NUMBER}${token}"`,
  );
  return unmarked(JSON.parse(marked));
}

const TEXT = "t";
const NUMBER = "n";

const TOKENS =
  /"(?:[^"\\]|\\.)*"|-?(?<![\w.])(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/g;

function unmarked(json: unknown): unknown {
  if (typeof json === "string") {
    return json.startsWith(NUMBER) ? new Numeral(json.slice(1)) : json.slice(1);
  }
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(unmarked);
  // It defines properties, so "__proto__" is a key like any other.
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => [nameIn(key), unmarked(item)]),
  );
}

function nameIn(key: string): string {
  if (key.startsWith(TEXT)) return key.slice(1);
  throw new SyntaxError(`expected a text as a key, got ${key.slice(1)}`);
}
