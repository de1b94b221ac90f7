import { RewindError } from "../../base/errors.ts";
import { reasonOf } from "../../base/reason.ts";
import { crc32 } from "../../store/crc32.ts";

/** The package that draws SVG as PNG. It is an optional peer: whoever wants PNG installs it. */
const PACKAGE = "@resvg/resvg-js";

/** What is used of the package. */
interface ResvgPackage {
  readonly Resvg: new (
    svg: string,
    options: object,
  ) => { render(): { asPng(): Uint8Array }; getBBox(): object | undefined };
}

/** Loads a package by its name. */
export type Load = (name: string) => Promise<unknown>;

/** A PNG, and whether this machine has fonts for its texts. */
export interface Picture {
  readonly png: Uint8Array;
  readonly hasFonts: boolean;
}

const A_LETTER =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">H</text></svg>';

/**
 * An SVG picture as PNG, of this width in pixels. Throws PACKAGE_NEEDED if the package that draws it
 * is not installed.
 */
export async function pngOf(
  svg: string,
  width: number,
  load: Load = (name) => import(name),
): Promise<Picture> {
  const { Resvg } = await resvg(load);
  const font = {
    loadSystemFonts: true,
    defaultFontFamily: FONTS[process.platform] ?? "DejaVu Sans",
  };
  const options = { fitTo: { mode: "width", value: width }, font };
  const hasFonts = new Resvg(A_LETTER, { font }).getBBox() !== undefined;
  return { png: marked(new Resvg(svg, options).render().asPng()), hasFonts };
}

/** The package takes only one of the fonts that an SVG names, and any other if that is missing. */
const FONTS: Readonly<Record<string, string>> = { darwin: "Helvetica Neue", win32: "Segoe UI" };

async function resvg(load: Load): Promise<ResvgPackage> {
  try {
    return (await load(PACKAGE)) as ResvgPackage;
  } catch (cause) {
    throw new RewindError(
      "PACKAGE_NEEDED",
      `a PNG needs the package ${PACKAGE}, which cannot be loaded: ${reasonOf(cause)}`,
      { package: PACKAGE, instead: "an .svg or .html file needs no package" },
      { cause },
    );
  }
}

/** The text chunk that says who made a picture, as the specification of PNG names it. */
const PNG_MARK = "tEXtSoftware\0rewind";

/** The bytes before the second chunk of a PNG: its signature and its header. */
const HEAD_BYTES = 33;

/** Whether the beginning of a file is that of a PNG that was marked here. */
export function isMarkedPng(start: Uint8Array): boolean {
  const at = HEAD_BYTES + 4;
  const found = Buffer.from(start.subarray(at, at + PNG_MARK.length)).toString("latin1");
  return start[0] === 0x89 && found === PNG_MARK;
}

/** Marks a PNG, so that another plot may replace the file, and nothing else. */
function marked(png: Uint8Array): Uint8Array {
  const body = Buffer.from(PNG_MARK, "latin1");
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([png.subarray(0, HEAD_BYTES), chunk, png.subarray(HEAD_BYTES)]);
}
