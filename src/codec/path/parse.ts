import { RewindError } from "../../base/errors.ts";
import { readNumber } from "../../base/number-text.ts";
import type { Path, PathStep } from "./format.ts";

/**
 * The path that `text` spells: names after dots, `[3]`, `["odd key"]`, `.get(17)` and `.get("a")`
 * into a Map, `.values()[2]` for a member of a Set or a value of a Map by position, `.keys()[2]`
 * for a key of a Map. A leading `state` is the root, and optional. Throws INVALID_PATH.
 *
 * @example
 * ```ts
 * parsePath("agents[3].infected"); // ["agents", 3, "infected"]
 * parsePath("state.contacts.get(17)"); // ["contacts", { get: 17 }]
 * ```
 */
export function parsePath(text: string): Path {
  const path: PathStep[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    return found;
  };
  // "state" is the root only alone or before a step; "statement" is a field.
  if (match(ROOT) === undefined) {
    const name = match(NAME);
    if (name !== undefined) path.push(name[0]);
    else if (text[0] !== "[") throw invalidPath(text, at, "a name or [");
  }
  while (at < text.length) {
    const step = nextStep(match);
    if (step === undefined) throw invalidPath(text, at, EXPECTED);
    path.push(step);
  }
  return path;
}

const EXPECTED = 'a step such as .name, [3], ["odd key"] or .get(17)';
const ROOT = /state(?=$|[.[])/y;
const NAME = /[\p{ID_Start}_$][\p{ID_Continue}$]*/uy;
const POSITION = /\.(values|keys)\(\)\[(0|[1-9]\d{0,15})\]/y;
const GET =
  /\.get\(\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+)n|(-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN)|(true|false|null|undefined))\s*\)/y;
const DOT_NAME = /\.([\p{ID_Start}_$][\p{ID_Continue}$]*)(?![\p{ID_Continue}$(])/uy;
const INDEX = /\[\s*(0|[1-9]\d{0,15})\s*\]/y;
const QUOTED = /\[\s*(?:("(?:[^"\\]|\\.)*")|'([^'\\]*)')\s*\]/y;

function nextStep(match: (pattern: RegExp) => RegExpExecArray | undefined): PathStep | undefined {
  const position = match(POSITION);
  if (position !== undefined) {
    const index = readNumber(position[2] as string, "a position");
    return position[1] === "values" ? { values: index } : { keys: index };
  }
  const get = match(GET);
  if (get !== undefined) {
    const [, quoted, bigint, number, word] = get;
    if (quoted !== undefined) return unquoted(quoted, (key) => ({ get: key }));
    if (bigint !== undefined) return { get: BigInt(bigint) };
    return { get: number !== undefined ? numberKey(number) : WORDS.get(word as string) };
  }
  const name = match(DOT_NAME);
  if (name !== undefined) return name[1];
  const index = match(INDEX);
  if (index !== undefined) return readNumber(index[1] as string, "an index");
  const quoted = match(QUOTED);
  if (quoted === undefined) return undefined;
  return quoted[1] === undefined ? quoted[2] : unquoted(quoted[1], (key) => key);
}

/** A Map turns the key -0 into 0. */
function numberKey(text: string): number {
  return (/[NI]/.test(text) ? Number(text) : readNumber(text, "a key")) + 0;
}

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["undefined", undefined],
]);

function unquoted(text: string, build: (key: string) => PathStep): PathStep | undefined {
  try {
    return build(JSON.parse(text) as string);
  } catch {
    return undefined;
  }
}

function invalidPath(text: string, at: number, expected: string): RewindError {
  const got = at < text.length ? JSON.stringify(text.slice(at, at + 12)) : "the end";
  return new RewindError(
    "INVALID_PATH",
    `expected ${expected}, got ${got} at column ${at + 1} of the path ${JSON.stringify(text)}`,
    { path: text, column: at + 1 },
  );
}
