import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../src/base/bytes.ts";
import { encode } from "../../src/codec/encode.ts";
import { nodeCompression, nodeHash } from "../../src/node/host/platform.ts";
import type { Id } from "../../src/object/id.ts";
import {
  decodeTrace,
  digestOf,
  encodeTrace,
  type Trace,
  type TracedStretch,
} from "../../src/store/trace-file.ts";
import { traceFile } from "../cli/error-traces.ts";

const read = (bytes: Uint8Array): Trace => decodeTrace(bytes, nodeCompression, nodeHash);

function stretch(from: number, states: readonly unknown[]): TracedStretch {
  const encoded = states.map((state) => encode(state));
  const digests = concatBytes(encoded.map((each) => digestOf(each, nodeHash)));
  return { from, digests, wholeFrom: from, states: encoded };
}

const TRACE: Trace = {
  run: "5".repeat(64) as Id<"run">,
  host: { node: "20.20.2" },
  stretches: [stretch(30, [1, 2, 3]), stretch(32, ["a", { x: 0.5 }])],
};
const BYTES = encodeTrace(TRACE, nodeCompression, nodeHash);

const RUN = new Uint8Array(32).fill(5);
const [ONE] = [stretch(0, [1])];
const listed = ({ from, digests, wholeFrom, states }: TracedStretch): unknown[] => [
  ...[from, digests, wholeFrom, states],
];
const with_ = (change: Partial<TracedStretch>): unknown => [
  ...[RUN, {}, [listed({ ...(ONE as TracedStretch), ...change })]],
];

describe("a trace file", () => {
  test("is read as it was written", () => {
    expect(read(BYTES)).toEqual(TRACE);
  });

  test.each<[string, unknown]>([
    ["another form", 5],
    ["fields that are missing", [RUN, {}]],
    ["a short id", [RUN.slice(1), {}, []]],
    ["a host that is not one", [RUN, { node: 5 }, [listed(ONE as TracedStretch)]]],
    ["a long host", [RUN, { node: "x".repeat(70_000) }, [listed(ONE as TracedStretch)]]],
    ["no states", [RUN, {}, []]],
    ["half a digest", with_({ digests: new Uint8Array(8) })],
    ["no digest", with_({ digests: new Uint8Array(0) })],
    ["a negative step", with_({ from: -1 })],
    ["a step that is no number", with_({ from: Number.NaN })],
    ["a first state before the stretch", with_({ from: 5, wholeFrom: 4 })],
    ["a first state behind the stretch", with_({ wholeFrom: 2 })],
    ["more states than digests", with_({ states: [encode(1), encode(2)] })],
    ["a state of another digest", with_({ states: [encode(2)] })],
    ["a state that is no bytes", with_({ states: [1] as unknown as Uint8Array[] })],
    ["a gap", [RUN, {}, [listed(stretch(0, [1, 2])), listed(stretch(2, [1]))]]],
    ["many values", [RUN, {}, Array.from({ length: 100_000 }, () => 1)]],
    ["many levels", JSON.parse(`${"[".repeat(50)}${"]".repeat(50)}`)],
  ])("is refused: %s", (_, content) => {
    expect(() => read(traceFile(encode(content)))).toThrow(
      expect.objectContaining({ code: "INVALID_TRACE" }),
    );
  });

  test("is refused before it is unpacked if it declares too much, or another length", () => {
    const content = encode([RUN, {}, [listed(ONE as TracedStretch)]]);
    expect(read(traceFile(content)).stretches).toHaveLength(1);
    for (const declared of [2 ** 32 - 1, content.length - 1, content.length + 1, 0]) {
      expect(() => read(traceFile(content, declared))).toThrow(
        expect.objectContaining({ code: "INVALID_TRACE" }),
      );
    }
  });

  test("any changed, missing or added byte is refused", () => {
    fc.assert(
      fc.property(fc.nat(BYTES.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = BYTES.slice();
        changed[at] = (changed[at] as number) ^ by;
        for (const bytes of [changed, BYTES.slice(0, at), concatBytes([BYTES, BYTES.slice(at)])]) {
          expect(() => read(bytes)).toThrow(expect.objectContaining({ code: "INVALID_TRACE" }));
        }
      }),
      { numRuns: 100 },
    );
  });
});
