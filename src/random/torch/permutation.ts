import { checkSize, withRoom } from "../parameters.ts";
import { lengthOf, lengthToShuffle } from "../shuffle.ts";
import { evenLong, evenWord } from "./even.ts";
import { remainder64, type WordSource } from "./words.ts";

/**
 * The whole numbers 0..length - 1 in the order of `torch.randperm(length)` on the CPU. For i = 0, 1
 * … it swaps item i with item i + z, where z is one draw modulo length - i: length - 1 draws. For a
 * length of at least `insideOutFrom` it is the inside-out shuffle of Richard Durstenfeld,
 * "Algorithm 235: Random permutation", Communications of the ACM 7 (1964), 420, with 64-bit draws:
 * 2 length.
 */
export function permutation(
  source: WordSource,
  length: number,
  insideOutFrom: number,
): Uint32Array<ArrayBuffer> {
  const order = withRoom(length, () => new Uint32Array(length));
  if (length >= insideOutFrom) return fillInsideOut(source, order, unevenLong);
  for (let i = 0; i < length; i++) order[i] = i;
  return permute(source, order);
}

/** The draws that `permutation` takes. */
export function permutationDraws(length: number, insideOutFrom: number): number {
  return length >= insideOutFrom ? 2 * length : Math.max(length - 1, 0);
}

/**
 * Shuffles any items, every order equally likely, into the order that `permutation` gives, except
 * that a draw that would make some orders likelier is drawn again.
 */
export function permuteItems(
  source: WordSource,
  items: { length: number; [index: number]: unknown },
  insideOutFrom: number,
): void {
  checkLength(lengthOf(items), "the number of items");
  const length = lengthToShuffle(items);
  if (length < insideOutFrom) {
    swapForward(source, items, length);
    return;
  }
  const order = withRoom(length, () => new Uint32Array(length));
  fillInsideOut(source, order, evenLong);
  const before = Array.from(items);
  for (let i = 0; i < length; i++) items[i] = before[order[i] as number];
}

/** The swaps of `permute`, each evenly drawn. */
function swapForward(
  source: WordSource,
  items: { [index: number]: unknown },
  length: number,
): void {
  for (let i = 0; i < length - 1; i++) {
    const other = i + evenWord(source, length - i);
    const item = items[i];
    items[i] = items[other];
    items[other] = item;
  }
}

/**
 * The swaps of `randperm`, for numbers alone: a loop that also gets other arrays is ten times as
 * slow.
 */
function permute(source: WordSource, order: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  for (let left = order.length, i = 0; left > 1; left--, i++) {
    const other = i + (source.uint32() % left);
    const item = order[i] as number;
    order[i] = order[other] as number;
    order[other] = item;
  }
  return order;
}

/** Checks the length of a permutation. Throws INVALID_ARGUMENT. */
export function checkLength(length: unknown, name = "n"): number {
  return checkSize(length, name);
}

function fillInsideOut(
  source: WordSource,
  order: Uint32Array<ArrayBuffer>,
  below: (source: WordSource, count: number) => number,
): Uint32Array<ArrayBuffer> {
  for (let i = 0; i < order.length; i++) {
    const other = below(source, i + 1);
    order[i] = order[other] as number;
    order[other] = i;
  }
  return order;
}

/** Two draws as 64 bits modulo `count`, as PyTorch takes them. */
function unevenLong(source: WordSource, count: number): number {
  const word = source.uint32();
  return remainder64(word, source.uint32(), count);
}
