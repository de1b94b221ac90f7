import path from "node:path";
import { utf8 } from "../../../base/bytes.ts";
import type { FileKind } from "../../../node/host/file-kind.ts";
import { saveFile } from "../../../node/host/user-files.ts";
import type { Plot } from "../../../repository.ts";
import type { Context } from "../../command.ts";
import { usageError } from "../../input/usage-error.ts";
import { noteReplaced } from "../../show/replaced.ts";

/** The files that a plot can be written to, by what their names end in. */
export type PlotFileKind = "svg" | "png" | "html";

/** What the file that -o names is to hold. Throws USAGE. */
export function plotFileKind(file: string | undefined): PlotFileKind | undefined {
  if (file === undefined) return undefined;
  const kind = /\.(svg|png|html)$/i.exec(file)?.[1]?.toLowerCase();
  if (kind !== undefined) return kind as PlotFileKind;
  throw usageError(`expected -o FILE.svg, FILE.png or FILE.html, got ${JSON.stringify(file)}`);
}

/** The size of a picture, in pixels. */
export interface PictureSize {
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** The width of a picture unless given; a PNG has two pixels for each of a drawing. */
export const PICTURE_WIDTH = 800;

/** How many pixels of a PNG stand for one of the drawing, so that its letters are sharp. */
export function zoomOf(kind: PlotFileKind, { width }: PictureSize): number {
  return kind === "png" && (width ?? 2 * PICTURE_WIDTH) >= 800 ? 2 : 1;
}

/** Draws a plot and writes it to a file. An existing file is replaced if it is such a plot too. */
export async function writePlot(
  file: string,
  kind: PlotFileKind,
  plot: Plot,
  size: PictureSize & { readonly log: boolean },
  { out, cwd }: Pick<Context, "out" | "cwd">,
): Promise<void> {
  // Only here: no other command draws pictures.
  const { plotHtml, plotSvg } = await import("../../../plot.ts");
  const zoom = zoomOf(kind, size);
  const scaled = (pixels: number | undefined) => (pixels === undefined ? undefined : pixels / zoom);
  const drawing = { width: scaled(size.width), height: scaled(size.height), log: size.log };
  const text = kind === "html" ? plotHtml(plot, drawing) : plotSvg(plot, drawing);
  const pixels = size.width ?? PICTURE_WIDTH * zoom;
  const bytes = kind === "png" ? await png(text, pixels, out) : utf8(text);
  noteReplaced(out, file, await saveFile(path.resolve(cwd, file), bytes, KINDS[kind]));
}

async function png(svg: string, width: number, out: Context["out"]): Promise<Uint8Array> {
  const { pngOf } = await import("../../../node/host/png.ts");
  const { png, hasFonts } = await pngOf(svg, width);
  if (!hasFonts) out.note("the picture has no texts, because this machine has no fonts");
  return png;
}

const KINDS: Readonly<Record<PlotFileKind, FileKind>> = {
  svg: "a plot in SVG",
  png: "a plot in PNG",
  html: "a plot in HTML",
};
