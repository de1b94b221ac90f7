import { describe, expect, test } from "vitest";
import { bundle } from "../../../src/node/program/bundle.ts";
import { compileProgram } from "../../../src/node/program/compile.ts";
import { checkReadable } from "../../../src/node/program/readable-code.ts";
import type { SourcePart } from "../../../src/replay/programs.ts";
import { installed, project, WALK } from "../../support/project-folder.ts";

const part = (code: string, label?: string): SourcePart => ({ package: label, code });

describe("a recorded source runs as it reads", () => {
  test.each([
    ["let n = 1;\nlet less = 2 <!-- n;\n"],
    ["let n = 1;\n--> 0 && stop();\n"],
    ["/* a\n */ --> stop();\n"],
    ["--> stop();\n"],
  ])("comments as in HTML are refused: %j", async (code) => {
    // Node runs it, and takes the rest of the line for a comment.
    await run(code);
    await expect(checkReadable([part(code)], "p")).rejects.toMatchObject({
      code: "OBJECT_INVALID",
      message: expect.stringContaining('expected the program "p" to be an ES module'),
    });
  });

  test.each([
    ["a comment", "/*\n", "*/\n"],
    ["a text in backquotes", "let a = `\n", "`;\n"],
    ["a function", "function f() {\n", "}\n"],
    ["a line", "// a ", "\n"],
    ["a text in quotes", 'let a = "\\\n', '";\n'],
  ])("a part that ends within %s is refused", async (_, head, tail) => {
    const parts = [part(head), part(`${tail}start();\n${head}`, "a@1.0.0"), part(tail)];
    await expect(checkReadable(parts, "p")).rejects.toMatchObject({
      code: "OBJECT_INVALID",
      message: expect.stringContaining('expected each part of the program "p" to parse on its own'),
    });
  });

  test.each([
    "})(); });(function (__rewind_host) { return (async () => {\n",
    "}, async () => {\n",
    "}\nasync function more() {\n",
  ])("a part that ends the function around it is refused: %j", async (code) => {
    for (const parts of [[part(code)], [part("let n = 1;\n"), part(code, "a@1.0.0")]]) {
      await expect(checkReadable(parts, "p")).rejects.toMatchObject({
        code: "OBJECT_INVALID",
        message: expect.stringContaining(
          'expected each part of the program "p" to parse on its own',
        ),
      });
    }
  });

  test("a bundle passes, whatever its texts and its regular expressions hold", async () => {
    const page = "/<!--|^-->/m, text = `\n-->`, more = '<!-- x -->'";
    const root = await project({
      "m.ts": `#!/usr/bin/env node\nimport { seen } from "html"; import "./n.cjs";
        let n = 5; while (n --> 0); const less = 2 < ! --n;
        export const mark = ${page}; export default { ...${WALK}, name: seen + String(less) };`,
      "n.cjs": "exports.x = /-->/; // <!--\r\n",
      ...installed("html", "1.0.0", `await 1; export const seen = ${page};`),
    });
    const { parts } = await bundle({ root, module: "m.ts" });
    expect(parts.length).toBeGreaterThan(1);
    await checkReadable(parts, "p");
  });
});

const run = (code: string): Promise<unknown> =>
  compileProgram(code, "rewind:x").instantiate({ host: () => undefined, scope: {} });

test("a line for the shell is a comment where the code begins, and nowhere else", async () => {
  const line = "#!/usr/bin/env node";
  expect(await run(`${line}\nlet n = 1;\nexport {\n  n\n};\n`)).toEqual({ n: 1 });
  for (const code of [`\n${line}\n`, `\ufeff${line}\n`, `// a\n${line}\n`]) {
    await expect(run(code)).rejects.toThrow(SyntaxError);
  }
});

test("a zero byte outside of texts and comments does not run", async () => {
  await expect(run("let a;\0\n")).rejects.toThrow(SyntaxError);
});

describe("the list of exports is only names", () => {
  const module = (entry: string): string => `let n = 1;\nexport {\n  ${entry}\n};\n`;
  const surroundings = { host: () => undefined, scope: {} };

  test.each([
    ["a comment", "n, // the same as [globalThis.ran = true]"],
    ["a comment after a name", "n as m /* as [globalThis.ran = true] */"],
    ["code", "n as [globalThis.ran = true]"],
    ["a call", "n()"],
    ["a text that goes on", 'n as "a", ["b"]: "'],
  ])("%s in it is refused", (_, entry) => {
    return expect(
      (async () => compileProgram(module(entry), "rewind:p.js").instantiate(surroundings))(),
    ).rejects.toThrow(SyntaxError);
  });

  test.each([
    ["n", "n"],
    ["n as default", "default"],
    ["n as $_\u03c0", "$_\u03c0"],
    ["n as __proto__", "__proto__"],
    ['n as "a b"', "a b"],
    ['n as "__proto__"', "__proto__"],
  ])("%s gives its value that name", async (entry, name) => {
    const instance = await compileProgram(module(entry), "rewind:p.js").instantiate(surroundings);
    expect(Object.entries(instance)).toEqual([[name, 1]]);
  });
});
