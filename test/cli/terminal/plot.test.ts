import fc from "fast-check";
import { expect, test } from "vitest";
import { drawPlot, type PlotData } from "../../../src/cli/terminal/plot.ts";

const plain = (_: unknown, sign: string): string => sign;
const draw = (data: PlotData, columns = 40): string[] => drawPlot(data, columns, plain) as string[];

test("two series, where they part, what both have, gaps", () => {
  const steps = [0, 1, 2, 3, 4];
  const a = [0, 11, undefined, 5, 11];
  const b = [0, 11, undefined, 6, 0];
  expect(draw({ steps, a, b, mark: 2 }, 19)).toEqual([
    "11 ┤    *  ┊      +",
    "   │       ┊",
    "   │       ┊",
    "   │       ┊",
    "   │       ┊",
    "   │       ┊   x",
    " 5 ┤       ┊   +",
    "   │       ┊",
    "   │       ┊",
    "   │       ┊",
    "   │       ┊",
    " 0 ┤*      ┊      x",
    "   └───────┴───────",
    "    0             4",
  ]);
});

test("one value, one step, nothing", () => {
  const [first, ...rest] = draw({ steps: [7], a: [3], b: [3], mark: undefined });
  expect(first).toBe("  │");
  expect(rest[5]).toBe("3 ┤*");
  expect(rest.at(-1)).toBe("   7");
  expect(drawPlot({ steps: [1], a: [undefined], b: [undefined], mark: 1 }, 80, plain)).toBe(
    undefined,
  );
});

test.each([
  [
    [1_000_000.5, 1_000_001],
    ["1,000,001", "1,000,000.5"],
  ],
  [
    [-1.7e308, 1.7e308],
    ["1.7e+308", "-1.7e+308"],
  ],
  [
    [0, 1e-9],
    ["1e-9", "0"],
  ],
  [
    [-0, -12_345.678],
    ["0", "-12,346"],
  ],
])("values of %j are labelled so that they can be told apart", (values, [top, bottom]) => {
  const rows = draw({ steps: [0, 1], a: values, b: [undefined, undefined], mark: undefined });
  const label = (row: string | undefined): string => (row ?? "").split("┤")[0]!.trim();
  expect([label(rows[0]), label(rows[11])]).toEqual([top, bottom]);
});

test("every value is drawn once, inside the columns, the greatest above and the least below", () => {
  const value = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 5, max: 120 }),
      fc.integer({ min: 1, max: 1e9 }),
      (pairs, columns, spacing) => {
        const steps = pairs.map((_, i) => i * spacing);
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const values = [...a, ...b].filter((x) => x !== undefined);
        const rows = drawPlot({ steps, a, b, mark: undefined }, columns, plain);
        if (values.length === 0) {
          expect(rows).toBe(undefined);
          return;
        }
        expect(rows).toHaveLength(14);
        const grid = rows!.slice(0, 12).map((row) => row.slice(row.search(/[┤│]/) + 1));
        const signs = grid.join("").replaceAll(" ", "");
        expect(signs.length).toBeLessThanOrEqual(values.length);
        expect(signs).toMatch(/^[+x*]+$/);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        if (low !== high) {
          expect(grid[0]!.trim()).not.toBe("");
          expect(grid[11]!.trim()).not.toBe("");
        }
        const has = (sign: string): boolean => signs.includes(sign) || signs.includes("*");
        expect([has("+"), has("x")]).toEqual([a, b].map((all) => all.some((x) => x !== undefined)));
      },
    ),
  );
});
