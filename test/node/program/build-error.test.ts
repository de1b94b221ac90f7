import type { Message } from "esbuild";
import { expect, test } from "vitest";
import { buildError } from "../../../src/node/program/build-error.ts";

/** What is said for one message of esbuild's without a place. */
function told(text: string): string {
  const message: Message = {
    id: "",
    pluginName: "",
    text,
    location: null,
    notes: [],
    detail: null,
  };
  return buildError([message], { module: "m.ts", insertions: new Map() }).message;
}

test("a message has one line, and names what a module of the host lacks", () => {
  expect(told("a \n b  c")).toBe("m.ts: a b  c");
  const lacks = (path: string): string => `No matching export in "host:${path}" for import "x"`;
  expect(told(lacks("node:fs"))).toBe('m.ts: "node:fs" does not export "x"');
  expect(told(lacks("node:fs for program:a.ts"))).toBe('m.ts: "node:fs" does not export "x"');
});

test.each([
  ["blanks", " ", ""],
  ["names that look like the rest of a message", '" for import "', "\u2028"],
])("a hundred thousand %s in a message are read once", (_, part, end) => {
  const text = `No matching export in "host:fs" for import "${part.repeat(1e5)}${end}`;
  expect(told(text)).toBe(`m.ts: ${text}`);
});
