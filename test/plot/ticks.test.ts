import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearScale, logScale } from "../../src/plot/scale.ts";
import { linearTicks, logTicks, stepTicks } from "../../src/plot/ticks.ts";

const labels = (ticks: readonly { readonly label: string }[]): string[] =>
  ticks.map(({ label }) => label);

describe("ticks", () => {
  test.each([
    [
      [0, 250, 5],
      ["0", "50", "100", "150", "200", "250"],
    ],
    [
      [0, 0.3, 3],
      ["0", "0.1", "0.2", "0.3"],
    ],
    [
      [-2000, 4000, 3],
      ["-2,000", "0", "2,000", "4,000"],
    ],
    [
      [0, 1.5e227, 3],
      ["0", "5e226", "1e227", "1.5e227"],
    ],
    [
      [1e-7, 3e-7, 2],
      ["1e-7", "2e-7", "3e-7"],
    ],
  ] as const)("of %j are %j", ([low, high, most], expected) => {
    expect(labels(linearTicks(low, high, most))).toEqual(expected);
  });

  test("of steps are whole, with separated thousands", () => {
    expect(labels(stepTicks(0, 1_000_000, 5))).toEqual([
      ...["0", "200,000", "400,000", "600,000", "800,000", "1,000,000"],
    ]);
    expect(labels(stepTicks(3, 5, 10))).toEqual(["3", "4", "5"]);
    expect(labels(stepTicks(7, 7, 10))).toEqual(["7"]);
  });

  test("of a logarithmic axis are powers of ten, with 2 and 5 between them if they are few", () => {
    expect(labels(logTicks(1, 1000, 5))).toEqual(["1", "10", "100", "1,000"]);
    expect(labels(logTicks(1, 10, 5))).toEqual(["1", "2", "5", "10"]);
    expect(logTicks(1e-300, 1e300, 5).length).toBeLessThan(8);
  });

  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
  test("any range has an axis that holds it, with ticks that rise and differ", () => {
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 2, max: 12 }), (a, b, most) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const scale = linearScale(low, high, most);
        expect(scale.low).toBeLessThanOrEqual(low);
        expect(scale.high).toBeGreaterThanOrEqual(high);
        expect(scale.at(low)).toBeGreaterThanOrEqual(0);
        expect(scale.at(high)).toBeGreaterThanOrEqual(scale.at(low));
        const { ticks } = scale;
        expect(ticks.length).toBeLessThanOrEqual(most + 3);
        for (const [i, { value, label }] of ticks.entries()) {
          expect(value >= scale.low && value <= scale.high).toBe(true);
          if (i > 0) expect(value).toBeGreaterThan(ticks[i - 1]?.value as number);
          if (i > 0) expect(label).not.toBe(ticks[i - 1]?.label);
        }
      }),
    );
  });

  test("a logarithmic axis puts equal factors at equal distances, and 0 at its edge", () => {
    const { at } = logScale(1, 1000, 5);
    expect([1, 10, 100, 1000].map(at)).toEqual([0, 1 / 3, 2 / 3, 1].map((x) => expect.closeTo(x)));
    expect([0, -5, Number.NEGATIVE_INFINITY].map(at)).toEqual([0, 0, 0]);
    expect(at(Number.POSITIVE_INFINITY)).toBe(1);
  });
});
