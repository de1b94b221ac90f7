import { expect, test } from "vitest";
import { engineVersion } from "../../../src/node/own-files.ts";
import { findPackage, packageName } from "../../../src/node/program/packages.ts";
import { installed, project } from "../../support/project-folder.ts";

test("the package that Node finds from a folder, and its version", async () => {
  const root = await project({
    ...installed("same", "1.0.0", ""),
    ...installed("@team/newer", "2.1.0", ""),
    "deep/er/file.ts": "",
  });
  expect(findPackage("same", root)?.version).toBe("1.0.0");
  expect(findPackage("@team/newer", `${root}/deep/er`)?.folder).toBe(
    findPackage("@team/newer", root)?.folder,
  );
  expect(findPackage("gone", root)).toBeUndefined();
});

test("the engine knows its own version", () => {
  expect(engineVersion()).toMatch(/^\d+\.\d+\.\d+/);
});

test("a part of a package belongs to the package", () => {
  expect(["a", "a/b/c", "@a/b", "@a/b/c.js"].map(packageName)).toEqual(["a", "a", "@a/b", "@a/b"]);
});
