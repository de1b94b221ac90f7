import { crc32 } from "../../src/store/crc32.ts";
import { BatchBuilder } from "../../src/table/batch-builder.ts";
import type { Scratch, Sink, Table, TableTools, WriteTable } from "../../src/table/table.ts";

/** Numbers that formats tend to lose. */
export const SPECIAL: readonly number[] = [
  ...[0, -0, 1, -1, 0.1, 1 / 3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...[5e-324, -5e-324, Number.MAX_VALUE, Number.MIN_VALUE, Number.EPSILON, 2.2250738585072014e-308],
  ...[
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 53),
    1e20,
    123456789012345680000,
    1e21,
    2 ** 63,
    2 ** 64,
    -1e300,
  ],
];

/** Texts that formats tend to break. */
export const TEXTS: readonly string[] = [
  ...["", "plain", "a,b", 'say "x"', "two\nlines", "cr\r\nlf", " spaces ", "=1+1", "-x", "NA"],
  ...["é", "日本", "🙂🙂", "null", "true", "12", "\t", "'", "\u0000", "a;b"],
];

/** A row of the sample; undefined stands for no value. */
export type Row = readonly [
  run: string,
  step: number,
  x: number,
  position: readonly [number, number],
  alive: boolean,
  phase: string,
  beta: number | undefined,
  on: boolean | undefined,
  note: string | undefined,
];

/** A row for each special number, with every type of column. */
export const ROWS: readonly Row[] = SPECIAL.map((x, i) => [
  "0123456789ab",
  i * 1_000_000_007,
  x,
  [x, -i / 7],
  i % 3 === 0,
  TEXTS[i % TEXTS.length] as string,
  i % 4 === 0 ? undefined : x,
  i % 5 === 0 ? undefined : i % 2 === 0,
  i % 6 === 0 ? undefined : (TEXTS[(i * 7) % TEXTS.length] as string),
]);

/** The sample as a table, in batches of a few rows. */
export function sampleTable(rows: readonly Row[] = ROWS, batchRows = 7): Table {
  const columns: Table["columns"] = [
    { name: "run", type: "text" },
    { name: "step", type: "integer" },
    { name: "x", type: "number", unit: "m", title: "Place" },
    { name: "position", type: "vector", width: 2 },
    { name: "alive", type: "boolean" },
    { name: "phase", type: "text" },
    { name: "beta", type: "number", optional: true },
    { name: "on", type: "boolean", optional: true },
    { name: "note", type: "text", optional: true },
  ];
  return {
    name: "steps",
    columns,
    notes: {
      version: "0.1.0",
      runs: [{ run: "0123456789ab", params: { p: 0.5 } }],
      thinning: { every: 10, kept: 24, of: 231 },
    },
    rows: {
      async *[Symbol.asyncIterator]() {
        const builder = new BatchBuilder(columns);
        for (const [i, row] of rows.entries()) {
          for (const [c, value] of row.entries()) builder.add[c]?.(value, i);
          builder.endRow();
          if (builder.rows === batchRows) yield builder.take();
        }
        if (builder.rows > 0) yield builder.take();
      },
    },
  };
}

/** The bytes that a writer makes of a table. */
export async function bytesOf(
  write: WriteTable,
  table: Table,
  tools: TableTools = memoryTools(),
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const sink: Sink = { write: (bytes) => void parts.push(bytes.slice()) };
  await write(table, sink, tools);
  return Buffer.concat(parts);
}

/** Tools that keep everything in memory. `open` counts what was not removed. */
export function memoryTools(
  partBytes: number = 1 << 20,
): TableTools & { readonly open: Set<Scratch> } {
  const open = new Set<Scratch>();
  return {
    crc32,
    open,
    scratch(): Scratch {
      const parts: Uint8Array[] = [];
      const scratch: Scratch = {
        write: (bytes) => void parts.push(bytes.slice()),
        async *read() {
          const all = Buffer.concat(parts);
          for (let at = 0; at < all.length; at += partBytes) {
            yield new Uint8Array(all.subarray(at, at + partBytes));
          }
        },
        remove: () => void open.delete(scratch),
      };
      open.add(scratch);
      return scratch;
    },
  };
}
