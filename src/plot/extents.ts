import type { Curve } from "./plot.ts";
import type { Scale } from "./scale.ts";
import { strokesOf } from "./strokes.ts";

/** The dots that a curve covers in one column, both ends included, counted from the top. */
export interface Extent {
  readonly top: number;
  readonly bottom: number;
}

/** A grid of dots, and which steps and values it covers. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly steps: { readonly from: number; readonly to: number };
  readonly scale: Scale;
}

/** What a curve covers in each column of a grid; undefined where it has a gap. */
export function extentsOf({ spans }: Curve, grid: Grid): readonly (Extent | undefined)[] {
  const { columns, rows, scale } = grid;
  const extents = new Array<Extent | undefined>(columns).fill(undefined);
  const cover = (column: number, a: number, b: number): void => {
    const { top, bottom } = extents[column] ?? { top: a, bottom: a };
    extents[column] = { top: Math.min(top, a, b), bottom: Math.max(bottom, a, b) };
  };
  const rowOf = (value: number): number => Math.round((1 - scale.at(value)) * (rows - 1));
  let before: { readonly column: number; readonly row: number } | undefined;
  for (const { step, enter, min, max, leave, joined } of strokesOf(spans)) {
    const column = columnOf(step, grid);
    if (joined && before !== undefined) line(before, { column, row: rowOf(enter) }, cover);
    cover(column, rowOf(min), rowOf(max));
    before = { column, row: rowOf(leave) };
  }
  return extents;
}

function columnOf(step: number, { columns, steps: { from, to } }: Grid): number {
  const count = to - from + 1;
  if (count === 1) return 0;
  // Each step has a column, or each column has several steps.
  const column =
    count <= columns
      ? Math.round(((step - from) / (count - 1)) * (columns - 1))
      : Math.floor(((step - from + 0.5) / count) * columns);
  return Math.min(columns - 1, Math.max(0, column));
}

/** Covers the dots between two dots; each column gets the part of the line that crosses it. */
function line(
  a: { readonly column: number; readonly row: number },
  b: { readonly column: number; readonly row: number },
  cover: (column: number, from: number, to: number) => void,
): void {
  const length = b.column - a.column;
  const rowAt = (column: number): number =>
    length <= 0 ? b.row : a.row + ((b.row - a.row) * (column - a.column)) / length;
  for (let column = a.column; column <= b.column; column++) {
    const [from, to] = [Math.max(a.column, column - 0.5), Math.min(b.column, column + 0.5)];
    cover(column, Math.round(rowAt(from)), Math.round(rowAt(to)));
  }
}
