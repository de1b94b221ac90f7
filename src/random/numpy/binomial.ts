import type { Pcg64 } from "./pcg64.ts";

/**
 * A binomial deviate of `n` trials. For a mean of at most 30 by inversion, else by BTPE: Voratas
 * Kachitvichyanukul and Bruce Schmeiser, "Binomial random variate generation", Communications of
 * the ACM 31 (1988), 216. If p is above one half, the failures are drawn.
 */
export function binomial(source: Pcg64, n: number, p: number): number {
  if (n === 0 || p === 0) return 0;
  if (p > 0.5) return n - rare(source, n, 1 - p);
  return rare(source, n, p);
}

function rare(source: Pcg64, n: number, p: number): number {
  return p * n <= 30 ? byInversion(source, n, p) : byRejection(source, n, p);
}

function byInversion(source: Pcg64, n: number, p: number): number {
  const q = 1 - p;
  const none = Math.exp(n * Math.log(q));
  const mean = n * p;
  const bound = Math.floor(Math.min(n, mean + 10 * Math.sqrt(mean * q + 1)));
  let count = 0;
  let probability = none;
  let u = source.random();
  while (u > probability) {
    count++;
    if (count > bound) {
      count = 0;
      probability = none;
      u = source.random();
    } else {
      u -= probability;
      probability = ((n - count + 1) * p * probability) / (count * q);
    }
  }
  return count;
}

/** The constants of BTPE, by the names of the paper. */
interface Constants {
  readonly n: number;
  readonly r: number;
  readonly q: number;
  readonly m: number;
  readonly nrq: number;
  readonly xm: number;
}

function byRejection(source: Pcg64, n: number, p: number): number {
  const r = Math.min(p, 1 - p);
  const q = 1 - r;
  const fm = n * r + r;
  const m = Math.floor(fm);
  const p1 = Math.floor(2.195 * Math.sqrt(n * r * q) - 4.6 * q) + 0.5;
  const xm = m + 0.5;
  const xl = xm - p1;
  const xr = xm + p1;
  const c = 0.134 + 20.5 / (15.3 + m);
  const left = (fm - xl) / (fm - xl * r);
  const lambdaLeft = left * (1 + left / 2);
  const right = (xr - fm) / (xr * q);
  const lambdaRight = right * (1 + right / 2);
  const p2 = p1 * (1 + 2 * c);
  const p3 = p2 + c / lambdaLeft;
  const p4 = p3 + c / lambdaRight;
  const constants = { n, r, q, m, nrq: n * r * q, xm };
  for (;;) {
    const u = source.random() * p4;
    let v = source.random();
    let y: number;
    if (u <= p1) return Math.floor(xm - p1 * v + u);
    if (u <= p2) {
      const x = xl + (u - p1) / c;
      v = v * c + 1 - Math.abs(m - x + 0.5) / p1;
      if (v > 1) continue;
      y = Math.floor(x);
    } else if (u <= p3) {
      y = Math.floor(xl + Math.log(v) / lambdaLeft);
      if (y < 0 || v === 0) continue;
      v = v * (u - p2) * lambdaLeft;
    } else {
      y = Math.floor(xr - Math.log(v) / lambdaRight);
      if (y > n || v === 0) continue;
      v = v * (u - p3) * lambdaRight;
    }
    if (isAccepted(y, v, constants)) return y;
  }
}

function isAccepted(y: number, v: number, { n, r, q, m, nrq, xm }: Constants): boolean {
  const k = Math.abs(y - m);
  if (k <= 20 || k >= nrq / 2 - 1) return v <= ratio(y, n, r / q, m);
  const rho = (k / nrq) * ((k * (k / 3 + 0.625) + 0.16666666666666666) / nrq + 0.5);
  const t = (-k * k) / (2 * nrq);
  const a = Math.log(v);
  if (a < t - rho) return true;
  if (a > t + rho) return false;
  const x1 = y + 1;
  const f1 = m + 1;
  const z = n + 1 - m;
  const w = n - y + 1;
  return (
    a <=
    xm * Math.log(f1 / x1) +
      (n - m + 0.5) * Math.log(z / w) +
      (y - m) * Math.log((w * r) / (x1 * q)) +
      correction(f1) +
      correction(z) +
      correction(x1) +
      correction(w)
  );
}

/** The probability of y over that of the mode m, term by term. */
function ratio(y: number, n: number, s: number, m: number): number {
  const a = s * (n + 1);
  let f = 1;
  for (let i = m + 1; i <= y; i++) f *= a / i - s;
  for (let i = y + 1; i <= m; i++) f /= a / i - s;
  return f;
}

/** The error of Stirling's formula. */
function correction(x: number): number {
  const square = x * x;
  return (13680 - (462 - (132 - (99 - 140 / square) / square) / square) / square) / x / 166320;
}
