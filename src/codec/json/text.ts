/** A number as a JSON text spells it. */
export class Numeral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The value of a JSON text, with a `Numeral` for each number: `JSON.parse` alone rounds numbers
 * silently. Throws SyntaxError.
 *
 * @example
 * ```ts
 * parseJson('{"id": 9007199254740993}'); // { id: Numeral { text: "9007199254740993" } }
 * ```
 */
export function parseJson(text: string): unknown {
  // Numbers become strings too, so a first letter marks which strings were numbers.
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
  // fromEntries defines properties, so "__proto__" is a key like any other.
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => [nameIn(key), unmarked(item)]),
  );
}

function nameIn(key: string): string {
  if (key.startsWith(TEXT)) return key.slice(1);
  throw new SyntaxError(`expected a text as a key, got ${key.slice(1)}`);
}
