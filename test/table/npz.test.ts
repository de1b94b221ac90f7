import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npyHeader } from "../../src/table/npy.ts";
import { writeNpz } from "../../src/table/npz.ts";
import type { Table } from "../../src/table/table.ts";
import { endOf, ZipWriter } from "../../src/table/zip.ts";
import { bytesOf, memoryTools, ROWS, sampleTable } from "./sample.ts";

/** An array of a .npy file. */
interface Read {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

/** A reader of zips with stored files, by their central directory, written for this test. */
function readZip(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).toBe(0x06054b50);
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50);
    const [crc, packed, size] = [16, 20, 24].map((field) => zip.readUInt32LE(at + field));
    const [name, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const local = zip.readUInt32LE(at + 42);
    expect([zip.readUInt32LE(local), packed]).toEqual([0x04034b50, size]);
    expect(zip.readUInt32LE(local + 14)).toBe(crc);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + (size as number));
    expect(crc32(bytes)).toBe(crc);
    files.set(zip.toString("utf8", at + 46, at + 46 + (name as number)), bytes);
    at += 46 + (name as number) + (extra as number) + (comment as number);
  }
  expect(at).toBe(end);
  return files;
}

/** A reader of .npy, as NEP 1 describes it, written for this test. */
function readNpy(file: Buffer): Read {
  expect(file.toString("latin1", 0, 8)).toBe("\u0093NUMPY\u0001\u0000");
  const start = 10 + file.readUInt16LE(8);
  expect(start % 64).toBe(0);
  const header = file.toString("latin1", 10, start);
  expect(header.endsWith("\n")).toBe(true);
  const [, descr = "", dims = ""] =
    /^\{'descr': '(.*)', 'fortran_order': False, 'shape': \((.*)\), \} *\n$/.exec(header) ?? [];
  const shape = dims.split(",").filter(Boolean).map(Number);
  const size = shape.reduce((product, dim) => product * dim, 1);
  const width = descr.startsWith("<U") ? 4 * Number(descr.slice(2)) : descr === "|b1" ? 1 : 8;
  expect(file.length - start).toBe(size * width);
  const values = Array.from({ length: size }, (_, i) => {
    const at = start + i * width;
    if (descr === "<f8") return file.readDoubleLE(at);
    if (descr === "<i8") return Number(file.readBigInt64LE(at));
    if (descr === "|b1") return file.readUInt8(at) === 1;
    const points = Array.from({ length: width / 4 }, (_, p) => file.readUInt32LE(at + 4 * p));
    return String.fromCodePoint(...points).replace(/\0+$/, "");
  });
  return { descr, shape, values };
}

async function arrays(table: Table, partBytes?: number): Promise<Record<string, Read>> {
  const files = readZip(await bytesOf(writeNpz, table, memoryTools(partBytes)));
  return Object.fromEntries([...files].map(([name, file]) => [name, readNpy(file)]));
}

describe(".npz", () => {
  test.each([1 << 20, 13, 64])(
    "every type and special value reads back, in parts of %i bytes",
    async (part) => {
      const read = await arrays(sampleTable(), part);
      const column = (i: number) => ROWS.map((row) => row[i]);
      const withNaN = (i: number) =>
        column(i).map((value) => (value === undefined ? Number.NaN : Number(value)));
      const n = ROWS.length;
      expect(read).toMatchObject({
        "run.npy": { descr: "<U12", shape: [n], values: column(0) },
        "step.npy": { descr: "<i8", shape: [n], values: column(1) },
        "x.npy": { descr: "<f8", shape: [n], values: column(2) },
        "position.npy": { descr: "<f8", shape: [n, 2], values: column(3).flat() },
        "alive.npy": { descr: "|b1", shape: [n], values: column(4) },
        "phase.npy": { values: column(5).map((text) => String(text).replace(/\0+$/, "")) },
        "beta.npy": { descr: "<f8", values: withNaN(6) },
        "on.npy": { descr: "<f8", values: withNaN(7) },
      });
      expect(read["note.npy"]?.values).toEqual(
        column(8).map((text) => String(text ?? "").replace(/\0+$/, "")),
      );
      expect(JSON.parse(String(read["_rewind.npy"]?.values[0]))).toEqual({
        table: "steps",
        version: "0.1.0",
        runs: [{ run: "0123456789ab", params: { p: 0.5 } }],
        columns: { x: { unit: "m", title: "Place" } },
        thinning: { every: 10, kept: 24, of: 231 },
      });
    },
  );

  test("a table without rows has empty arrays", async () => {
    const read = await arrays(sampleTable([]));
    expect(read["x.npy"]).toEqual({ descr: "<f8", shape: [0], values: [] });
    expect(read["position.npy"]).toEqual({ descr: "<f8", shape: [0, 2], values: [] });
  });

  test("nothing is left aside, also if the rows fail", async () => {
    const tools = memoryTools();
    await bytesOf(writeNpz, sampleTable(), tools);
    const table = sampleTable();
    const failing = {
      ...table,
      rows: {
        async *[Symbol.asyncIterator]() {
          for await (const batch of table.rows) {
            yield batch;
            throw new Error("no more");
          }
        },
      },
    };
    await expect(bytesOf(writeNpz, failing, tools)).rejects.toThrow("no more");
    expect(tools.open.size).toBe(0);
  });

  test("a column may not have the name of the notes", async () => {
    const table = sampleTable();
    const columns = table.columns.map((column) =>
      column.name === "x" ? { ...column, name: "_rewind" } : column,
    );
    await expect(bytesOf(writeNpz, { ...table, columns })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

describe("numpy", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "rewind-npz-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("reads the same", async () => {
    if (spawnSync("python3", ["-c", "import numpy"]).status !== 0) {
      return console.warn("SKIPPED: numpy reads .npz only where it is installed");
    }
    const file = path.join(folder, "sample.npz");
    writeFileSync(file, await bytesOf(writeNpz, sampleTable()));
    const program = `
import json, sys, numpy as np
z = np.load(sys.argv[1])
print(json.dumps({name: [z[name].dtype.str, list(z[name].shape), [float(v).hex() if z[name].dtype.kind == "f" else v for v in z[name].ravel().tolist()]] for name in z.files}))`;
    const { stdout, stderr } = spawnSync("python3", ["-c", program, file], { encoding: "utf8" });
    expect(stderr).toBe("");
    const read = JSON.parse(stdout);
    const hex = spawnSync("python3", [
      ...["-c", "import sys; print([float(v).hex() for v in sys.argv[1:]])"],
      ...ROWS.map(([, , x]) => (Object.is(x, -0) ? "-0.0" : String(x))),
    ]);
    expect(read.x).toEqual([
      "<f8",
      [ROWS.length],
      JSON.parse(`${hex.stdout}`.replaceAll("'", '"')),
    ]);
    expect(read.step[2]).toEqual(ROWS.map(([, step]) => step));
    expect(read.alive[2]).toEqual(ROWS.map(([, , , , alive]) => alive));
    expect(read.position[1]).toEqual([ROWS.length, 2]);
    expect(read.phase[2]).toEqual(ROWS.map((row) => row[5].replace(/\0+$/, "")));
    expect(JSON.parse(read._rewind[2][0])).toMatchObject({ thinning: { every: 10 } });
  });
});

describe(".npy", () => {
  test("a header of 65,536 bytes and more is of version 2", () => {
    const short = npyHeader("<f8", [3]);
    expect([short[6], short.length]).toEqual([1, 128]);
    const long = npyHeader("<f8", new Array(30_000).fill(1));
    expect(long[6]).toBe(2);
    expect(new DataView(long.buffer).getUint32(8, true)).toBe(long.length - 12);
    expect(long.length % 64).toBe(0);
  });
});

describe("large zips", () => {
  test("have 64-bit fields where the others are too short", async () => {
    const parts: Buffer[] = [];
    let length = 0;
    // The large file itself is not kept.
    const zip = new ZipWriter({
      write(bytes) {
        if (bytes.length < 1000) parts.push(Buffer.from(bytes));
        length += bytes.length;
      },
    });
    const large = 2 ** 32 + 5;
    const chunk = new Uint8Array(2 ** 26);
    await zip.add({
      ...{ name: "a.npy", length: large, crc32: 7 },
      async *bytes() {
        for (let left = large; left > 0; left -= chunk.length) {
          yield chunk.subarray(0, Math.min(left, chunk.length));
        }
      },
    });
    await zip.add({ name: "b.npy", length: 1, crc32: 9, async *bytes() {} });
    await zip.end();
    const [local = Buffer.alloc(0), second] = parts.filter((part) => part.length > 10);
    // 4.5.3: both lengths in the local header.
    expect(local.readUInt32LE(18)).toBe(0xffffffff);
    expect(local.readUInt16LE(35)).toBe(1);
    expect([local.readBigUInt64LE(39), local.readBigUInt64LE(47)]).toEqual([
      ...[BigInt(large), BigInt(large)],
    ]);
    expect(second?.readUInt32LE(18)).toBe(1);
    const central = parts.filter(
      (part) => part.length >= 46 && part.readUInt32LE(0) === 0x02014b50,
    );
    expect(central[0]?.readBigUInt64LE(46 + 5 + 4)).toBe(BigInt(large));
    // The second begins beyond 4 GiB, and only that is 64 bits long.
    expect(central[1]?.readUInt32LE(42)).toBe(0xffffffff);
    expect(central[1]?.readUInt16LE(46 + 5 + 2)).toBe(8);
    const end = parts.at(-1) ?? Buffer.alloc(0);
    expect(end.readUInt32LE(0)).toBe(0x06064b50);
    expect(end.readUInt32LE(56)).toBe(0x07064b50);
    expect(end.readBigUInt64LE(64)).toBe(BigInt(length - end.length));
    expect(end.readUInt32LE(76)).toBe(0x06054b50);
  });

  test("have them for very many files too", () => {
    const end = Buffer.from(endOf({ entries: 70_000, length: 5, offset: 6 }, 11));
    expect(end.readBigUInt64LE(24)).toBe(70_000n);
    expect(end.readUInt16LE(76 + 10)).toBe(0xffff);
  });
});
