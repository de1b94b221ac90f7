import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { generatorFamilies, generatorNames } from "../../src/random/generators.ts";
import { generatorNamed } from "../../src/random.ts";
import { testPage } from "./run-page.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), "utf8");

const names = generatorNames();
const families = generatorFamilies();
const algorithms = names.map((name) => generatorNamed(name));

testPage("docs/generators.md", {});

describe("the recipe for a new generator", () => {
  const [, recipe = ""] =
    /## To add a generator\n([\s\S]*?)\n## /.exec(read("CONTRIBUTING.md")) ?? [];
  const steps = [...recipe.matchAll(/^\d\. `([^`]+)`/gm)].map(([, file = ""]) => file);

  test("has at most six files", () => {
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.length).toBeLessThanOrEqual(6);
  });

  test.each(steps)("%s is there for each generator, and names it", (file) => {
    for (const [i, family] of families.entries()) {
      const path = file.replaceAll("<family>", family);
      expect(existsSync(new URL(path, ROOT)), path).toBe(true);
      const text = read(path);
      expect(text.includes(names[i] as string) || text.includes(family), path).toBe(true);
    }
  });

  test("no other module of src/random lists all generators", () => {
    const table = read("src/random/generators.ts");
    for (const family of families) expect(table).toContain(`import("./${family}/index.ts")`);
  });
});

test("FORMAT lists each generator with its version and the length of its state", () => {
  const [, table = ""] = /\| generator +\|([\s\S]*?)\n\n/.exec(read("src/store/FORMAT.md")) ?? [];
  const rows = table
    .split("\n")
    .slice(2)
    .map((row) => row.split("|").map((cell) => cell.trim()))
    .map((cells) => [cells[1], cells[2], cells.at(-2)]);
  expect(rows).toEqual(
    algorithms.map(({ name, version, seeded }) => {
      const bytes = seeded(1n).state().length.toLocaleString("en");
      return [`\`${name}\``, `${version}`, bytes];
    }),
  );
});

test("the reader in Python draws from each generator", () => {
  const [, list = ""] = /^GENERATORS = \{(.*)\}$/m.exec(read("test/docs/reader.py")) ?? [];
  const known = [...list.matchAll(/"([^"]+)":/g)].map(([, name]) => name);
  expect(known).toEqual(names);
});

test("docs/generators.md names each generator", () => {
  for (const name of names) expect(read("docs/generators.md")).toContain(`\`${name}\``);
});

test.each(families)("the tests of %s run the laws that all generators share", (family) => {
  const tests = read(`test/random/${family}/generator.test.ts`);
  expect(tests).toContain(`testGenerator(${family}Algorithm)`);
});
