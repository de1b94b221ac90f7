import { describe, expect, test } from "vitest";
import { Output } from "../../../src/cli/terminal/output.ts";
import { table } from "../../../src/cli/terminal/text.ts";
import { visible, visibleBetweenColours, visibleCode } from "../../../src/cli/terminal/visible.ts";
import { width } from "../../../src/cli/terminal/width.ts";

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

test("invisible characters and changes of the writing direction are escaped", () => {
  const unseen = [
    ...[0x00, 0x1b, 0x7f, 0x9b, 0x061c, 0xfeff, 0x00ad, 0x180e, 0x3164, 0x2028, 0x115f, 0x034f],
    ...range(0x200b, 0x200f),
    ...range(0x202a, 0x202e),
    ...range(0x2060, 0x2069),
    ...range(0xe0000, 0xe007f),
    ...[0xd800, 0xdfff, 0x16fe4],
  ];
  for (const code of unseen) {
    const shown = visible(`a${String.fromCodePoint(code)}b`);
    expect(shown, code.toString(16)).toMatch(/^a(\\u[\da-f]{4}){1,2}b$/);
    expect(JSON.parse(`"${shown}"`)).toBe(`a${String.fromCodePoint(code)}b`);
  }
  const plain = "größe λόγος 語 ❤\ufe0f 😀 → │ ⣿\tx\ny";
  expect(visible(plain)).toBe(plain);
});

test("a long row of invisible characters is escaped completely", () => {
  expect(visible("\u0001".repeat(10_000))).toBe("\\u0001".repeat(10_000));
  expect(visible("\u{e0001}".repeat(5_000))).toBe("\\udb40\\udc01".repeat(5_000));
});

describe("code is shown with the lines and the names that it has when it runs", () => {
  test.each(["\r", "\u2028", "\u2029", "\r\r\n", "\n\r"])("a line ends at %j", (end) => {
    const shown = visibleCode(`// a comment${end}evil();`).split("\n");
    expect(shown.at(-1)?.replace("\\u000d", "")).toBe("evil();");
    expect(shown.join("")).toMatch(/\\u(000d|202[89])/);
  });

  test("a file from Windows as it is written", () => {
    expect(visibleCode("// a\r\nb();\r\n")).toBe("// a\nb();\n");
  });

  test.each([
    ["a direction in a comment", "/* \u202e */", "/* \\u202e */"],
    ["a direction in a text", '"\u2066"', '"\\u2066"'],
    ["a letter that cannot be seen", "a\u3164 = 1", "a\\u3164 = 1"],
    ["a mark of the byte order", "\ufefflet a;", "\\ufefflet a;"],
    ["a zero byte", '"\0"', '"\\u0000"'],
    ["a variation of a name", "safe\ufe0f()", "safe\\ufe0f()"],
    ["a variation of a letter that is a symbol too", "\u2139\ufe0f()", "\u2139\\ufe0f()"],
  ])("%s", (_, code, shown) => {
    expect(visibleCode(code)).toBe(shown);
  });

  test("emoji stay", () => {
    expect(visibleCode('"❤\ufe0f ⚠\ufe0f"')).toBe('"❤\ufe0f ⚠\ufe0f"');
  });
});

test("every text for stdout is escaped, whoever printed it, and colours stay only on a terminal", () => {
  const printed = (isTTY: boolean): string => {
    const parts: string[] = [];
    const stdout = { write: (text: string | Uint8Array) => parts.push(String(text)), isTTY };
    const out = new Output({ stdout, stderr: stdout, colour: true });
    out.text(`${out.style("green", "ok")} \u202eevil\u001b[2J`);
    return parts.join("");
  };
  expect(printed(true)).toBe("\u001b[32mok\u001b[39m \\u202eevil\\u001b[2J\n");
  expect(printed(false)).toBe("ok \\u202eevil\\u001b[2J\n");
  expect(visibleBetweenColours("\u001b[31mred\u001b[0m\u200b")).toBe(
    "\u001b[31mred\u001b[0m\\u200b",
  );
});

test.each([
  ["abc", 3],
  ["größe", 5],
  ["語", 2],
  ["全角ＡＢ", 8],
  ["e\u0301", 1],
  ["😀", 2],
  ["❤\ufe0f", 2],
  ["\u001b[31mred\u001b[39m 語", 6],
  ["한국", 4],
])("%s takes %i columns", (text, columns) => {
  expect(width(text)).toBe(columns);
});

test("columns align beside wide and invisible characters", () => {
  const lines = table([
    ["語語", "x"],
    ["abcd", "x"],
    ["\u200b", "x"],
  ]).split("\n");
  expect(lines.map((line) => width(line.slice(0, line.lastIndexOf("x"))))).toEqual([8, 8, 8]);
});
