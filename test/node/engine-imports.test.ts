import { describe, expect, test } from "vitest";
import { engineImports, specifiers } from "../../src/node/engine-imports.ts";

describe("the imports of the engine", () => {
  test.each([
    'import "rewind-engine";',
    'import { a as b, "c d" as e } from "rewind-engine";',
    'import * as all from "rewind-engine";',
    'import main from "rewind-engine" with { type: "x" };',
    'export * from "rewind-engine";',
    'import {\n  a,\n  b\n} from "rewind-engine";',
  ])("%s", (statement) => {
    const code = `var before;\n${statement}\nvar after;\n`;
    const [found, ...others] = engineImports(code);
    expect(others).toEqual([]);
    expect(found?.entry).toBe("rewind-engine");
    expect(code.slice(found?.start, found?.end)).toBe('"rewind-engine"');
  });

  test.each([
    'import "rewind-engine-of-another";',
    'import "other/rewind-engine";',
    `var text = 'import "rewind-engine";`,
    `var text = 'import { a } from "rewind-engine";`,
    '  import "rewind-engine";',
    'var name = "rewind-engine";',
  ])("not in %s", (code) => {
    expect(engineImports(code)).toEqual([]);
  });
});

test("all that a program imports by name, once each", () => {
  const code =
    'import "a";\nimport { b } from "b/part";\nvar f = () => import("c");\nexport * from "a";\n';
  expect(specifiers(code)).toEqual(["a", "b/part", "c"]);
});
