import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bundle } from "../../../src/node/program/bundle.ts";
import { exactEnums } from "../../../src/node/program/enums.ts";
import { loadExports } from "../../../src/node/program/load-program.ts";
import { project } from "../../support/project-folder.ts";

async function exportsOf(files: Record<string, string>): Promise<Record<string, unknown>> {
  const root = await project(files);
  return loadExports({ ...(await bundle({ root, module: "m.ts" })), root });
}

describe("an enum has the values that JavaScript computes", () => {
  test.each(["enum", "const enum", "export enum", "export const enum"])("%s", async (kind) => {
    const { v } = await exportsOf({
      "m.ts": `${kind} U { MICRO = 10 ** -5, NEXT, SCALED = MICRO * 3, AGAIN }
        export const v = [U.MICRO, U.NEXT, U.SCALED, U.AGAIN];`,
    });
    const micro = 10 ** -5;
    expect(micro).toBe(0.000009999999999999999);
    expect(v).toEqual([micro, micro + 1, micro * 3, micro * 3 + 1]);
  });

  test("also in other files, by other names and of other enums", async () => {
    const { v } = await exportsOf({
      "m.ts": `import { U as Units } from "./u.ts"; import * as u from "./u.ts";
        enum Own { A = Units.MICRO, B, "a b" = u.U.MICRO ** 2, C }
        export const v = [Own.A, Own.B, Own["a b"], Own.C, Units.MICRO, u.U["MICRO"]];`,
      "u.ts": "export const enum U { MICRO = 10 ** -5 }",
    });
    const micro = 10 ** -5;
    expect(v).toEqual([micro, micro + 1, micro ** 2, micro ** 2 + 1, micro, micro]);
  });

  test("for expressions of any kind", async () => {
    const number = fc.oneof(fc.integer({ min: -99, max: 99 }), fc.double({ noNaN: true }));
    const leaf = number.map((n) => (n < 0 || Object.is(n, -0) ? `(${n})` : String(n)));
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: "small" },
        leaf.map((text) => text.replace(/Infinity/, "1e999")),
        fc
          .tuple(
            tie("expression"),
            fc.constantFrom(..."** + - * / % << >> >>> & | ^".split(" ")),
            tie("expression"),
          )
          .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
        fc
          .tuple(fc.constantFrom("-", "+", "~"), tie("expression"))
          .map((pair) => `(${pair.join(" ")})`),
      ),
    }));
    const texts = fc.sample(
      expression.map((text) => (text.startsWith("(") ? text : `(${text})`)),
      {
        ...{ numRuns: 400, seed: 9 },
      },
    );
    const members = texts.map((text, i) => `M${i} = ${text}`).join(", ");
    const { v } = await exportsOf({
      "m.ts": `enum E { ${members} } export const v = [${texts.map((_, i) => `E.M${i}`)}];`,
    });
    const plain = runInNewContext(`[${texts}]`) as number[];
    expect([...(v as number[])].filter((x, i) => !Object.is(x, plain[i]))).toEqual([]);
  });
});

test("numbers and texts outside enums do not change", async () => {
  const numbers = fc
    .sample(fc.double(), { numRuns: 300, seed: 4 })
    .map((x) => `${Object.is(x, -0) ? "-0" : x}`);
  const texts = fc
    .sample(fc.string({ unit: "binary" }), { numRuns: 100, seed: 4 })
    .map((x) => JSON.stringify(x));
  const code = `[${[
    ...numbers,
    ...texts,
    ...[
      "-0",
      "0x1fffffffffffff1",
      "1e21",
      "5e-324",
      "0b11",
      "1_000.5e3",
      '"\\ud800"',
      "`a\u0024{1e21}\u0024{-0}b`",
    ],
    ...['"a" + "b"', "10 ** -5", "1 / 3 + 0.1", "typeof 1", "123456789012345680000", "2n ** 64n"],
  ]}]`;
  const { v } = await exportsOf({ "m.ts": `export const v = ${code};` });
  const plain = [...(runInNewContext(code) as unknown[])];
  expect((v as unknown[]).filter((x, i) => !Object.is(x, plain[i]))).toEqual([]);
});

test.each([
  ["no enum", "const x = 2 ** 3; foo.enum = { a: 2 ** 3 };"],
  ["a text", 'const s = "enum E { A = 2 ** 3, B }";'],
  ["a template", "const s = `enum E { A = 2 ** 3, B } \u0024{{ a: `}` }.a}`;"],
  ["a comment", "// enum E { A = 2 ** 3, B }\n/* enum E { A = 2 ** 3 } */"],
  ["a regular expression", "const r = /enum E { A = 2 ** 3/; const q = a / 2;"],
  ["constants", 'enum E { A = 1, B, C = 1 << 3, D, S = "s" }'],
])("code with %s comes back as it is", (_, code) => {
  expect(exactEnums(code)).toBe(code);
});

test.each(["=/[", "/[", '"\\\\', "'\\\\", "/*", ".", "\u0060\u0024{"])(
  "a long row of %j, none of which is closed, is read once",
  (part) => {
    const code = `enum E { A = 1 }\n${part.repeat(200_000)}`;
    expect(exactEnums(code)).toBe(code);
  },
);
