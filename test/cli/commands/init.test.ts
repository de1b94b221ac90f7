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
      "error: there is a store here already: .rewind\n" +
        "hint: record into it with `rewind record <module> --steps N`\n",
    );
    expect(await project.storeDigest()).toBe(before);
  });

  test.each(["file", "file/inside"])("where %s is in the way, says so", async (where) => {
    const project = await bareProject();
    await project.write("file", "");
    const { status, stderr } = await project.run("init", where);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .*(not a directory|file already exists).*\nhint: /);
  });
});
