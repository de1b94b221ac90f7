import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromHex } from "../../src/base/bytes.ts";
import { encode } from "../../src/codec/encode.ts";
import { sha256 } from "../../src/codec/hash.ts";
import { encodeBody, idBytes } from "../../src/object/body.ts";
import { decodeEnsemble, encodeEnsemble } from "../../src/object/ensemble.ts";
import { RESULT_PAGES } from "../../src/object/ensemble-results.ts";
import { ROW_PAGES } from "../../src/object/ensemble-rows.ts";
import { KINDS, objectId } from "../../src/object/id.ts";
import { decodeObserved, encodeObserved } from "../../src/object/observed.ts";
import { decodePage, encodePage } from "../../src/object/pages.ts";
import { decodeParams } from "../../src/object/params.ts";
import { decodeProgram, encodeProgram } from "../../src/object/program.ts";
import { decodeRun, encodeRun } from "../../src/object/run.ts";
import { decodeSeeds, encodeSeeds } from "../../src/object/seeds.ts";
import { decodeState } from "../../src/object/state.ts";
import { decodeSummaryNode, encodeSummaryNode } from "../../src/object/summary-node.ts";
import { decodeTag, encodeTag } from "../../src/object/tag.ts";
import { decodeTile, encodeTile } from "../../src/object/timeline.ts";
import { codeOf } from "../support/code-of.ts";

interface Fixture {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly id: string;
  readonly hex: string;
  readonly says: string;
  readonly code: string;
}

function fixtures(part: "valid" | "invalid"): Fixture[] {
  const folder = new URL(`../../fixtures/objects/${part}/`, import.meta.url);
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      name: file.replace(".json", ""),
      ...JSON.parse(readFileSync(new URL(file, folder), "utf8")),
    }));
}

/** Reads a body, and writes what was read. */
const AGAIN: Record<Fixture["kind"], (body: Uint8Array) => Uint8Array> = {
  chunk: (body) => body,
  state: (body) => {
    const content = decodeState(body);
    return encodeBody(
      "state",
      "encoded" in content ? [content.encoded] : [content.length, content.chunks.map(idBytes)],
    );
  },
  tile: (body) => encodeTile(decodeTile(body)),
  program: (body) => encodeProgram(decodeProgram(body)),
  seeds: (body) => encodeSeeds(decodeSeeds(body)),
  run: (body) => encodeRun(decodeRun(body)),
  tag: (body) => encodeTag(decodeTag(body)),
  observed: (body) => encodeObserved(decodeObserved(body)),
  summary: (body) => encodeSummaryNode(decodeSummaryNode(body)),
  params: (body) => {
    const content = decodeParams(body);
    return encodeBody(
      "params",
      "params" in content
        ? [encode(content.params)]
        : [content.length, content.chunks.map(idBytes)],
    );
  },
  ensemble: (body) => encodeEnsemble(decodeEnsemble(body)),
  rows: (body) => encodePage(ROW_PAGES, decodePage(ROW_PAGES, body)),
  results: (body) => encodePage(RESULT_PAGES, decodePage(RESULT_PAGES, body)),
};

const all = [...fixtures("valid"), ...fixtures("invalid")];

test("the set of bodies is complete", () => {
  for (const kind of KINDS) {
    expect(fixtures("valid").filter((one) => one.kind === kind).length).toBeGreaterThanOrEqual(2);
  }
  expect(fixtures("valid")).toHaveLength(35);
  expect(fixtures("invalid")).toHaveLength(108);
});

test("no byte of the format has changed: the digest of all bytes", () => {
  const lines = all.map(({ name, kind, id, hex, code = "" }) =>
    [name, kind, id, hex, code].join(" "),
  );
  const digest = createHash("sha256").update(lines.join("\n")).digest("hex");
  expect(digest).toBe("6895d0b74165b3b3f23e9cbf9163e386affd9cc948c335a79e792e1930a883b7");
});

test.each(all)("$name has the id that it says", ({ kind, id, hex }) => {
  const body = fromHex(hex);
  const recomputed = createHash("sha256").update(`${kind} ${body.length}\0`).update(body);
  expect(recomputed.digest("hex")).toBe(id);
  expect(objectId(sha256, kind, body)).toBe(id);
});

describe("valid", () => {
  test.each(fixtures("valid"))("$kind, $name: $says", ({ kind, hex }) => {
    expect(AGAIN[kind](fromHex(hex))).toEqual(fromHex(hex));
  });

  test("what they hold", () => {
    const body = (name: string) => fromHex(all.find((one) => one.name === name)?.hex as string);
    expect(decodeSeeds(body("seeds-largest")).master).toBe(2n ** 256n - 1n);
    expect(decodeSeeds(body("seeds-zero"))).toEqual({ rule: "block", master: 0n });
    expect(decodeProgram(body("program-module"))).toEqual({
      ...{ name: "walk", module: "sim/walk.ts", exportName: "default", source: "33".repeat(32) },
      ...{ generator: "xoshiro128++", generatorVersion: 1 },
      parts: [
        { package: undefined, chunk: "34".repeat(32) },
        { package: "lodash@4.17.21", chunk: "35".repeat(32) },
      ],
      externals: [
        {
          ...{ name: "addon", version: "2.0.0", digest: "36".repeat(32) },
          specifiers: [["import", "addon/part", "dist/part.mjs"]],
          loads: [],
        },
      ],
      inputs: [
        {
          ...{ path: "data/a.csv", kind: "file", digest: "37".repeat(32) },
          ...{ chunk: "38".repeat(32), length: 12 },
        },
        { path: "data/b.csv", kind: "absent", digest: undefined, chunk: undefined, length: 0 },
      ],
      environment: [
        ["RATE", "39".repeat(32)],
        ["SIZE", undefined],
      ],
      ...{ zone: "Europe/Paris", locale: "de-DE" },
    });
    expect(decodeState(body("state-chunked"))).toEqual({
      length: 70_000,
      chunks: ["01".repeat(32), "02".repeat(32)],
    });
    const forked = decodeRun(body("run-forked"));
    expect(forked).toMatchObject({
      blockSize: 1,
      steps: 65,
      goal: 70,
      final: { id: "06".repeat(32) },
    });
    expect(forked.segments.map(({ start }) => start)).toEqual([0, 10, 65]);
    expect(forked.segments[2]?.begin).toEqual({
      state: { id: "09".repeat(32) },
      generator: new Uint8Array(16).fill(5),
      named: [],
      witness: 0,
    });
    expect(forked.segments[1]?.params).toEqual({ inline: { p: 0.5 } });
    expect(forked.edge.entries).toEqual([{ state: { id: "08".repeat(32) }, witness: 0xff00a000 }]);
    expect(decodeRun(body("run-begun")).segments[1]?.begin?.witness).toBe(0xdeadbeef);
    const { entries } = decodeTile(body("tile-states"));
    expect(entries[63]).toEqual({ state: { inline: Uint8Array.of(63) }, witness: 0xff00a03f });
    expect(forked.edge.tiles).toEqual([["07".repeat(32)]]);
    expect(forked.parents).toEqual([{ run: "05".repeat(32), step: 10 }]);
    expect(forked.meta).toEqual({ time: "2026-01-01T00:00:00.000Z", message: "é" });
    expect(decodeTag(body("tag-plain")).name).toBe("v1");
  });
});

describe("invalid", () => {
  test.each(fixtures("invalid"))("$kind, $name: $says", ({ kind, hex, code }) => {
    expect(codeOf(() => AGAIN[kind](fromHex(hex)))).toBe(code);
  });
});
