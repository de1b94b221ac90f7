import { describe, expect, test } from "vitest";
import { writeJsonLines } from "../../src/table/jsonl.ts";
import { bytesOf, ROWS, sampleTable } from "./sample.ts";

describe("JSON lines", () => {
  test("every type and every special value reads back", async () => {
    const lines = `${await bytesOf(writeJsonLines, sampleTable())}`.split("\n");
    expect(lines.pop()).toBe("");
    const number = (value: unknown) => (value === null ? undefined : Number(value));
    const read = lines.map((line) => {
      const { run, step, x, position, alive, phase, beta, on, note } = JSON.parse(line);
      return [
        ...[run, step, number(x), position.map(number), alive, phase],
        ...[number(beta), on ?? undefined, note ?? undefined],
      ];
    });
    expect(read).toEqual(ROWS);
  });

  test("what is not a number in JSON is a text, as in the JSON of Protocol Buffers", async () => {
    const text = `${await bytesOf(writeJsonLines, sampleTable())}`;
    const words = [...text.matchAll(/"x":"(.*?)"/g)].map(([, word]) => word);
    expect(words).toEqual(["NaN", "Infinity", "-Infinity"]);
  });
});
