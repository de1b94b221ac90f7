import { checkBytes, describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { MT_WORDS } from "../mersenne/mt19937.ts";

/**
 * The result of `random.Random.getstate()` in Python, as JSON: the version 3, the twister's 624
 * words and the number of words drawn, and the spare deviate of `gauss` or null.
 */
export type PythonState = [version: 3, words: number[], gaussNext: number | null];

/** The same, as `setstate` takes it. */
export type PythonStateLike = readonly [
  version: number,
  words: ArrayLike<number>,
  gaussNext: number | null,
];

/** The parts of a state; `gaussNext` is NaN if no deviate is kept. */
export interface StateParts {
  readonly words: Uint32Array;
  readonly drawn: number;
  readonly gaussNext: number;
}

/**
 * A state as bytes, little-endian.
 *
 * | bytes | field |
 * | --- | --- |
 * | 0..3 | "PyMT" in ASCII |
 * | 4..5 | the number of words drawn, 0..624 |
 * | 6..7 | 1 if `gauss` keeps a deviate, else 0 |
 * | 8..15 | that deviate as a double, else zeros |
 * | 16..2511 | the 624 words |
 */
export function packState({ words, drawn, gaussNext }: StateParts): Uint8Array {
  const bytes = new Uint8Array(STATE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, drawn, true);
  if (!Number.isNaN(gaussNext)) {
    view.setUint16(6, 1, true);
    view.setFloat64(8, gaussNext, true);
  }
  for (let i = 0; i < MT_WORDS; i++) {
    view.setUint32(WORDS_AT + 4 * i, words[i] as number, true);
  }
  return bytes;
}

/** Reads the bytes of `packState`. Throws INVALID_ARGUMENT for any other bytes. */
export function unpackState(state: Uint8Array): StateParts {
  checkBytes(state, "a state of python", STATE_BYTES);
  const view = new DataView(state.buffer, state.byteOffset, STATE_BYTES);
  if (view.getUint32(0, true) !== MAGIC) {
    throw invalidArgument('expected a state of python, which begins with "PyMT", got another');
  }
  const kept = view.getUint16(6, true);
  const deviate = view.getFloat64(8, true);
  if (!(kept === 1 ? Number.isFinite(deviate) : kept === 0 && view.getBigUint64(8, true) === 0n)) {
    throw invalidArgument(
      "expected a state of python with a finite spare deviate or without one, got another",
    );
  }
  const words = new Uint32Array(MT_WORDS);
  for (let i = 0; i < MT_WORDS; i++) words[i] = view.getUint32(WORDS_AT + 4 * i, true);
  const gaussNext = kept === 1 ? deviate : Number.NaN;
  return { words: checkWords(words), drawn: checkDrawn(view.getUint16(4, true)), gaussNext };
}

/** A state in Python's own form. */
export function listState({ words, drawn, gaussNext }: StateParts): PythonState {
  const list: number[] = [];
  for (let i = 0; i < MT_WORDS; i++) list.push(words[i] as number);
  list.push(drawn);
  return [3, list, Number.isNaN(gaussNext) ? null : gaussNext];
}

/** Reads a state in Python's own form. Throws INVALID_ARGUMENT for any other value. */
export function readListedState(state: PythonStateLike): StateParts {
  if (!Array.isArray(state) || state.length !== 3) {
    throw invalidArgument(`expected a state [3, words, gaussNext], got ${describe(state)}`);
  }
  const [version, list, gaussNext] = state as unknown as PythonStateLike;
  if (version !== 3)
    throw invalidArgument(`expected a state of version 3, got ${describe(version)}`);
  if (list?.length !== MT_WORDS + 1) {
    const got = list?.length === undefined ? describe(list) : `${list.length}`;
    throw invalidArgument(
      `expected ${MT_WORDS} words and the number of words drawn, ${MT_WORDS + 1}, got ${got}`,
    );
  }
  if (gaussNext !== null && !Number.isFinite(gaussNext)) {
    throw invalidArgument(
      `expected gaussNext to be a finite number or null, got ${describe(gaussNext)}`,
    );
  }
  const words = Uint32Array.from({ length: MT_WORDS }, (_, i) => checkWord(list[i], i));
  const drawn = checkDrawn(list[MT_WORDS]);
  return { words: checkWords(words), drawn, gaussNext: gaussNext ?? Number.NaN };
}

/** Differs from the length of every other generator's state. */
const STATE_BYTES = 16 + 4 * MT_WORDS;
const WORDS_AT = 16;
/** "PyMT", little-endian. */
const MAGIC = 0x544d7950;

function checkWord(word: unknown, i: number): number {
  if (Number.isInteger(word) && (word as number) >= 0 && (word as number) < 2 ** 32) {
    return word as number;
  }
  throw invalidArgument(
    `expected word ${i} of the state to be in 0..2^32 - 1, got ${describe(word)}`,
  );
}

function checkDrawn(drawn: unknown): number {
  if (Number.isInteger(drawn) && (drawn as number) >= 0 && (drawn as number) <= MT_WORDS) {
    return (drawn as number) + 0;
  }
  throw invalidArgument(
    `expected the number of words drawn to be in 0..${MT_WORDS}, got ${describe(drawn)}`,
  );
}

/** Only the upper bit of the first word counts. If no bit is set, the twister draws only 0. */
function checkWords(words: Uint32Array): Uint32Array {
  if ((words[0] as number) >= 2 ** 31 || words.some((word, i) => i > 0 && word !== 0)) return words;
  throw invalidArgument("expected a state with a bit set, got one that draws only 0");
}
