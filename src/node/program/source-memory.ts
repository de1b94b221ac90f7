import type { Loader } from "esbuild";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";

/**
 * What esbuild may need for the sources of one program. TypeScript's own compiler, 9 MB of code, is
 * estimated at 0.85 GB, and takes 0.25.
 */
const MOST_BYTES = 5 << 28;

/**
 * Measured with esbuild 0.28, in bytes of memory: a sign or a word of code takes 150, and 530 in
 * the worst case (`[[],`); an item of JSON 80 to 164, and 360; a byte of anything else 18.
 */
const PER_SIGN = 512;
const PER_ITEM = 384;
const PER_BYTE = 18;

/**
 * Adds up what esbuild needs for a program's files, by an estimate that is mostly too high. The
 * function throws MODULE_FAILED when they need too much, before esbuild gets the last one.
 */
export function sourceMemory(): (path: string, contents: Uint8Array, loader: Loader) => void {
  let bytes = 0;
  return (path, contents, loader) => {
    bytes += estimate(contents, loader);
    if (bytes <= MOST_BYTES) return;
    const most = count(MOST_BYTES);
    const message = `expected esbuild to need at most ${most} bytes of memory for all files, got over that with ${path}`;
    throw new RewindError("MODULE_FAILED", message, { file: path });
  };
}

function estimate(contents: Uint8Array, loader: Loader): number {
  if (loader === "json") return PER_ITEM * itemsIn(contents);
  return /^[jt]sx?$/.test(loader) ? PER_SIGN * signsIn(contents) : PER_BYTE * contents.length;
}

/** How many words, and other characters that are not blanks, a text has. */
function signsIn(text: Uint8Array): number {
  let count = 0;
  let wasWord = false;
  for (const code of text) {
    const isWord = IN_WORD[code] === 1;
    if (isWord ? !wasWord : code > BLANK) count++;
    wasWord = isWord;
  }
  return count;
}

const BLANK = 32;
const IN_WORD: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  /[\w$\x80-\xff]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** How many lists, objects and further values in them a text of JSON has. */
function itemsIn(text: Uint8Array): number {
  let count = 0;
  for (const code of text) if (code === COMMA || code === LIST || code === OBJECT) count++;
  return count;
}

const [COMMA, LIST, OBJECT] = [...",[{"].map((sign) => sign.charCodeAt(0));
