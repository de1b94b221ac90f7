import { expect, test } from "vitest";
import { checkPackages, engineVersion, packageName } from "../../src/node/packages.ts";
import { installed, project } from "./project.ts";

test("the packages whose installed version is not the recorded one", async () => {
  const root = await project({
    ...installed("same", "1.0.0", ""),
    ...installed("@team/newer", "2.1.0", ""),
  });
  const differences = checkPackages(
    [
      ["@team/newer", "2.0.0"],
      ["gone", "0.1.0"],
      ["rewind-engine", engineVersion()],
      ["same", "1.0.0"],
    ],
    root,
  );
  expect(differences).toEqual([
    { name: "@team/newer", recorded: "2.0.0", installed: "2.1.0" },
    { name: "gone", recorded: "0.1.0", installed: undefined },
  ]);
  expect(checkPackages([["rewind-engine", "0.0.0"]], root)).toEqual([
    { name: "rewind-engine", recorded: "0.0.0", installed: engineVersion() },
  ]);
});

test("a part of a package belongs to the package", () => {
  expect(["a", "a/b/c", "@a/b", "@a/b/c.js"].map(packageName)).toEqual(["a", "a", "@a/b", "@a/b"]);
});
