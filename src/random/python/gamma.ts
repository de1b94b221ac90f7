import type { UniformSource } from "../distributions.ts";

/**
 * A gamma deviate of the shape `alpha` and the scale 1, both checked, as `gammavariate` of CPython
 * 3.11 draws it: above 1 by the method of R. C. H. Cheng, "The generation of Gamma variables with
 * non-integral shape parameters", Applied Statistics 26 (1977), 71-75; at 1 an exponential deviate;
 * below 1 by algorithm GS of J. H. Ahrens and U. Dieter, "Computer methods for sampling from gamma,
 * beta, Poisson and binomial distributions", Computing 12 (1974), 223-246.
 */
export function gamma(source: UniformSource, alpha: number): number {
  if (alpha > 1) return cheng(source, alpha);
  if (alpha === 1) return -Math.log(1 - source.random());
  return ahrensDieter(source, alpha);
}

const LOG_4 = 1.3862943611198906;
/** 1 + log(4.5) */
const QUICK = 2.504077396776274;

function cheng(source: UniformSource, alpha: number): number {
  const spread = Math.sqrt(2 * alpha - 1);
  const b = alpha - LOG_4;
  const c = alpha + spread;
  for (;;) {
    const u1 = source.random();
    if (!(u1 > 1e-7 && u1 < 0.9999999)) continue;
    const u2 = 1 - source.random();
    const v = Math.log(u1 / (1 - u1)) / spread;
    const x = alpha * Math.exp(v);
    const z = u1 * u1 * u2;
    const r = b + c * v - x;
    // The first condition implies the second and spares its logarithm.
    if (r + QUICK - 4.5 * z >= 0 || r >= Math.log(z)) return x;
  }
}

function ahrensDieter(source: UniformSource, alpha: number): number {
  const b = (Math.E + alpha) / Math.E;
  for (;;) {
    const p = b * source.random();
    if (p <= 1) {
      const x = p ** (1 / alpha);
      if (source.random() <= Math.exp(-x)) return x;
    } else {
      const x = -Math.log((b - p) / alpha);
      if (source.random() <= x ** (alpha - 1)) return x;
    }
  }
}
