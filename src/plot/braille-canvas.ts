/** The dots of a cell, two columns of four: the bits of U+2800 and what follows it. */
const BITS: readonly (readonly number[])[] = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];

/** A grid of dots, drawn with braille: two dots a column and four a row of the terminal. */
export class BrailleCanvas {
  readonly #columns: number;
  readonly #cells: Uint8Array;
  /** The number of the last drawing in each cell, from 1. */
  readonly #owners: Uint16Array;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#cells = new Uint8Array(columns * rows);
    this.#owners = new Uint16Array(columns * rows);
  }

  /** Sets the dots of a column from one row to another, counted from the top. */
  vertical(column: number, top: number, bottom: number, owner: number): void {
    for (let dot = top; dot <= bottom; dot++) {
      const cell = (dot >> 2) * this.#columns + (column >> 1);
      this.#cells[cell] = (this.#cells[cell] ?? 0) | (BITS[column & 1]?.[dot & 3] ?? 0);
      this.#owners[cell] = owner + 1;
    }
  }

  /** The cells of a row, each with what was drawn there last; `undefined` for an empty one. */
  row(row: number): readonly ({ readonly sign: string; readonly owner: number } | undefined)[] {
    return Array.from({ length: this.#columns }, (_, column) => {
      const cell = row * this.#columns + column;
      const bits = this.#cells[cell] as number;
      if (bits === 0) return undefined;
      return { sign: String.fromCharCode(0x2800 + bits), owner: (this.#owners[cell] ?? 0) - 1 };
    });
  }
}
