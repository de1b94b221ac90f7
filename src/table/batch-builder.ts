import { otherKind } from "./kind-of.ts";
import type { Batch, BatchColumn, Column } from "./table.ts";

/** Adds the value of one column to the row that is being made. `step` is for errors. */
export type AddValue = (value: unknown, step: number) => void;

/** Collects rows, column by column. The caller adds a value to each column, then ends the row. */
export class BatchBuilder {
  /** One for each column, in their order. */
  readonly add: readonly AddValue[];
  readonly #takes: readonly ((rows: number) => BatchColumn)[];
  #rows = 0;

  constructor(columns: readonly Column[]) {
    const made = columns.map(collector);
    this.add = made.map(({ add }) => add);
    this.#takes = made.map(({ take }) => take);
  }

  get rows(): number {
    return this.#rows;
  }

  endRow(): void {
    this.#rows++;
  }

  /** The rows collected since the last call. */
  take(): Batch {
    const rows = this.#rows;
    this.#rows = 0;
    return { rows, columns: this.#takes.map((take) => take(rows)) };
  }
}

interface Collector {
  readonly add: AddValue;
  take(rows: number): BatchColumn;
}

function collector(column: Column): Collector {
  if (column.optional === true) return optional(column);
  if (column.type === "text") return texts(column);
  if (column.type === "boolean") return booleans(column);
  return column.type === "vector" ? vectors(column) : numbers(column);
}

const FIRST_CAPACITY = 1024;

function numbers(column: Column): Collector {
  let values = new Float64Array(FIRST_CAPACITY);
  let length = 0;
  return {
    add(value, step) {
      if (typeof value !== "number") throw otherKind(column, value, step);
      if (length === values.length) values = grown(values);
      values[length++] = value;
    },
    take() {
      const taken = values.subarray(0, length);
      // The taken part belongs to the batch.
      values = new Float64Array(Math.max(FIRST_CAPACITY, length));
      length = 0;
      return { values: taken };
    },
  };
}

function booleans(column: Column): Collector {
  let values: number[] = [];
  return {
    add(value, step) {
      if (typeof value !== "boolean") throw otherKind(column, value, step);
      values.push(value ? 1 : 0);
    },
    take() {
      const taken = Uint8Array.from(values);
      values = [];
      return { values: taken };
    },
  };
}

function texts(column: Column): Collector {
  let values: string[] = [];
  return {
    add(value, step) {
      if (typeof value !== "string") throw otherKind(column, value, step);
      values.push(value);
    },
    take() {
      const taken = values;
      values = [];
      return { values: taken };
    },
  };
}

function vectors(column: Column): Collector {
  const { width = 0 } = column;
  let values = new Float64Array(FIRST_CAPACITY);
  let length = 0;
  return {
    add(value, step) {
      const items = value as ArrayLike<unknown> | null | undefined;
      if (typeof items !== "object" || items?.length !== width)
        throw otherKind(column, value, step);
      while (length + width > values.length) values = grown(values);
      for (let i = 0; i < width; i++) {
        const item = items[i];
        if (typeof item !== "number") throw otherKind(column, value, step);
        values[length++] = item;
      }
    },
    take() {
      const taken = values.subarray(0, length);
      values = new Float64Array(Math.max(FIRST_CAPACITY, length));
      length = 0;
      return { values: taken };
    },
  };
}

/** Takes undefined for a row without a value. */
function optional(column: Column): Collector {
  const inner = collector({ ...column, optional: false });
  const filler = fillerOf(column);
  let missing: number[] = [];
  return {
    add(value, step) {
      inner.add(value === undefined ? filler : value, step);
      missing.push(value === undefined ? 1 : 0);
    },
    take(rows) {
      const taken = inner.take(rows);
      const marks = Uint8Array.from(missing);
      missing = [];
      return marks.includes(1) ? { ...taken, missing: marks } : taken;
    },
  };
}

function fillerOf({ type, width = 0 }: Column): unknown {
  if (type === "text") return "";
  if (type === "boolean") return false;
  return type === "vector" ? new Array(width).fill(0) : 0;
}

function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
