import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readPieces, readWhole, whileOpen } from "../../../src/node/host/regular-file.ts";

/** A file with this many bytes, open for the length of the test. */
function opened(lengthBytes: number): number {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "rewind-regular-"));
  fs.writeFileSync(path.join(folder, "file"), Buffer.alloc(lengthBytes, 7));
  const descriptor = fs.openSync(path.join(folder, "file"), "r");
  onTestFinished(() => {
    fs.closeSync(descriptor);
    fs.rmSync(folder, { recursive: true });
  });
  return descriptor;
}

const MEGABYTE = 1 << 20;

describe("readWhole", () => {
  test.each([
    ["a size that is right", 10, 10, 10],
    ["an empty file", 0, 0, 0],
    ["one that has grown", 5, 10, 10],
    ["one that was cut", 20, 10, 20],
    ["no size", 0, 10, 10],
  ])("gives all bytes: %s", (_, sizeBytes, lengthBytes, limitBytes) => {
    const bytes = readWhole({ descriptor: opened(lengthBytes), sizeBytes }, limitBytes);
    expect(bytes).toEqual(new Uint8Array(lengthBytes).fill(7));
  });

  test.each([
    ["its size is over the limit", 10, 10, 9],
    ["it has grown over the limit", 5, 10, 9],
    ["it has no size, and more than the limit", 0, 10, 9],
    ["it has grown by a megabyte", 5, MEGABYTE + 5, 2 * MEGABYTE],
    ["it has no size, and a megabyte", 0, MEGABYTE, 2 * MEGABYTE],
  ])("gives nothing if %s", (_, sizeBytes, lengthBytes, limitBytes) => {
    expect(readWhole({ descriptor: opened(lengthBytes), sizeBytes }, limitBytes)).toBeUndefined();
  });
});

test.each([
  [10, 10, 10],
  [10, 5, 6],
  [200_000, 150_000, 150_001],
  [200_000, 300_000, 200_000],
])("readPieces: of %i bytes with limit %i, %i are read", (lengthBytes, limitBytes, read) => {
  const pieces: number[] = [];
  const file = { kind: "file", descriptor: opened(lengthBytes), sizeBytes: lengthBytes } as const;
  expect(readPieces(file, limitBytes, (piece) => pieces.push(...piece))).toBe(read);
  expect(pieces).toEqual(Array(read).fill(7));
});

test.skipIf(process.platform === "win32")("whileOpen opens nothing but files", () => {
  const kinds = [tmpdir(), "/dev/null"].map((file) => whileOpen(file, ({ kind }) => kind));
  expect(kinds).toEqual(["folder", "device"]);
});
