import { describe, expect, test } from "vitest";
import { record } from "../../../src/index.ts";
import { defaultBlockSize } from "../../../src/replay/record/block-size.ts";

/** The block size of a run whose first state is an array of bytes; its encoding is a little longer. */
async function blockSize(steps: number, bytes: number): Promise<number> {
  const init = (): Uint8Array => new Uint8Array(bytes);
  const run = await record({ name: "bytes", init, step: (state) => state }, { steps, seed: 1 });
  return run.blockSize;
}

describe("the default block size", () => {
  test.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [100, 10],
    [101, 11],
  ])("of %i steps of a small state is ceil(sqrt(steps)), %i", async (steps, expected) => {
    expect(await blockSize(steps, 4000)).toBe(expected);
  });

  test("of a large state grows with the state, a step for every 16 bytes beyond 4 KiB", async () => {
    expect(await blockSize(100, 4096 + 1600 - 8)).toBe(100);
    expect(await blockSize(100, 4096 + 16_000 - 8)).toBe(1000);
    expect(await blockSize(250_000, 4096 + 1600)).toBe(500);
  });

  test("of a very large state is at most 4,096, or what the steps ask for", async () => {
    expect(await blockSize(100, 1_000_000)).toBe(4096);
    expect(defaultBlockSize(25_000_000, 1_000_000)).toBe(5000);
  });
});
