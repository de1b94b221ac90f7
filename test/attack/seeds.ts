/** `npm run test:attack` tries every case, and others with another REWIND_ATTACK_SEED. */
export const IS_FULL: boolean = process.env.REWIND_ATTACK === "full";

export const SEED: number = Number(process.env.REWIND_ATTACK_SEED ?? 20_261_129);

/** `count` of the cases, drawn by the seed, in order; all of them in a full run. */
export function sample<T>(cases: readonly T[], count: number): readonly T[] {
  if (IS_FULL || cases.length <= count) return cases;
  const draw = generator(SEED + cases.length);
  const keyed = cases.map((_, i) => [draw(), i] as const).sort(([a], [b]) => a - b);
  const chosen = new Set(keyed.slice(0, count).map(([, i]) => i));
  return cases.filter((_, i) => chosen.has(i));
}

/** The whole numbers from 1 to `last`. */
export function upTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

/** Numbers from 0 to 1, by mulberry32, which is good enough to choose cases. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
