import { count } from "../base/count.ts";

/** A value of an axis with its label. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** A distance between ticks: 1, 2 or 5 times a power of ten. */
interface Distance {
  readonly factor: number;
  readonly exponent: number;
}

/** The ticks of a linear axis: multiples of a nice number from `low` to `high`, about `most`. */
export function linearTicks(low: number, high: number, most: number): readonly Tick[] {
  const distance = distanceFor(low, high, most);
  if (distance === undefined) return [...new Set([low, high])].map((value) => plainTick(value));
  const values = multiples(distance, low, high);
  return values.map((value) => ({ value, label: label(value, distance, largestOf(low, high)) }));
}

/** The range from `low` to `high`, widened to the ticks around it, if those are numbers. */
export function widened(low: number, high: number, most: number): readonly [number, number] {
  const distance = distanceFor(low, high, most);
  if (distance === undefined) return [low, high];
  const size = times(1, distance);
  const [below, above] = [
    times(Math.floor(low / size), distance),
    times(Math.ceil(high / size), distance),
  ];
  // Rounding must not narrow the range.
  return [
    Number.isFinite(below) ? Math.min(below, low) : low,
    Number.isFinite(above) ? Math.max(above, high) : high,
  ];
}

/** The ticks of an axis of whole steps, each with its thousands separated. */
export function stepTicks(from: number, to: number, most: number): readonly Tick[] {
  const found = distanceFor(from, to, most);
  const distance = found === undefined || found.exponent < 0 ? { factor: 1, exponent: 0 } : found;
  const values = from === to ? [from] : multiples(distance, from, to);
  return values.map((value) => ({ value, label: count(value) }));
}

/** The ticks of a logarithmic axis: powers of ten, or 1, 2 and 5 times these if they are few. */
export function logTicks(low: number, high: number, most: number): readonly Tick[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = last - first;
  const factors = decades <= Math.max(1, most / 3) ? [1, 2, 5] : [1];
  const skip = Math.max(1, Math.ceil(decades / most));
  const ticks: Tick[] = [];
  for (let exponent = first; exponent <= last; exponent += skip) {
    for (const factor of factors) {
      const value = Number(`${factor}e${exponent}`);
      if (value >= low && value <= high) ticks.push(plainTick(value));
    }
  }
  return ticks.length > 1 ? ticks : [...new Set([low, high])].map((value) => plainTick(value));
}

/** The values between which a logarithmic axis from `low` to `high` is drawn. */
export function widenedLog(low: number, high: number): readonly [number, number] {
  const [below, above] = [
    Number(`1e${Math.floor(Math.log10(low))}`),
    Number(`1e${Math.ceil(Math.log10(high))}`),
  ];
  const [from, to] = [
    below > 0 && below <= low ? below : low,
    Number.isFinite(above) ? above : high,
  ];
  return from < to ? [from, to] : [from, Math.min(from * 10, Number.MAX_VALUE)];
}

/** A number as an axis or a note prints it, with at most `digits` significant digits. */
export function numberLabel(value: number, digits = 6): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) {
    return value
      .toExponential(digits - 1)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  }
  return separated(String(Number(value.toPrecision(digits)) + 0));
}

function plainTick(value: number): Tick {
  return { value, label: numberLabel(value) };
}

/** Undefined if the numbers are too close, or too small, for ticks between them. */
function distanceFor(low: number, high: number, most: number): Distance | undefined {
  // Divided first: the difference may exceed the largest number.
  const least = high / most - low / most;
  const exponent = Math.floor(Math.log10(least));
  if (!(least > largestOf(low, high) * 1e-14) || exponent < -300) return undefined;
  const found = [1, 2, 5]
    .map((factor) => ({ factor, exponent }))
    .find((distance) => times(1, distance) >= least);
  return found ?? { factor: 1, exponent: exponent + 1 };
}

function largestOf(low: number, high: number): number {
  return Math.max(Math.abs(low), Math.abs(high));
}

/** The multiples of a distance from `low` to `high`. */
function multiples(distance: Distance, low: number, high: number): number[] {
  const size = times(1, distance);
  const [first, last] = [Math.ceil(low / size - 1e-9), Math.floor(high / size + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    times(first + i, distance),
  ).filter((value) => value >= low && value <= high);
}

/** A multiple of a distance, rounded once: 3 times 0.1 is 0.3. */
function times(multiple: number, { factor, exponent }: Distance): number {
  const whole = multiple * factor;
  return (exponent < 0 ? whole / 10 ** -exponent : whole * 10 ** exponent) + 0;
}

/** A tick's label: as many decimals as its distance to the next one has. */
function label(value: number, { exponent }: Distance, largest: number): string {
  if (value === 0) return "0";
  if (largest >= 1e9 || exponent < -5) {
    const digits = Math.min(15, Math.max(0, Math.floor(Math.log10(Math.abs(value))) - exponent));
    return value.toExponential(digits).replace(/\.?0*e\+?/, "e");
  }
  return separated(value.toFixed(Math.max(0, -exponent)));
}

/** A decimal number with separated thousands. */
function separated(text: string): string {
  const [, whole = "", rest = ""] = /^(-?\d+)(.*)$/.exec(text) ?? [];
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + rest;
}
