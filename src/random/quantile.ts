// biome-ignore-all lint/correctness/noPrecisionLoss: the coefficients are written as they were published.

/**
 * The standard normal deviate below which a share `p` of the distribution lies; -Infinity for 0,
 * Infinity for 1, NaN outside 0..1. Relative error about 1e-15.
 *
 * Source: Michael J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution",
 * Applied Statistics 37 (1988), 477-484, routine PPND16. Uses Math.log and Math.sqrt if p is
 * outside 0.075..0.925, arithmetic alone inside.
 *
 * @example
 * ```ts
 * normalQuantile(0.975); // 1.959963984540054
 * ```
 */
export function normalQuantile(p: number): number {
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  return quantileFromMedian(p - 0.5, p < 0.5 ? p : 1 - p);
}

/**
 * The same for p = 0.5 + `q`, given the share `tail` = min(p, 1 - p) as well: if p is close to 0 or
 * 1, neither can be computed from the other without loss.
 */
export function quantileFromMedian(q: number, tail: number): number {
  if (q >= -0.425 && q <= 0.425) return q * central(0.180625 - q * q);
  const r = Math.sqrt(-Math.log(tail));
  const distance = r <= 5 ? middle(r - 1.6) : far(r - 5);
  return q < 0 ? -distance : distance;
}

/** For 0.075 <= p <= 0.925, as a factor of q; r = 0.180625 - q^2. */
function central(r: number): number {
  return (
    polynomial(
      r,
      3.387132872796366608,
      133.14166789178437745,
      1971.5909503065514427,
      13731.693765509461125,
      45921.953931549871457,
      67265.770927008700853,
      33430.575583588128105,
      2509.0809287301226727,
    ) /
    polynomial(
      r,
      1,
      42.313330701600911252,
      687.1870074920579083,
      5394.1960214247511077,
      21213.794301586595867,
      39307.89580009271061,
      28729.085735721942674,
      5226.495278852854561,
    )
  );
}

/** For a tail of exp(-25) and more; r = sqrt(-log(tail)) - 1.6. */
function middle(r: number): number {
  return (
    polynomial(
      r,
      1.42343711074968357734,
      4.6303378461565452959,
      5.7694972214606914055,
      3.64784832476320460504,
      1.27045825245236838258,
      0.24178072517745061177,
      0.0227238449892691845833,
      0.00077454501427834140764,
    ) /
    polynomial(
      r,
      1,
      2.05319162663775882187,
      1.6763848301838038494,
      0.68976733498510000455,
      0.14810397642748007459,
      0.0151986665636164571966,
      0.0005475938084995344946,
      1.05075007164441684324e-9,
    )
  );
}

/** For a smaller tail; r = sqrt(-log(tail)) - 5. */
function far(r: number): number {
  return (
    polynomial(
      r,
      6.6579046435011037772,
      5.4637849111641143699,
      1.7848265399172913358,
      0.29656057182850489123,
      0.026532189526576123093,
      0.0012426609473880784386,
      2.71155556874348757815e-5,
      2.01033439929228813265e-7,
    ) /
    polynomial(
      r,
      1,
      0.59983220655588793769,
      0.13692988092273580531,
      0.0148753612908506148525,
      0.0007868691311456132591,
      1.8463183175100546818e-5,
      1.4215117583164458887e-7,
      2.04426310338993978564e-15,
    )
  );
}

/** c0 + c1 r + ... + c7 r^7, by Horner's rule. */
function polynomial(
  r: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  c4: number,
  c5: number,
  c6: number,
  c7: number,
): number {
  return ((((((c7 * r + c6) * r + c5) * r + c4) * r + c3) * r + c2) * r + c1) * r + c0;
}
