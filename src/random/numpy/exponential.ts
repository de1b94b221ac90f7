import type { Pcg64 } from "./pcg64.ts";
import { EXPONENTIAL_ZIGGURAT } from "./ziggurat-tables.ts";

/** The start of the tail. */
const TAIL = 7.69711747013105;

const { inside, width, density } = EXPONENTIAL_ZIGGURAT;

/**
 * A standard exponential deviate, by a ziggurat as in `standardNormal`. One output in 98.9% of the
 * draws.
 */
export function standardExponential(source: Pcg64): number {
  for (;;) {
    source.draw();
    const { low, high } = source;
    const layer = (low >>> 3) & 0xff;
    const bits = high * 0x200000 + (low >>> 11);
    const x = bits * (width[layer] as number);
    if (bits < (inside[layer] as number)) return x;
    if (layer === 0) return TAIL - Math.log1p(-source.random());
    const below = density[layer] as number;
    const above = density[layer - 1] as number;
    if ((above - below) * source.random() + below < Math.exp(-x)) return x;
  }
}
