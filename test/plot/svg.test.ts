import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layoutOf, placeOf } from "../../src/plot/layout.ts";
import { textWidth } from "../../src/plot/letters.ts";
import type { Plot } from "../../src/plot/plot.ts";
import { svgText } from "../../src/plot/svg.ts";
import { curve, plotOf, spansOf, spiked } from "./plots.ts";

/** The heights that the line of each curve reaches at each place, from the picture alone. */
function drawn(svg: string): Map<number, number[]>[] {
  return [...svg.matchAll(/class="line" d="([^"]*)"/g)].map(([, path = ""]) => {
    const heights = new Map<number, number[]>();
    for (const [, x, y] of path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)) {
      heights.set(Number(x), [...(heights.get(Number(x)) ?? []), Number(y)]);
    }
    return heights;
  });
}

/** Checks every bucket: the line reaches exactly from its least to its greatest value. */
function checkEnvelopes(plot: Plot, values: readonly number[], options = {}): void {
  const layout = layoutOf(plot, options);
  const [panel] = layout.panels;
  const [heights] = drawn(svgText(plot, options));
  const yOf = (value: number): number =>
    (panel?.bottom ?? 0) -
    (panel?.scale?.at(value) ?? 0) * ((panel?.bottom ?? 0) - (panel?.top ?? 0));
  for (const { from, to } of plot.curves[0]?.spans ?? []) {
    const own = values.slice(from, to + 1).filter((value) => !Number.isNaN(value));
    const x = Math.round(placeOf((from + to) / 2, layout) * 100) / 100;
    const ys = heights?.get(x);
    if (own.length === 0) {
      expect(ys).toBeUndefined();
      continue;
    }
    expect(Math.min(...(ys ?? []))).toBeCloseTo(yOf(own.reduce((a, b) => Math.max(a, b))), 1);
    expect(Math.max(...(ys ?? []))).toBeCloseTo(yOf(own.reduce((a, b) => Math.min(a, b))), 1);
  }
}

describe("a plot as SVG", () => {
  test("every envelope is the least and the greatest value of its bucket", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6 }), fc.constant(Number.NaN)), {
          minLength: 1,
          maxLength: 300,
        }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 1, "shared" as const),
        (values, points, style) => {
          if (values.every(Number.isNaN)) return;
          checkEnvelopes(plotOf([curve(values, { style }, points)]), values);
        },
      ),
    );
  });

  test("a spike of one step among a million is drawn to its full height, without dashes", () => {
    const values = spiked();
    const plot = plotOf([curve(values, { style: 1 }, 800)]);
    checkEnvelopes(plot, values);
    const svg = svgText(plot);
    const [, high = ""] = /class="high" d="([^"]*)" [^>]*>/.exec(svg) ?? [];
    expect(high.match(/M/g)).toHaveLength(1);
    expect(/class="high"[^>]*stroke-dasharray/.test(svg)).toBe(false);
  });

  test("the picture of an epidemic and its fork", async () => {
    const values = Array.from({ length: 201 }, (_, i) =>
      Math.round(100 * Math.exp(-((i - 75) ** 2) / 900)),
    );
    const given = { title: "infected", unit: "people" };
    const spans = spansOf(values, 40);
    const plot = plotOf(
      [
        { ...given, label: "main, fix (shared past)", style: "shared", spans: spans.slice(0, 16) },
        { ...given, label: "main", style: 0, spans: spans.slice(16) },
        { ...given, label: "fix", style: 1, spans: spans.slice(16, 30) },
        { label: "main", title: "share", unit: "%", style: 0, spans },
      ],
      { title: "an epidemic", marks: [{ step: 80, label: "fix: beta 0.3 → 0.1" }] },
    );
    await expect(svgText(plot, { width: 640 })).toMatchFileSnapshot("epidemic.svg");
  });

  test("every text is escaped", () => {
    const hostile = `<script>alert("1")</script>&'\u0000\u0007\ud800\u202e]]>`;
    const given = { label: hostile, title: hostile, unit: hostile };
    const plot = plotOf([curve([1, Number.NaN, 2], given)], {
      ...{ title: hostile, xLabel: hostile, marks: [{ step: 1, label: hostile }] },
    });
    const svg = svgText(plot);
    expect(svg).not.toMatch(/<script|alert\("|&'|]]>/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
    expect(svg).not.toMatch(/[\u0000-\u0008\u202e]|\p{Surrogate}/u);
    expect(svg.match(/&lt;script&gt;alert\(&quot;1&quot;\)/g)?.length).toBeGreaterThanOrEqual(5);
    for (const [, name] of svg.matchAll(/<\/?([\w-]+)/g)) {
      expect(["svg", "title", "rect", "text", "g", "path"]).toContain(name);
    }
  });

  test("labels of marks and names in the legend do not overlap, and stay within the picture", () => {
    const rising = Array.from({ length: 1000 }, (_, i) => i);
    const marks = Array.from({ length: 12 }, (_, i) => ({
      step: 100 + i * 70,
      label: `b${i}: clamp 1 → ${i}`,
    }));
    const curves = Array.from({ length: 20 }, (_, i) =>
      curve(rising, { label: `run ${i}`, style: i }),
    );
    const layout = layoutOf(plotOf(curves, { marks }), {});
    const boxes = [
      ...layout.marks.map(({ text, x, y, anchor }) => {
        const width = textWidth(text, 12);
        return {
          y,
          start: anchor === "end" ? x - width : x,
          end: anchor === "end" ? x : x + width,
        };
      }),
      ...layout.legend.map(({ text, x, y }) => ({
        y,
        start: x,
        end: x + 34 + textWidth(text, 12),
      })),
    ];
    for (const [i, a] of boxes.entries()) {
      expect(a.start).toBeGreaterThanOrEqual(0);
      expect(a.end).toBeLessThanOrEqual(layout.width);
      for (const b of boxes.slice(i + 1)) {
        if (a.y === b.y) expect(a.end < b.start || b.end < a.start).toBe(true);
      }
    }
  });

  test("has the size that is asked for", () => {
    const svg = svgText(plotOf([curve([1, 2, 3])]), { width: 500, height: 300 });
    expect(svg).toContain('width="500" height="300" viewBox="0 0 500 300"');
    const { panels } = layoutOf(plotOf([curve([1, 2, 3])]), { width: 500, height: 300 });
    expect(panels[0]?.bottom).toBeLessThan(300);
  });

  test("colours and dashes of 35 curves differ", () => {
    const svg = svgText(
      plotOf(
        Array.from({ length: 35 }, (_, style) => curve([1, 2], { style, label: `r${style}` })),
      ),
    );
    const lines = [...svg.matchAll(/class="line" d="[^"]*" (.*?)\/>/g)].map(([, look]) => look);
    expect(new Set(lines).size).toBe(35);
  });
});
