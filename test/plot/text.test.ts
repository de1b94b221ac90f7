import { describe, expect, test } from "vitest";
import { textLines } from "../../src/plot/text.ts";
import { curve, plotOf, spansOf, spiked } from "./plots.ts";

/** The cells of the panels, without labels. */
function cells(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^[^┤│]*[┤│](.*)$/.exec(line)?.[1] ?? []);
}

const SPIKES = [0, 421_337, 421_338, 999_999].map(
  (at) => [at, curve(spiked(at), {}, 160)] as const,
);

const isDrawn = (row: string | undefined): boolean => /[\u2801-\u28ff]/.test(row ?? "");

describe("a plot in a terminal", () => {
  test("has title, axes, ticks, legend, marks", async () => {
    const values = Array.from({ length: 401 }, (_, i) => 100 * Math.exp(-((i - 150) ** 2) / 5000));
    const past = { label: "main, fix (shared past)", style: "shared" } as const;
    const spans = spansOf(values, 120);
    const before = spans.filter(({ to }) => to <= 160);
    const after = spans.filter(({ from }) => from > 160);
    const halved = after.map(({ from, to, min, max, first, last }) => {
      return { from, to, min: min / 2, max: max / 2, first: first / 2, last: last / 2 };
    });
    const plot = plotOf(
      [
        { ...past, title: "infected", unit: "people", spans: before },
        { label: "main", style: 0, title: "infected", unit: "people", spans: after },
        { label: "fix", style: 1, title: "infected", unit: "people", spans: halved },
      ],
      { title: "an epidemic", marks: [{ step: 161, label: "fix: beta 0.3 → 0.1" }] },
    );
    const lines = textLines(plot, { columns: 72, rows: 16 });
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("epidemic.txt");
  });

  test.each([0, 1, 2, 3, 4, 5, "shared"] as const)(
    "a spike of one step among a million reaches the upper row, whatever the style: %s",
    (style) => {
      for (const [at, spike] of SPIKES) {
        const lines = textLines(plotOf([{ ...spike, style }]), { columns: 80 });
        const [top, ...others] = cells(lines);
        expect(isDrawn(top), String(at)).toBe(true);
        expect(others.slice(0, 5).every(isDrawn), String(at)).toBe(true);
      }
    },
  );

  test("NaN leaves a gap, and is said; so are infinities, at the edges", () => {
    const values = Array.from({ length: 100 }, (_, i) => (i < 40 ? 1 : i < 60 ? Number.NaN : 2));
    values[80] = Number.POSITIVE_INFINITY;
    values[90] = Number.NEGATIVE_INFINITY;
    const lines = textLines(plotOf([curve(values)]), { columns: 66 });
    const rows = cells(lines);
    const columns = Array.from({ length: 60 }, (_, i) => rows.some((row) => isDrawn(row[i])));
    expect(columns.indexOf(false)).toBe(24);
    expect(columns.slice(24, 36).some(Boolean)).toBe(false);
    expect(columns.slice(36).every(Boolean)).toBe(true);
    expect(isDrawn(rows[0]) && isDrawn(rows.at(-1))).toBe(true);
    expect(lines.slice(-3)).toEqual([
      "main: NaN, from step 40 to 59, in 20 of 100 buckets",
      "main: Infinity, drawn at the upper edge, at step 80",
      "main: -Infinity, drawn at the lower edge, at step 90",
    ]);
  });

  test("a plot of NaN alone says so", () => {
    expect(textLines(plotOf([curve([Number.NaN, Number.NaN])])).join("\n")).toContain(
      "no value to draw",
    );
  });

  test("one panel for each unit, over one axis of steps", () => {
    const up = Array.from({ length: 50 }, (_, i) => i);
    const lines = textLines(
      plotOf([
        curve(up, { title: "height", unit: "m" }),
        curve(up, { title: "speed", unit: "m/s" }),
        curve(up, { title: "depth", unit: "m", style: 1, label: "deep" }),
      ]),
    );
    expect(lines.filter((line) => /\((m|m\/s)\)$/.test(line)).map((line) => line.trim())).toEqual([
      "height, depth (m)",
      "speed (m/s)",
    ]);
    expect(lines.filter((line) => line.includes("└"))).toHaveLength(1);
  });

  test("with colours, lines are whole and each part is painted", () => {
    const painted = new Set<unknown>();
    const flat = new Array<number>(200).fill(5);
    const plot = plotOf([curve(flat, { style: 1 })], { marks: [{ step: 70, label: "x" }] });
    const lines = textLines(plot, {
      paint: (part, text) => {
        painted.add(part);
        return text;
      },
    });
    expect([...painted].sort()).toEqual([1, "mark", "title"].sort());
    const drawn = cells(lines).filter(isDrawn);
    expect(drawn).toHaveLength(1);
    expect(drawn[0]).toMatch(/^[\u2801-\u28ff]+$/);
    // Without colours, dashes tell it from style 0.
    expect(cells(textLines(plot)).find(isDrawn)).not.toBe(drawn[0]);
  });

  test("no line is wider than the terminal, but for labels and notes", () => {
    const lines = textLines(plotOf([(SPIKES[1] as (typeof SPIKES)[number])[1]]), {
      columns: 40,
      rows: 12,
    });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });
});
