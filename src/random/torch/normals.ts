import { cephesLog, cephesSinCos } from "./cephes.ts";
import { double53, float24, type WordSource } from "./words.ts";

/**
 * Two normal deviates of four draws, by George Box and Mervin Muller, "A note on the generation of
 * random normal deviates", Annals of Mathematical Statistics 29 (1958), 610: what PyTorch's CPU
 * generator gives one by one, in double precision, for fewer than 16 deviates.
 */
export function normalPair(source: WordSource): readonly [first: number, second: number] {
  const angle = 2 * Math.PI * double53(source);
  const radius = Math.sqrt(-2 * Math.log1p(-double53(source)));
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/**
 * PyTorch fills an array of at least this many deviates 16 at a time, and does not use the spare
 * one.
 */
export const BLOCK = 16;

/** At least 16 normal deviates, as `torch.randn` fills an array of doubles: two draws each. */
export function fillDoubles(source: WordSource, values: Float64Array): void {
  fillBlocks(
    values,
    () => double53(source),
    (at) => {
      for (let i = at; i < at + BLOCK / 2; i++) {
        const radius = Math.sqrt(-2 * Math.log(1 - (values[i] as number)));
        const angle = 2 * Math.PI * (values[i + BLOCK / 2] as number);
        values[i] = radius * Math.cos(angle);
        values[i + BLOCK / 2] = radius * Math.sin(angle);
      }
    },
  );
}

/** The same for floats, one draw each, with the logarithm, sine and cosine that PyTorch uses. */
export function fillFloats(source: WordSource, values: Float32Array): void {
  fillBlocks(
    values,
    () => float24(source),
    (at) => {
      for (let i = at; i < at + BLOCK / 2; i++) {
        const logarithm = cephesLog(Math.fround(1 - (values[i] as number)));
        const radius = Math.fround(Math.sqrt(Math.fround(-2 * logarithm)));
        const { sin, cos } = cephesSinCos(Math.fround(TWO_PI * (values[i + BLOCK / 2] as number)));
        values[i] = radius * cos;
        values[i + BLOCK / 2] = radius * sin;
      }
    },
  );
}

const TWO_PI = Math.fround(2 * Math.PI);

/**
 * Draws all, then turns blocks into deviates. If the last block is not full, the last 16 are drawn
 * again.
 */
function fillBlocks(
  values: Float32Array | Float64Array,
  draw: () => number,
  turn: (at: number) => void,
): void {
  const { length } = values;
  for (let i = 0; i < length; i++) values[i] = draw();
  for (let at = 0; at + BLOCK <= length; at += BLOCK) turn(at);
  if (length % BLOCK === 0) return;
  for (let i = length - BLOCK; i < length; i++) values[i] = draw();
  turn(length - BLOCK);
}
