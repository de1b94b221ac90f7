import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundle } from "../../../src/node/program/bundle.ts";
import {
  rememberInputs,
  type WorkingProgram,
  workingState,
} from "../../../src/node/program/working-program.ts";
import { project, put } from "../../support/project-folder.ts";

const FILES = {
  "tsconfig.json": '{ "extends": "./base", /* so */ "compilerOptions": {} }',
  "base.json": "{}",
  "package.json": '{ "name": "p" }',
  "src/m.ts": 'import "./lib/a"; export default 1;',
  "src/lib/a.ts": 'console.log("a");',
};

async function remembered(): Promise<WorkingProgram & { cacheDirectory: string }> {
  const root = await project(FILES);
  const place = { digest: "d1", root, cacheDirectory: join(root, ".rewind/local/programs") };
  const { sources } = await bundle({ root, module: "src/m.ts" });
  await rememberInputs({ ...place, sources });
  return place;
}

describe("the working files against the recorded program", () => {
  test("same, as long as nothing changes", async () => {
    const place = await remembered();
    expect(await workingState(place)).toBe("same");
    await put(place.root, "src/lib/a.ts", FILES["src/lib/a.ts"]);
    await put(place.root, "notes.md", "unrelated");
    expect(await workingState(place)).toBe("same");
  });

  test("missing, if the note is larger than any that was written", async () => {
    const place = await remembered();
    const note = join(place.cacheDirectory, "d1.inputs.json");
    await appendFile(note, " ".repeat(1 << 20));
    expect(await workingState(place)).toBe("same");
    await appendFile(note, " ".repeat(64 << 20));
    expect(await workingState(place)).toBe("missing");
  });

  test.each(Object.keys(FILES))("changed, if %s has changed", async (path) => {
    const place = await remembered();
    await put(place.root, path, `${FILES[path as keyof typeof FILES]} `);
    expect(await workingState(place)).toBe("changed");
  });

  test.each(["src/lib/a.ts", "tsconfig.json"])("changed, where %s is gone", async (path) => {
    const place = await remembered();
    await rm(join(place.root, path));
    expect(await workingState(place)).toBe("changed");
  });

  test.each(["src/lib/a.tsx", "src/tsconfig.json", "src/package.json"])(
    "changed, if %s was added, which may replace another file",
    async (path) => {
      const place = await remembered();
      await put(place.root, path, "{}");
      expect(await workingState(place)).toBe("changed");
    },
  );

  test("changed, if a file of a package has changed, wherever it is; same, if only its time has", async () => {
    const parent = await project({
      "app/m.ts": 'import "near"; import "far";',
      "app/node_modules/near/package.json": '{ "name": "near", "version": "1.0.0" }',
      "app/node_modules/near/index.js": "exports.a = 1;",
      "node_modules/far/package.json": '{ "name": "far", "version": "1.0.0" }',
      "node_modules/far/index.js": "exports.a = 1;",
    });
    const root = join(parent, "app");
    const place = { digest: "d1", root, cacheDirectory: join(root, ".rewind/local/programs") };
    await rememberInputs({ ...place, ...(await bundle({ root, module: "m.ts" })), ...place });
    expect(await workingState(place)).toBe("same");
    for (const path of ["app/node_modules/near/index.js", "node_modules/far/index.js"]) {
      await put(parent, path, "exports.a = 2;");
      expect(await workingState(place)).toBe("changed");
      await put(parent, path, "exports.a = 1;");
      expect(await workingState(place)).toBe("same");
    }
    await rm(join(parent, "node_modules"), { recursive: true });
    expect(await workingState(place)).toBe("changed");
  });

  test("missing, if there is no readable note", async () => {
    const place = await remembered();
    expect(await workingState({ ...place, digest: "d2" })).toBe("missing");
    const file = join(place.cacheDirectory, "d1.inputs.json");
    const note = JSON.parse(await readFile(file, "utf8"));
    const broken = ["", "{}", "null", JSON.stringify({ ...note, sources: [1] })];
    for (const text of broken) {
      await writeFile(file, text);
      expect(await workingState(place)).toBe("missing");
    }
  });

  test("missing, if another version of esbuild made it", async () => {
    const place = await remembered();
    const file = join(place.cacheDirectory, "d1.inputs.json");
    const text = await readFile(file, "utf8");
    expect(text).toMatch(/esbuild \d+\./);
    await writeFile(file, text.replace(/esbuild \d+/, "esbuild 99"));
    expect(await workingState(place)).toBe("missing");
  });

  test("no path of this machine is noted", async () => {
    const { cacheDirectory } = await remembered();
    const text = await readFile(join(cacheDirectory, "d1.inputs.json"), "utf8");
    expect(text).not.toContain("rewind-project-");
  });

  test("if a note cannot be written, nothing is thrown", async () => {
    const place = await remembered();
    for (const cacheDirectory of [join(place.root, "src/m.ts/programs"), undefined]) {
      await rememberInputs({ ...place, cacheDirectory, sources: [] });
      expect(await workingState({ ...place, cacheDirectory })).toBe("missing");
    }
  });
});
