/**
 * The reading of a comparison: its ratio, and the times behind it.
 *
 * @param {string} name
 * @param {import("./measure.js").Comparison} comparison
 * @param {number} [limit]
 */
export function reading(name, { ratio, cpuRatio, ms, baseMs, pairs }, limit) {
  const cpu = cpuRatio === undefined ? "" : `processor time ${cpuRatio.toFixed(2)} ×; `;
  const note = `${cpu}${ms.toFixed(1)} / ${baseMs.toFixed(1)} ms, ${pairs} pairs`;
  return { name, value: ratio, unit: "×", limit, note };
}
