import { edgeOf, LAST_BUCKET } from "./bucket.ts";

/**
 * A quantile sketch: how many numbers each bucket holds. To merge two, their counts are added, so the
 * result does not depend on how the numbers were split.
 */
export type Sketch = ReadonlyMap<number, number>;

/** Adds the counts of `more` to `sketch`. */
export function addSketch(sketch: Map<number, number>, more: Sketch): void {
  for (const [bucket, count] of more) sketch.set(bucket, (sketch.get(bucket) ?? 0) + count);
}

/**
 * The bytes of a sketch: its buckets in rising order, each as its distance from the one before and its
 * count, both in LEB128.
 */
export function encodeSketch(sketch: Sketch): Uint8Array {
  const bytes: number[] = [];
  let before = -LAST_BUCKET - 1;
  for (const bucket of [...sketch.keys()].sort((a, b) => a - b)) {
    pushNumber(bytes, bucket - before - 1);
    pushNumber(bytes, (sketch.get(bucket) as number) - 1);
    before = bucket;
  }
  return Uint8Array.from(bytes);
}

/** The sketch in `bytes`; undefined if they do not hold one. */
export function decodeSketch(bytes: Uint8Array): Map<number, number> | undefined {
  const sketch = new Map<number, number>();
  let [before, at] = [-LAST_BUCKET - 1, 0];
  while (at < bytes.length) {
    const gap = numberAt(bytes, at);
    const count = gap && numberAt(bytes, gap.end);
    if (count === undefined || gap === undefined) return undefined;
    before += gap.value + 1;
    if (before > LAST_BUCKET) return undefined;
    sketch.set(before, count.value + 1);
    at = count.end;
  }
  return sketch;
}

/** The number with the rank `rank`, counted from 0, up to the width of its bucket. */
export function numberOfRank(sketch: Sketch, rank: number): number {
  let passed = 0;
  for (const bucket of [...sketch.keys()].sort((a, b) => a - b)) {
    passed += sketch.get(bucket) as number;
    if (passed > rank) return edgeOf(bucket);
  }
  return Number.NaN;
}

/** As `toLeb128`, without a bigint: a sketch has thousands of numbers. */
function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}

function numberAt(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  let [value, scale] = [0, 1];
  for (let at = start; at < bytes.length && scale < 2 ** 53; at++, scale *= 0x80) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return Number.isSafeInteger(value) ? { value, end: at + 1 } : undefined;
  }
  return undefined;
}
