import { describe, expect, test } from "vitest";
import { isMarkedPng, pngOf } from "../../../src/node/host/png.ts";
import { svgText } from "../../../src/plot/svg.ts";
import { crc32 } from "../../../src/store/crc32.ts";
import { curve, plotOf } from "../../plot/plots.ts";

const svg = svgText(plotOf([curve([1, 5, 2], { unit: "m", style: 1 })]), {
  width: 400,
  height: 300,
});

describe("a plot as PNG", () => {
  test("has the size that is asked for, sound chunks, and a mark", async () => {
    const { png } = await pngOf(svg, 800);
    const bytes = Buffer.from(png);
    expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([800, 600]);
    const kinds: string[] = [];
    for (let at = 8; at < bytes.length; ) {
      const length = bytes.readUInt32BE(at);
      kinds.push(bytes.subarray(at + 4, at + 8).toString("latin1"));
      expect(bytes.readUInt32BE(at + 8 + length)).toBe(
        crc32(bytes.subarray(at + 4, at + 8 + length)),
      );
      at += length + 12;
    }
    expect([kinds[0], kinds[1], kinds.at(-1)]).toEqual(["IHDR", "tEXt", "IEND"]);
    expect(isMarkedPng(bytes)).toBe(true);
    expect(isMarkedPng(bytes.subarray(0, 33))).toBe(false);
  });

  test("without the package says which one it is", async () => {
    const missing = pngOf(svg, 800, async (name) => {
      throw new Error(`Cannot find package '${name}'`);
    });
    await expect(missing).rejects.toMatchObject({
      code: "PACKAGE_NEEDED",
      message: expect.stringContaining("a PNG needs the package @resvg/resvg-js"),
      data: { package: "@resvg/resvg-js" },
    });
  });
});
