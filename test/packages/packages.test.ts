import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { checkPackage } from "./check-package.ts";
import { FIXTURES } from "./fixtures.ts";

test.each(FIXTURES)("$file: 200 steps are recorded, forked, sent and replayed", (fixture) =>
  checkPackage(fixture, 200),
);

test("the list has every file of fixtures/packages", () => {
  const files = readdirSync(new URL("../../fixtures/packages/", import.meta.url));
  expect(FIXTURES.map(({ file }) => file).sort()).toEqual(
    files.filter((file) => file !== "README.md").sort(),
  );
});
