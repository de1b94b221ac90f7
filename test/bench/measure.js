/**
 * What two pieces of work took, side by side.
 *
 * @typedef {object} Comparison
 * @property {number} ratio median over the pairs of the first's wall time by the second's
 * @property {number | undefined} cpuRatio the same of this process's processor time, which a busy
 * machine disturbs less
 * @property {number} ms median wall time of the first
 * @property {number} baseMs median wall time of the second
 * @property {number} pairs
 */

/**
 * Times `work` and `base` in pairs, in turn work first and base first, so that a drift of the
 * machine meets both alike. The first pairs warm both up and do not count. What `prepare` makes
 * for each pair, untimed, is given to `work`.
 *
 * @template T
 * @param {(prepared: T) => unknown} work
 * @param {() => unknown} base
 * @param {{ pairs?: number, warmups?: number, prepare?: (pair: number) => T | Promise<T> }} [options]
 * @returns {Promise<Comparison>}
 */
export async function compare(work, base, { pairs = 15, warmups = 4, prepare } = {}) {
  // Once and not before each call: a full collection also throws away compiled code.
  globalThis.gc?.();
  const times = [];
  for (let i = 0; i < warmups + pairs; i++) {
    const prepared = await prepare?.(i);
    const preparedWork = () => work(prepared);
    const workFirst = i % 2 === 0;
    const first = await time(workFirst ? preparedWork : base);
    const second = await time(workFirst ? base : preparedWork);
    if (i >= warmups) times.push(workFirst ? [first, second] : [second, first]);
  }
  return {
    ratio: median(times.map(([a, b]) => a.ms / b.ms)),
    cpuRatio: median(times.map(([a, b]) => a.cpuMs / b.cpuMs)),
    ms: median(times.map(([a]) => a.ms)),
    baseMs: median(times.map(([, b]) => b.ms)),
    pairs,
  };
}

/** Wall and processor time of one call. */
export async function time(work) {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await work();
  const ms = performance.now() - before;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms, cpuMs: (user + system) / 1000 };
}

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The same whole numbers in 0..end - 1 in every run of the benchmark. */
export function places(count, end) {
  let x = 12345;
  return Array.from({ length: count }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * end);
  });
}
