import { expect, test } from "vitest";
import { toHex, utf8 } from "../../src/base/bytes.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import type { Id } from "../../src/object/id.ts";
import { formatRefValue, parseRefValue } from "../../src/remote/ref-value.ts";
import type { RefValue, RunSummary } from "../../src/remote/remote.ts";

const id = (text: string): Id => toHex(nodeHash(utf8(text))) as Id;

function value(about: Partial<RunSummary>): RefValue {
  return {
    ...{ target: id("run"), steps: 7, code: true, full: false },
    about: { run: id("run"), parents: [], ...about },
    packs: [{ holds: "base", hash: id("pack"), bytes: 9, objects: 2 }],
  };
}

const read = (text: string): RefValue | undefined => parseRefValue(text, "a ref", nodeHash);

/** A text with another line in place of one of its lines, and the digest that goes with it. */
function changed(from: RegExp, to: string): string {
  const text = formatRefValue(value({ time: "now", message: "hello" }), nodeHash);
  const body = text.replace(/end .*\n$/, "").replace(from, to);
  return `${body}end ${toHex(nodeHash(utf8(body)))}\n`;
}

test.each([
  ["nothing more", {}],
  [
    "parents",
    {
      parents: [
        { run: id("a"), step: 3 },
        { run: id("b"), step: 2 ** 40 },
      ],
    },
  ],
  [
    "a time and a message",
    { time: "2026-11-29T12:00:00.000Z", message: 'two\nlines and "quotes"' },
  ],
  ["an empty message", { message: "" }],
] as const)("a value with %s is read as it was written", (_, about) => {
  expect(read(formatRefValue(value(about), nodeHash))).toEqual(value(about));
});

test("a long message is cut, not within a character, and parents are sixteen at most", () => {
  const message = `${"x".repeat(198)}😀 and more`;
  const parents = Array.from({ length: 20 }, (_, i) => ({ run: id(`${i}`), step: i }));
  const about = read(formatRefValue(value({ message, parents }), nodeHash))?.about;
  expect(about?.message).toBe(`${"x".repeat(198)}…`);
  expect(about?.parents).toEqual(parents.slice(0, 16));
});

test("a time that is no line is written as one", () => {
  const text = formatRefValue(value({ time: "now\nbase 1 2 3" }), nodeHash);
  expect(read(text)?.packs).toHaveLength(1);
});

test.each([
  ["no run", /run .*\n/, ""],
  ["no word on checkpoints", /full .*\n/, ""],
  ["a message that is no text", /message .*/, 'message "a"b"'],
  ["a long message", /message .*/, `message ${JSON.stringify("x".repeat(201))}`],
  ["many parents", /time/, `${`parent ${id("a")} 1\n`.repeat(17)}time`],
  ["an unknown line", /time .*/, "tide now"],
])("a value with %s is refused", (_, from, to) => {
  expect(() => read(changed(from, to))).toThrow("is not a valid ref");
});

test("a value that is cut short is not there", () => {
  const text = formatRefValue(value({}), nodeHash);
  expect(read(text.slice(0, -1))).toBeUndefined();
});
