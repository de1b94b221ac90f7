import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { writeParquet } from "../../src/table/parquet.ts";
import { bytesOf, memoryTools, ROWS, type Row, sampleTable } from "./sample.ts";

async function read(bytes: Buffer) {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return { rows: await parquetReadObjects({ file }), metadata: parquetMetadata(file) };
}

describe("Parquet", () => {
  test("every type and every special value reads back", async () => {
    const { rows } = await read(await bytesOf(writeParquet, sampleTable()));
    const found = rows.map((row) => [
      ...[row.run, Number(row.step), row.x, [row["position[0]"], row["position[1]"]]],
      ...[row.alive, row.phase, row.beta, row.on, row.note].map((value) => value ?? undefined),
    ]);
    expect(found).toEqual(ROWS);
  });

  test("-0 stays beside 0 where values repeat", async () => {
    const zeros = Array.from({ length: 1_500 }, (_, i): Row => {
      const x = [0, -0, 1][i % 3] as number;
      return ["a", i, x, [x, x], true, "", x, true, ""];
    });
    const { rows } = await read(await bytesOf(writeParquet, sampleTable(zeros, 500)));
    for (const name of ["x", "position[1]", "beta"]) {
      expect(rows.map((row) => Object.is(row[name], -0))).toEqual(zeros.map((_, i) => i % 3 === 1));
    }
  });

  test("the types are those of Parquet, and only some may be missing", async () => {
    const { metadata } = await read(await bytesOf(writeParquet, sampleTable()));
    expect(
      metadata.schema
        .slice(1)
        .map(({ name, type, converted_type, repetition_type }) =>
          [name, type, converted_type, repetition_type].filter(Boolean).join(" "),
        ),
    ).toEqual([
      ...["run BYTE_ARRAY UTF8 REQUIRED", "step INT64 REQUIRED", "x DOUBLE REQUIRED"],
      ...["position[0] DOUBLE REQUIRED", "position[1] DOUBLE REQUIRED", "alive BOOLEAN REQUIRED"],
      ...["phase BYTE_ARRAY UTF8 REQUIRED", "beta DOUBLE OPTIONAL", "on BOOLEAN OPTIONAL"],
      "note BYTE_ARRAY UTF8 OPTIONAL",
    ]);
  });

  test("the metadata has the runs, the units and the thinning", async () => {
    const { metadata } = await read(await bytesOf(writeParquet, sampleTable()));
    const notes = Object.fromEntries(
      (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value]),
    );
    expect(notes["rewind.table"]).toBe("steps");
    expect(notes["rewind.version"]).toBe("0.1.0");
    expect(JSON.parse(String(notes["rewind.runs"]))).toEqual([
      { run: "0123456789ab", params: { p: 0.5 } },
    ]);
    expect(JSON.parse(String(notes["rewind.columns"]))).toEqual({
      x: { unit: "m", title: "Place" },
    });
    expect(JSON.parse(String(notes["rewind.thinning"]))).toEqual({ every: 10, kept: 24, of: 231 });
    expect(metadata.created_by).toBe("rewind version 0.1.0");
  });

  test("rows go out in row groups, before all are known", async () => {
    const table = sampleTable();
    const columns = [{ name: "x", type: "number" } as const];
    const batch = { rows: 70_000, columns: [{ values: new Float64Array(70_000).fill(1.5) }] };
    let made = 0;
    const before: number[] = [];
    const parts: Uint8Array[] = [];
    await writeParquet(
      {
        ...{ name: table.name, notes: {}, columns },
        rows: {
          async *[Symbol.asyncIterator]() {
            for (; made < 5; made++) yield batch;
          },
        },
      },
      {
        write(bytes) {
          before.push(made);
          parts.push(bytes.slice());
        },
      },
      memoryTools(),
    );
    // Two batches fill a group of 131,072 rows.
    expect(before.slice(0, 2)).toEqual([1, 1]);
    const { metadata } = await read(Buffer.concat(parts));
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([
      ...[131_072, 8_928, 131_072, 8_928, 70_000],
    ]);
  });

  test("a table without rows has its columns", async () => {
    const { rows, metadata } = await read(await bytesOf(writeParquet, sampleTable([])));
    expect(rows).toEqual([]);
    expect(metadata.schema).toHaveLength(11);
  });
});
