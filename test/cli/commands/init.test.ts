import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { bareProject } from "../../support/run-cli.ts";

describe("init", () => {
  test("creates a store that can be kept in Git", async () => {
    const project = await bareProject();
    const { status, stdout, stderr } = await project.run("init");
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: "created an empty store in .rewind/\n",
      stderr: "",
    });
    const ignored = await readFile(path.join(project.root, ".rewind/.gitignore"), "utf8");
    expect(ignored).toContain("local/");
  });

  test("takes a folder, and creates it", async () => {
    const project = await bareProject();
    const { json } = await project.ok("init", "a/b", "--json");
    expect(json).toEqual({ path: "a/b/.rewind" });
    expect(existsSync(path.join(project.root, "a/b/.rewind/config"))).toBe(true);
  });

  test("works inside another project's folder", async () => {
    const project = await bareProject();
    await project.ok("init");
    await mkdir(path.join(project.root, "inner"));
    await project.ok("init", "inner");
    await project.ok("-C", "inner", "branch");
  });

  test("twice is refused, and changes nothing", async () => {
    const project = await bareProject();
    await project.ok("init");
    const before = await project.storeDigest();
    const { status, stderr } = await project.run("init");
    expect(status).toBe(1);
    expect(stderr).toBe(
      "error: there is a store already: .rewind\n" +
        "hint: record into it with `rewind record <module> --steps N`\n",
    );
    expect(await project.storeDigest()).toBe(before);
  });

  test.each([
    ["init sub", "sub/.rewind"],
    ["-C sub init", ".rewind"],
    ["-C inner init ../sub", "../sub/.rewind"],
  ])("a second `%s` names the store as seen from there", async (line, store) => {
    const project = await bareProject();
    await mkdir(path.join(project.root, "inner"));
    await project.ok("init", "sub");
    const { stderr } = await project.run(...line.split(" "));
    expect(stderr).toMatch(`error: there is a store already: ${store}\n`);
  });

  test.each([
    ["init file", "file"],
    ["init file/inside/deep", "file"],
    ["-C sub init ../file", "../file"],
    ["init odd", "odd/.rewind"],
  ])("`%s`, where a file is in the way, names the file", async (line, file) => {
    const project = await bareProject();
    for (const each of ["file", "odd/.rewind", "sub/x"]) await project.write(each, "");
    const { status, stderr } = await project.run(...line.split(" "));
    expect(status).toBe(1);
    expect(stderr).toBe(
      `error: expected a folder, got a file: ${file}\n` +
        "hint: check the path, its folder and its permissions\n",
    );
  });

  test("a folder of a store is refused by its path", async () => {
    const project = await bareProject();
    await project.ok("init", "sub");
    const { stderr } = await project.run("init", "sub/.rewind/x");
    expect(stderr).toMatch(
      /^error: cannot create a store in sub\/\.rewind\/x: it is in \.rewind\n/,
    );
  });
});
