import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.ts";
import type { Id } from "../../src/object/id.ts";
import { decodeRun, encodeRun, type RunManifest } from "../../src/object/run.ts";
import { checkMessage, LONGEST_MESSAGE } from "../../src/object/run-meta.ts";

const id = (digit: string): Id<never> => digit.repeat(64) as Id<never>;
const RUN: RunManifest = {
  blockSize: 10,
  steps: 0,
  goal: 0,
  segments: [
    {
      start: 0,
      program: id("1"),
      seeds: id("2"),
      params: { inline: {} },
      begin: undefined,
    },
  ],
  edge: { entries: [], tiles: [] },
  final: { inline: utf8("x") },
  parents: [],
  meta: {},
};
const bodyWith = (meta: Record<string, unknown>): Uint8Array => encodeRun({ ...RUN, meta });
const trap = { toString: 5, valueOf: 5 };

describe("the notes about a run", () => {
  test.each<[string, Record<string, unknown>]>([
    ["nothing", {}],
    [
      "what recordings note",
      {
        time: "2026-11-22T09:01:46.387Z",
        author: "A",
        message: "m".repeat(LONGEST_MESSAGE),
        host: { node: "20.20.2", platform: "linux" },
        git: { commit: "8f1c", dirty: true },
        replaces: id("3"),
        from: { run: id("4"), step: 7 },
      },
    ],
    ["unknown fields", { other: [trap, 5n, new Map([[1, new Set([2])]])] }],
  ])("%s", (_, meta) => {
    expect(decodeRun(bodyWith(meta)).meta).toEqual(meta);
  });

  test.each<[string, Record<string, unknown>]>([
    ...["time", "author", "message", "replaces"].flatMap((field) =>
      [trap, 5, 5n, null, ["a"], new Map()].map((value): [string, Record<string, unknown>] => [
        `${field} of another type`,
        { [field]: value },
      ]),
    ),
    ...[7, null, [], { node: trap }, { platform: null }, "text"].map(
      (host): [string, Record<string, unknown>] => ["host", { host }],
    ),
    ...[7, null, { commit: trap }, { commit: "8f1c", dirty: "yes" }].map(
      (git): [string, Record<string, unknown>] => ["git", { git }],
    ),
    ...[7, null, {}, { run: 5, step: 1 }, { run: "a", step: 0.5 }, { file: trap }].map(
      (from): [string, Record<string, unknown>] => ["from", { from }],
    ),
    ["a long text", { time: "9".repeat(70_000) }],
    ["a long text under an unknown key", { other: "9".repeat(70_000) }],
    ["a long key", { ["9".repeat(70_000)]: 1 }],
    ["many values", { a: Array.from({ length: 1_001 }, () => []) }],
    ["many values in many levels", { a: Array(40).fill(Array(40).fill(1)) }],
    ["a large integer", { a: 1n << 1_001n }],
    ["many levels", { a: JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`) }],
  ])("refused: %s", (_, meta) => {
    expect(() => decodeRun(bodyWith(meta))).toThrow(
      expect.objectContaining({ code: "OBJECT_INVALID" }),
    );
  });

  test("too many values and too large integers are refused before they are built", () => {
    const bodies = [
      bodyWith({ a: Array.from({ length: 3_000_000 }, () => 0) }),
      bodyWith({ a: 1n << 20_000_000n }),
    ];
    for (const body of bodies) {
      expect(() => decodeRun(body)).toThrow(
        expect.objectContaining({ cause: expect.objectContaining({ code: "INVALID_ENCODING" }) }),
      );
    }
  });

  test("a message has a limit", () => {
    expect(checkMessage("m".repeat(LONGEST_MESSAGE))).toHaveLength(LONGEST_MESSAGE);
    expect(() => checkMessage("m".repeat(LONGEST_MESSAGE + 1))).toThrow(
      "expected a message of at most 10,000 characters, got 10,001",
    );
  });
});
