import type { Pcg64 } from "./pcg64.ts";
import { NORMAL_ZIGGURAT } from "./ziggurat-tables.ts";

/** The start of the tail, and its reciprocal. */
const TAIL = 3.6541528853610088;
const TAIL_INVERSE = 0.27366123732975828;

const { inside, width, density } = NORMAL_ZIGGURAT;

/**
 * A standard normal deviate, as numpy draws it: the ziggurat of George Marsaglia and Wai Wan Tsang,
 * "The ziggurat method for generating random variables", Journal of Statistical Software 5 (2000),
 * 8. One output in 98.8% of the draws.
 */
export function standardNormal(source: Pcg64): number {
  for (;;) {
    source.draw();
    const { low, high } = source;
    const layer = low & 0xff;
    const bits = (high & 0x1fffffff) * 0x800000 + (low >>> 9);
    const size = bits * (width[layer] as number);
    const x = (low & 0x100) === 0 ? size : -size;
    if (bits < (inside[layer] as number)) return x;
    if (layer === 0) return tail(source, (low & 0x20000) === 0 ? 1 : -1);
    const below = density[layer] as number;
    const above = density[layer - 1] as number;
    if ((above - below) * source.random() + below < Math.exp(-0.5 * x * x)) return x;
  }
}

/** Beyond the last layer: Marsaglia's method of 1964, from two exponential deviates. */
function tail(source: Pcg64, sign: number): number {
  for (;;) {
    const x = -TAIL_INVERSE * Math.log1p(-source.random());
    const y = -Math.log1p(-source.random());
    if (y + y > x * x) return sign * (TAIL + x);
  }
}
