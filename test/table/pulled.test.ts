import { describe, expect, test } from "vitest";
import { pulled } from "../../src/table/pulled.ts";

/** Hands over numbers, and notes how many were made. */
function numbers(most: number, made: number[]): AsyncIterable<number> {
  return pulled<number>(async (handOver) => {
    for (let i = 0; i < most; i++) {
      made.push(i);
      await handOver(i);
    }
  });
}

describe("what is pulled", () => {
  test("comes in order, and all of it", async () => {
    const read: number[] = [];
    for await (const each of numbers(5, [])) read.push(each);
    expect(read).toEqual([0, 1, 2, 3, 4]);
  });

  test("is made only as it is read", async () => {
    const made: number[] = [];
    const ahead: number[] = [];
    for await (const each of numbers(5, made)) {
      await new Promise((resolve) => setImmediate(resolve));
      ahead.push(made.length - each);
    }
    expect(ahead).toEqual([1, 1, 1, 1, 1]);
  });

  test("ends the work when the reader stops", async () => {
    const made: number[] = [];
    for await (const each of numbers(1_000, made)) if (each === 3) break;
    expect(made).toEqual([0, 1, 2, 3]);
  });

  test("fails where the work fails, after what came before", async () => {
    const read: number[] = [];
    const failing = pulled<number>(async (handOver) => {
      await handOver(1);
      throw new Error("no more");
    });
    await expect(async () => {
      for await (const each of failing) read.push(each);
    }).rejects.toThrow("no more");
    expect(read).toEqual([1]);
  });

  test("can be read again", async () => {
    const source = numbers(2, []);
    const read: number[] = [];
    for (let time = 0; time < 2; time++) for await (const each of source) read.push(each);
    expect(read).toEqual([0, 1, 0, 1]);
  });
});
