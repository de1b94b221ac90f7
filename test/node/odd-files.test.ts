import { execFileSync } from "node:child_process";
import { existsSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundle } from "../../src/node/program/bundle.ts";
import { externalsOf, isNative } from "../../src/node/program/externals.ts";
import { rememberInputs, workingState } from "../../src/node/program/working-program.ts";
import type { ExternalImport } from "../../src/object/program.ts";
import { project, put, WALK } from "../support/project-folder.ts";

const MODULE = `import { a } from "./lib/a"; import { b } from "pack"; export default ${WALK}; a(b);`;

const FILES: Readonly<Record<string, string>> = {
  "m.ts": MODULE,
  "lib/a.ts": "export const a = (x: unknown) => x;",
  "package.json": "{}",
  "tsconfig.json": '{ "extends": ["./base.json"] }',
  "base.json": "{}",
  "node_modules/pack/package.json": '{ "name": "pack", "version": "1.0.0", "main": "./main.js" }',
  "node_modules/pack/main.js": "exports.b = 1;",
};

/** What replaces a file, and the message for it. */
const ODD: Readonly<Record<string, readonly [make: (file: string) => void, says: string]>> = {
  "a pipe": [(file) => void execFileSync("mkfifo", [file]), "got a pipe"],
  "a link to a device": [(file) => symlinkSync("/dev/zero", file), "got a device"],
  "a link to a pipe": [
    (file) => {
      execFileSync("mkfifo", [`${file}.pipe`]);
      symlinkSync(`${file}.pipe`, file);
    },
    "got a pipe",
  ],
  "a file that is too large": [
    (file) => {
      writeFileSync(file, "");
      truncateSync(file, 2 ** 31);
    },
    "bytes, got 2,147,483,648",
  ],
};

/** The project with an odd file in place of one. */
async function withOdd(path: string, what: string): Promise<string> {
  const root = await project(FILES);
  await put(root, join(dirname(path), "beside"), "");
  rmSync(join(root, path), { force: true });
  ODD[what]?.[0](join(root, path));
  return root;
}

describe.skipIf(process.platform === "win32")("is refused at once, by its name", () => {
  const places = [
    ...["lib/a.ts", "package.json", "tsconfig.json", "base.json", "lib/package.json"],
    ...["node_modules/pack/package.json", "node_modules/pack/main.js"],
    ...["node_modules/package.json"],
  ];
  const cases = places.flatMap((path) => Object.keys(ODD).map((what) => [what, path] as const));

  test.each(cases)("%s as %s", async (what, path) => {
    const root = await withOdd(path, what);
    const failure = await bundle({ root, module: "m.ts" }).catch((error) => error);
    expect(failure).toMatchObject({ code: "MODULE_FAILED" });
    // A link is judged by its target.
    const isLinkedCode = /link/.test(what) && /\.[jt]s$/.test(path);
    if (isLinkedCode) return expect(failure.message).toMatch(/\.pipe cannot be|\bzero is outside/);
    expect(failure.message).toContain(`expected ${path} to be a file`);
    expect(failure.message).toContain(ODD[what]?.[1]);
  });

  test.each(["a pipe", "a link to a device", "a link to a pipe"])(
    "%s as the module",
    async (what) => {
      const root = await withOdd("m.ts", what);
      await expect(bundle({ root, module: "m.ts" })).rejects.toThrow(
        "the module m.ts is not a file",
      );
    },
  );

  test.each([
    ["a key with escapes", '{ "\\u0065xtends": "./base.json" }'],
    ["a name with escapes", '{ "extends": "./b\\u0061se.json" }'],
    ["comments", '{ // "\n "extends" /* : */ : /* " */ "./base.json", }'],
    ["a comment that ends as JSON's lines do", '{ // \u2028 "extends": "./base.json"\n }'],
    ["the key twice", '{ "extends": "./other.json", "extends": "./base.json" }'],
    ["keys that look like it", '{ "x": "y", ":": 1, "a\\"": [], "extends": ["./base.json"] }'],
    ["a name without its ending", '{ "extends": "./base" }'],
    ["a package", '{ "extends": "config/base.json" }'],
    ["what a package's package.json names", '{ "extends": "config" }'],
    ["what a package exports", '{ "extends": "exporter/x" }'],
    ["what a package's package.json exports, a pipe itself", '{ "extends": "piped/x.json" }'],
    ["one of a list, with comments", '{"extends":[/*]*/"./other.json",//"]\n"./base.json",]}'],
    ["a key after a long text", `{ "x": "${'\\"'.repeat(40_000)}", "extends": "./base" }`],
    ["a key after a comment without an end", '{ "extends": "./base.json" } /* "'],
  ])("a tsconfig.json that another extends, by %s", async (_, text) => {
    const root = await project({
      "m.ts": "export default 1;",
      "tsconfig.json": text,
      "node_modules/config/package.json": '{ "tsconfig": "../../base.json" }',
      "node_modules/exporter/package.json": '{ "exports": { "./*": "./in/*.json" } }',
      "node_modules/exporter/in/beside": "",
      "node_modules/piped/x.json": "{}",
      "other.json": "{}",
    });
    execFileSync("mkfifo", [join(root, "base.json")]);
    execFileSync("mkfifo", [join(root, "node_modules/piped/package.json")]);
    symlinkSync("../../../base.json", join(root, "node_modules/exporter/in/x.json"));
    symlinkSync("../../base.json", join(root, "node_modules/config/base.json"));
    await expect(bundle({ root, module: "m.ts" })).rejects.toThrow(/to be a file, got a pipe/);
  });

  // Its size is 0, as of all files there, and what it has does not fit on a disk.
  test.skipIf(!existsSync("/proc/self/pagemap"))(
    "a file of the system's that has no end",
    async () => {
      for (const path of ["tsconfig.json", "base.json", "package.json"]) {
        const root = await withOdd(path, "nothing");
        symlinkSync("/proc/self/pagemap", join(root, path));
        await expect(bundle({ root, module: "m.ts" })).rejects.toMatchObject({
          code: "MODULE_FAILED",
          message: expect.stringContaining(
            `expected ${path} to be a file, got one that has more bytes than its size says`,
          ),
        });
      }
    },
  );

  test("the package.json of a package outside the bundle", async () => {
    for (const what of Object.keys(ODD)) {
      const root = await withOdd("node_modules/pack/package.json", what);
      const folder = join(root, "node_modules/pack");
      const specifiers: ExternalImport[] = [["import", "pack", "main.js"]];
      const imports = new Map([[folder, { name: "pack", specifiers }]]);
      if (what === "a file that is too large") continue; // its digest is the package's
      // Beside a link to a pipe stands the pipe itself.
      if (what === "a link to a device") {
        expect(externalsOf(imports)).toMatchObject([{ name: "pack", version: "" }]);
      } else expect(() => externalsOf(imports)).toThrow(/to have only files, .* got a pipe at/);
      expect(isNative(folder)).toBe(false);
    }
  });

  const I = "export default 1;";
  test.each<[string, string, string, Record<string, string>]>([
    [
      "exports",
      "pack",
      "node_modules/pack/in",
      {
        "node_modules/pack/package.json": '{ "exports": { ".": { "import": ["./in/i.js"] } } }',
        "node_modules/pack/in/i.js": I,
      },
    ],
    [
      "a pattern of exports",
      "@a/pack/x/y",
      "node_modules/@a/pack/in/x/y",
      {
        "node_modules/@a/pack/package.json": '{ "exports": { "./*": "./in/*/i.js" } }',
        "node_modules/@a/pack/in/x/y/i.js": I,
      },
    ],
    [
      "main",
      "pack",
      "node_modules/pack/in",
      {
        "node_modules/pack/package.json": '{ "main": "in/i.js" }',
        "node_modules/pack/in/i.js": I,
      },
    ],
    [
      "a folder that is main",
      "pack",
      "node_modules/pack/in",
      {
        "node_modules/pack/package.json": '{ "main": "./in" }',
        "node_modules/pack/in/index.js": I,
      },
    ],
    [
      "imports",
      "#x",
      "in",
      { "package.json": '{ "imports": { "#x": "./in/i.js" } }', "in/i.js": I },
    ],
    [
      "a package in imports",
      "#x",
      "node_modules/pack",
      {
        "package.json": '{ "imports": { "#x": "pack" } }',
        "node_modules/pack/index.js": I,
      },
    ],
    [
      "the project's own name",
      "me",
      "in",
      {
        "package.json": '{ "name": "me", "exports": "./in/i.js" }',
        "in/i.js": I,
      },
    ],
    ...[
      ["paths", { paths: { "@/*": ["./in/*"] } }, "@/x", "in/x"],
      ["paths without a pattern", { paths: { "@": ["./in"] } }, "@", "in"],
      ["paths below a baseUrl", { baseUrl: "in", paths: { "@/*": ["a/*"] } }, "@/x", "in/a/x"],
      ["a baseUrl", { baseUrl: "./in" }, "x/y", "in/x/y"],
      ["paths for a package's imports", { paths: { pack: ["./in"] } }, "#x", "in"],
    ].map(
      ([what, compilerOptions, specifier, folder]): [
        string,
        string,
        string,
        Record<string, string>,
      ] => [
        String(what),
        String(specifier),
        String(folder),
        {
          "package.json": '{ "imports": { "#x": "pack" } }',
          "tsconfig.json": JSON.stringify({ compilerOptions }),
          [`${folder}/index.ts`]: I,
        },
      ],
    ),
    [
      "paths of a tsconfig.json that another extends",
      "@/x",
      "base/in/x",
      {
        "tsconfig.json": '{ "extends": "./base/config" }',
        "base/config.json": '{ "compilerOptions": { "paths": { "@/*": ["./in/*"] } } }',
        "base/in/x/index.ts": I,
      },
    ],
    [
      "exports with escapes",
      "pack",
      "node_modules/pack/in",
      {
        "node_modules/pack/package.json": '{ "exports": "./%69n/i.js" }',
        "node_modules/pack/in/i.js": I,
      },
    ],
    [
      "the first of two keys",
      "pack",
      "node_modules/pack/in",
      {
        "node_modules/pack/package.json": '{ "main": "./in", "main": "./other" }',
        "node_modules/pack/in/index.js": I,
      },
    ],
    [
      "a text with a blank that JSON does not allow",
      "pack",
      "node_modules/pack/in",
      {
        "node_modules/pack/package.json": '{\v"main": "./in" }',
        "node_modules/pack/in/index.js": I,
      },
    ],
    ["a path with a question mark", "./in?x", "in", { "in/index.ts": I }],
  ])("a package.json that %s leads to", async (_, specifier, folder, files) => {
    const root = await project({
      ...files,
      "m.ts": `import "${specifier}"; export default ${WALK};`,
    });
    expect(await bundle({ root, module: "m.ts" })).toHaveProperty("code");
    execFileSync("mkfifo", [join(root, folder, "package.json")]);
    await expect(bundle({ root, module: "m.ts" })).rejects.toMatchObject({
      code: "MODULE_FAILED",
      message: expect.stringContaining(`expected ${folder}/package.json to be a file, got a pipe`),
    });
  });

  test.each([
    ["a file", "a.ts", "elsewhere/a.ts", "./a"],
    ["a folder", "a", "elsewhere/a", "./a"],
    ["a package", "node_modules/a", "elsewhere/deep/a", "a"],
  ])("a package.json beside %s to which a link leads", async (_, link, target, specifier) => {
    const root = await project({
      "m.ts": `import "${specifier}"; export default ${WALK};`,
      [target.endsWith(".ts") ? target : `${target}/index.ts`]: I,
      "node_modules/beside": "",
    });
    symlinkSync(join(root, target), join(root, link));
    execFileSync("mkfifo", [join(root, "elsewhere/package.json")]);
    await expect(bundle({ root, module: "m.ts" })).rejects.toThrow(
      "expected elsewhere/package.json to be a file, got a pipe",
    );
  });

  test("a package.json of a folder by the name of a package that is not there", async () => {
    const root = await project({ "m.ts": `import "a"; export default ${WALK};`, "a/b.ts": I });
    execFileSync("mkfifo", [join(root, "a/package.json")]);
    await expect(bundle({ root, module: "m.ts" })).rejects.toThrow("a/package.json to be a file");
  });

  test.each([".pnp.cjs", ".pnp.data.json"])("not %s, which is not read", async (path) => {
    const root = await withOdd(path, "a pipe");
    expect((await bundle({ root, module: "m.ts" })).inputs).toContain("m.ts");
  });

  test("a package.json that leads an import to millions of places", async () => {
    const exports = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`./${"a".repeat(i)}*`, `./*/${i}.js`]),
    );
    const root = await project({
      "m.ts": `import "pack/${"a".repeat(200)}"; export default ${WALK};`,
      "node_modules/pack/package.json": JSON.stringify({ exports }),
    });
    await expect(bundle({ root, module: "m.ts" })).rejects.toThrow(
      "expected node_modules/pack/package.json to lead an import to at most 10,000 places",
    );
  });

  test("a package.json that names a file by bytes that are not UTF-8", async () => {
    const root = await project({
      "m.ts": `import "pack"; export default ${WALK};`,
      "node_modules/pack/package.json": '{ "exports": "./%ff/i.js" }',
    });
    await expect(bundle({ root, module: "m.ts" })).rejects.toThrow(
      "expected node_modules/pack/package.json to name files in UTF-8",
    );
  });

  test("a tsconfig.json that is not JSON", async () => {
    for (const text of ["{", '{ "extends": "\\x41" }', "{ x }"]) {
      const root = await project({ ...FILES, "tsconfig.json": text });
      await expect(bundle({ root, module: "m.ts" })).rejects.toThrow(
        "expected tsconfig.json to be JSON, in which comments are allowed",
      );
    }
  });

  test.each([
    ["code", "a.js", "{}", 10 << 20],
    ["JSON", "a.json", "[],", 16 << 20],
  ])("%s that is larger than any that a program has", async (_, path, text, most) => {
    const root = await project({
      "m.ts": `import "./${path}"; export default ${WALK};`,
      [path]: text.repeat(most / text.length + 1),
    });
    const limit = `expected ${path} to be a file of at most ${most.toLocaleString("en-US")} bytes, got`;
    await expect(bundle({ root, module: "m.ts" })).rejects.toMatchObject({
      code: "MODULE_FAILED",
      message: expect.stringContaining(limit),
    });
  });

  test.each([
    ["code", "a.js", 2_621_440 / 2],
    ["JSON", "a.json", 3_495_254 / 2],
    ["text", "a.txt", 64 << 20],
  ])("%s that takes esbuild gigabytes, together with the other files", async (_, path, length) => {
    const signs = `/*${",".repeat(2_621_440 / 2)}*/`;
    const root = await project({
      "m.ts": `import "./${path}"; export default ${WALK}; ${signs}`,
      [path]: { "a.js": signs, "a.json": `"${",".repeat(length)}"` }[path] ?? "",
    });
    if (path === "a.txt") truncateSync(join(root, path), length);
    await expect(bundle({ root, module: "m.ts" })).rejects.toMatchObject({
      code: "MODULE_FAILED",
      message: expect.stringContaining(
        `expected esbuild to need at most 1,342,177,280 bytes of memory for all files, got over that with ${path}`,
      ),
    });
  });

  test("the working files of a program: they have changed", async () => {
    const root = await project(FILES);
    const place = { digest: "d1", root, cacheDirectory: join(root, ".rewind/cache") };
    await rememberInputs({ ...place, ...(await bundle({ root, module: "m.ts" })) });
    expect(await workingState(place)).toBe("same");
    for (const path of ["lib/a.ts", "tsconfig.json", "node_modules/pack/main.js"]) {
      rmSync(join(root, path));
      execFileSync("mkfifo", [join(root, path)]);
      expect(await workingState(place)).toBe("changed");
      rmSync(join(root, path));
      await put(root, path, String(FILES[path]));
    }
  });
});

test.skipIf(process.platform === "win32")(
  "a link to a file in the project is one of its files",
  async () => {
    const root = await project({ ...FILES, "real.ts": String(FILES["lib/a.ts"]) });
    rmSync(join(root, "lib/a.ts"));
    symlinkSync("../real.ts", join(root, "lib/a.ts"));
    expect((await bundle({ root, module: "m.ts" })).inputs).toEqual(["m.ts", "real.ts"]);
  },
);

test.each([
  ["in one file", "base"],
  ["one after the other", "deep"],
])("a tsconfig.json that extends thousands is refused: %s", async (_, how) => {
  const names = Array.from({ length: 20_000 }, (_, i) => `./${i}.json`);
  const chain = names
    .slice(0, 1_002)
    .map((_, i) => [`${i}.json`, `{ "extends": ["./${i + 1}.json"] }`]);
  const root = await project({
    ...FILES,
    ...(how === "deep" ? Object.fromEntries(chain) : {}),
    "tsconfig.json": JSON.stringify({ extends: how === "deep" ? "./0.json" : names }),
  });
  await expect(bundle({ root, module: "m.ts" })).rejects.toMatchObject({
    code: "MODULE_FAILED",
    message: "expected tsconfig.json to extend at most 1,000 files",
  });
});

test("a large file of settings is one up to a megabyte", async () => {
  const root = await project({ ...FILES, "package.json": `{ "x": "${"x".repeat(1e6)}" }` });
  expect((await bundle({ root, module: "m.ts" })).inputs).toContain("m.ts");
  writeFileSync(join(root, "package.json"), `{ "x": "${"x".repeat(1.1e6)}" }`);
  await expect(bundle({ root, module: "m.ts" })).rejects.toThrow(
    "expected package.json to be a file of at most 1,048,576 bytes, got 1,100,011",
  );
});
