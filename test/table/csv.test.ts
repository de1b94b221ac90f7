import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writeCsv } from "../../src/table/csv.ts";
import { numberText } from "../../src/table/number-texts.ts";
import { bytesOf, ROWS, sampleTable } from "./sample.ts";

/** A reader of RFC 4180, written for this test: undefined for an empty field without quotes. */
function readCsv(text: string): (string | undefined)[][] {
  const rows: (string | undefined)[][] = [];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n)/gy;
  let row: (string | undefined)[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (found === null) throw new Error(`not CSV at ${at}: ${text.slice(at, at + 30)}`);
    const [, raw = "", end] = found;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw || undefined);
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe("CSV", () => {
  test("every type and every special value reads back", async () => {
    const [header, ...rows] = readCsv(`${await bytesOf(writeCsv, sampleTable())}`);
    expect(header).toEqual(
      "run,step,x,position[0],position[1],alive,phase,beta,on,note".split(","),
    );
    const read = rows.map(([run, step, x, x0, x1, alive, phase, beta, on, note]) => [
      ...[run, Number(step), Number(x), [Number(x0), Number(x1)], alive === "true", phase],
      ...[beta === undefined ? undefined : Number(beta), on && on === "true", note],
    ]);
    expect(read).toEqual(ROWS);
  });

  test("Python's own reader finds the same fields", async () => {
    const { status } = spawnSync("python3", ["--version"]);
    if (status !== 0) return console.warn("SKIPPED: CSV in Python needs python3");
    const text = `${await bytesOf(writeCsv, sampleTable())}`;
    const program =
      "import csv,json,sys; print(json.dumps(list(csv.reader(sys.stdin.buffer.read().decode().splitlines(True)))))";
    // splitlines would cut at a line feed inside a field too, but keeps it.
    const { stdout } = spawnSync("python3", ["-c", program], { input: text, encoding: "utf8" });
    const ours = readCsv(text).map((row) => row.map((field) => field ?? ""));
    expect(JSON.parse(stdout)).toEqual(ours);
  });

  test("a number is the shortest text that reads back, and never looks like a long whole number", () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        const text = numberText(x);
        expect(Object.is(Number(text), x)).toBe(true);
        const isLong = Math.abs(x) >= 2 ** 53 && Number.isFinite(x);
        expect(/^-?\d+$/.test(text) && isLong).toBe(false);
      }),
    );
    expect([1, -0, 1e20, 0.1, 2 ** 53].map(numberText)).toEqual([
      ...["1", "-0.0", "1e+20", "0.1", "9.007199254740992e+15"],
    ]);
  });

  test("a text that a spreadsheet takes for a formula stays as it is", async () => {
    const text = `${await bytesOf(writeCsv, sampleTable())}`;
    expect(text).toMatch(/,=1\+1,/);
  });

  test("a table without rows has its header", async () => {
    expect(`${await bytesOf(writeCsv, sampleTable([]))}`).toMatch(/^run,step,.*,note\n$/);
  });
});
