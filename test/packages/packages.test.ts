import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { checkPackage, packageProject } from "./check-package.ts";
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

test("the build of rapier with its WebAssembly in a file gives the states of the one with it in code", async () => {
  const project = await packageProject("rapier.ts");
  const text = await readFile(path.join(project.root, "rapier.ts"), "utf8");
  const plain = text.replace("rapier2d-compat", "rapier2d").replace("await RAPIER.init();", "");
  await project.write("plain.ts", plain);
  for (const name of ["rapier", "plain"]) {
    await project.ok("record", `${name}.ts`, "--steps", "200", "--seed", "1", "-b", name);
  }
  const diff = await project.run("diff", "rapier", "plain", "--json");
  expect(diff.json).toMatchObject({ firstDifferentStep: null, changes: [] });
  expect((await project.ok("verify", "plain", "--full", "--json")).json.ok).toBe(true);
});
