import ts from "typescript";
import { describe, expect, test } from "vitest";
import { pageUrl, readPage } from "./pages.ts";
import { testPage } from "./run-page.ts";

testPage("docs/library.md", {
  prepare: (place) => {
    place.shell("rewind init");
  },
});

describe("the lists of exports", () => {
  const [, main = "", random = ""] = readPage("docs/library.md").split(/^## Exports of .*$/m);

  test.each([
    ["index.ts", main],
    ["random.ts", random],
  ])("name everything that src/%s exports", (entry, list) => {
    const names = exportsOf(entry);
    expect(names.length).toBeGreaterThan(20);
    const listed = [...list.matchAll(/^(?:### |\| `)(\w+)/gm)].map(([, name]) => name);
    expect(names.filter((name) => !listed.includes(name))).toEqual([]);
  });
});

/** The exported names of a module, from a compiler that sees only this module. */
function exportsOf(entry: string): string[] {
  const text = ts.sys.readFile(new URL(`../src/${entry}`, pageUrl("docs/library.md")).pathname);
  const source = ts.createSourceFile(entry, text ?? "", ts.ScriptTarget.ES2023);
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      return exportClause !== undefined && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name }) => name.text)
        : [];
    }
    return ts.isFunctionDeclaration(statement) && statement.name ? [statement.name.text] : [];
  });
}
