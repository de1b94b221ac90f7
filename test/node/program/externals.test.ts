import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { bundle } from "../../../src/node/program/bundle.ts";
import { externalsOf } from "../../../src/node/program/externals.ts";
import { loadExports, loadProgram } from "../../../src/node/program/load-program.ts";
import { packageDigests } from "../../../src/node/program/package-digest.ts";
import type { ExternalPackage } from "../../../src/object/program.ts";
import { installed, project, put, WALK } from "../../support/project-folder.ts";

const SIM = `export default { ...${WALK}, name: String(value), step: () => next() };`;

const digestOfFolder = (name: string, folder: string): string => packageDigests()(name, folder);

const manifest = (name: string, more: object = {}): string =>
  JSON.stringify({ name, version: "1.0.0", ...more });

/** A package of CommonJS files. */
const common = (name: string, code: string, more: object = {}): Record<string, string> => ({
  [`node_modules/${name}/package.json`]: manifest(name, more),
  [`node_modules/${name}/index.js`]: code,
});

const COUNTER = "let n = 0; exports.next = () => ++n;";

const PLUGINS = {
  ...common("plugins", `${COUNTER} exports.value = require(["./", "part.js"].join(""));`),
  "node_modules/plugins/part.js": "module.exports = 7;",
};

const bundled = async (files: Record<string, string>) => {
  const root = await project(files);
  return { ...(await bundle({ root, module: "m.ts" })), root };
};

describe("a package stays outside", () => {
  test.each([
    ["computes what it requires", PLUGINS],
    ["computes what it imports", common("plugins", `${COUNTER} exports.load = (x) => import(x);`)],
    [
      "has an addon to build",
      { ...common("plugins", COUNTER), "node_modules/plugins/binding.gyp": "" },
    ],
    [
      "looks for its addon",
      {
        ...common("plugins", COUNTER, { dependencies: { bindings: "1" } }),
        ...common("bindings", ""),
      },
    ],
    [
      "requires an addon",
      {
        ...common("plugins", `${COUNTER} exports.on = () => require("./a.node");`),
        "node_modules/plugins/a.node": "",
      },
    ],
  ])("that %s", async (_, files) => {
    const code = `import { next, value } from "plugins"; ${SIM}`;
    const program = await bundled({ "m.ts": code, ...files });
    expect(program.parts.map((part) => part.package)).toEqual([undefined]);
    expect(program.externals.find(({ name }) => name === "plugins")).toMatchObject({
      ...{ version: "1.0.0", specifiers: [["import", "plugins", "index.js"]] },
    });
    const { simulation, fresh } = await loadProgram(program);
    const step = (one: typeof simulation): unknown => one.step(0, {} as never, {} as never);
    expect([step(simulation), step(simulation), step((await fresh()).simulation)]).toEqual([
      1, 2, 1,
    ]);
  });

  test.each(["import { next, value }", "import * as all", "import all"])(
    "%s: CommonJS that calls what it requires is loaded again each time",
    async (clause) => {
      const names = clause.includes("all") ? "const { next, value } = all;" : "";
      const program = await bundled({
        "m.ts": `${clause} from "plugins"; ${names} ${SIM}`,
        ...common(
          "plugins",
          `module.exports = require("counter")(7); exports.value = 7; exports.next = 0;`,
          {
            dependencies: { counter: "1" },
          },
        ),
        "node_modules/plugins/binding.gyp": "",
        ...common(
          "counter",
          "let n = 0; module.exports = (value) => ({ value, next: () => ++n });",
        ),
      });
      const { simulation, fresh } = await loadProgram(program);
      const step = (one: typeof simulation): unknown => one.step(0, {} as never, {} as never);
      const steps = [step(simulation), step(simulation)];
      for (let i = 0; i < 3; i++) steps.push(step((await fresh()).simulation));
      expect([simulation.name, ...steps]).toEqual(["7", 1, 2, 1, 1, 1]);
    },
  );

  test("with its dependencies, and beside packages that are bundled", async () => {
    const program = await bundled({
      "m.ts": `import wrap from "wrapper"; const { next, value } = wrap; ${SIM}`,
      ...installed("wrapper", "3.0.0", 'import plugins from "plugins"; export default plugins;'),
      ...PLUGINS,
      ...{
        "node_modules/plugins/package.json": manifest("plugins", { dependencies: { deep: "1" } }),
      },
      ...common("deep", "exports.deep = 1;"),
    });
    expect(program.externals.map(({ name }) => name)).toEqual(["plugins", "deep"]);
    expect(program.parts.map((part) => part.package)).toContain("wrapper@3.0.0");
    expect((await loadProgram(program)).simulation.name).toBe("7");
  });

  test("with the only package that finds it", async () => {
    const nested = Object.fromEntries(
      Object.entries(PLUGINS).map(([path, text]) => [`node_modules/wrapper/${path}`, text]),
    );
    const program = await bundled({
      "m.ts": `import { next, value } from "wrapper"; ${SIM}`,
      ...common("wrapper", 'module.exports = require("plugins");', {
        dependencies: { plugins: "1" },
      }),
      ...nested,
    });
    expect(program.externals.map(({ name }) => name)).toEqual(["wrapper", "plugins"]);
    expect((await loadProgram(program)).simulation.name).toBe("7");
  });
});

test.each([
  ["module.parent", "module.parent.require('later')"],
  ["the parent's path", "require('node:module').createRequire(module.parent.filename)('later')"],
  ["Module._load", "require('node:module')._load('later', module.parent)"],
])("a package that came later stays hidden from %s", async (_, asks) => {
  const loaded = await bundled({
    "m.ts": `import { next, value } from "wrapper"; ${SIM}`,
    ...common("wrapper", 'module.exports = require("plugins");', {
      dependencies: { plugins: "1" },
    }),
    ...common(
      "plugins",
      `${COUNTER} let found = 7; try { found = ${asks}; } catch {} exports.value = found;`,
    ),
    "node_modules/plugins/binding.gyp": "",
  });
  for (const [path, text] of Object.entries(common("later", "module.exports = 8;"))) {
    await put(loaded.root, path, text);
  }
  expect((await loadProgram(loaded)).simulation.name).toBe("7");
});

describe("a package outside that is not the recorded one is refused", () => {
  const program = () =>
    bundled({ "m.ts": `import { next, value } from "plugins"; ${SIM}`, ...PLUGINS });

  test.each([
    [
      "another version",
      "package.json",
      manifest("plugins").replace("1.0.0", "1.1.0"),
      "but 1.1.0 is installed",
    ],
    ["another file", "part.js", "module.exports = 8;", "but the installed one has different files"],
    ["a new file", "new.js", "", "but the installed one has different files"],
  ])("%s", async (_, path, text, problem) => {
    const loaded = await program();
    await put(loaded.root, `node_modules/plugins/${path}`, text);
    await expect(loadProgram(loaded)).rejects.toMatchObject({
      code: "PACKAGE_CHANGED",
      message: `recorded with the package plugins 1.0.0, ${problem}`,
      data: { name: "plugins", recorded: "1.0.0" },
    });
  });

  test("gone", async () => {
    const loaded = await program();
    await rm(join(loaded.root, "node_modules"), { recursive: true });
    await expect(loadProgram(loaded)).rejects.toMatchObject({
      code: "PACKAGE_CHANGED",
      message: "recorded with the package plugins 1.0.0, which is not installed",
    });
  });

  test("a package installed inside it is another package", async () => {
    const loaded = await program();
    await put(loaded.root, "node_modules/plugins/node_modules/other/index.js", "");
    expect((await loadProgram(loaded)).simulation.name).toBe("7");
  });
});

describe("a package outside does not find what was not recorded with it", () => {
  /** Notes the result of each way to load a module: a value, or an error code. */
  const PROBE = `
    const seen = (load) => { try { return load(); } catch (error) { return error.code; } };
    const { createRequire } = require("node:module");
    const name = (text) => text;
    ${COUNTER}
    exports.value = [
      seen(() => require("dep")),
      seen(() => require(name("fast"))),
      seen(() => require(name("../beside/index.js"))),
      seen(() => require(__dirname + "/.git/x.js")),
      seen(() => createRequire(__filename)("fast")),
      seen(() => require(require.resolve("fast"))),
      seen(() => require("peer")),
      typeof seen(() => require("node:fs").readFileSync),
    ].join();
    exports.later = () => import(name("fast")).then((module) => module.default, (error) => error.code);
  `;
  const NOT_FOUND = "MODULE_NOT_FOUND";
  const files = {
    "m.ts": `import { next, value, later } from "probe"; export { later }; ${SIM}`,
    ...common("probe", PROBE, { dependencies: { dep: "1" }, peerDependencies: { peer: "1" } }),
    ...common("dep", "module.exports = 1;"),
    ...common("peer", "module.exports = 2;"),
  };
  const sound = ["1", ...Array(5).fill(NOT_FOUND), "2", "function"].join();
  const planted = "module.exports = 'planted';";

  test("neither if it came later, nor if it was there", async () => {
    const later = await bundled(files);
    expect(later.externals.map(({ name }) => name)).toEqual(["probe", "dep", "peer"]);
    const [first] = [(await loadProgram(later)).simulation.name];
    const more = {
      ...common("fast", planted),
      ...common("beside", planted),
      "node_modules/probe/.git/x.js": planted,
    };
    for (const [path, text] of Object.entries(more)) await put(later.root, path, text);
    const before = await bundled({ ...files, ...more });
    const names = [later, before].map(async (one) => (await loadProgram(one)).simulation.name);
    expect([first, ...(await Promise.all(names))]).toEqual([sound, sound, sound]);
    for (const one of [later, before]) {
      const { later: imported } = (await loadExports(one)) as { later(): Promise<unknown> };
      expect(await imported()).toBe("ERR_MODULE_NOT_FOUND");
    }
  });

  test.each([
    ["a package in its folder", "probe/node_modules/dep/package.json", manifest("dep")],
    ["a folder without a package.json", "probe/node_modules/dep/main.js", ""],
    ["in the folder of a peer", "probe/node_modules/peer/package.json", manifest("peer")],
  ])("a recorded name that leads elsewhere now is refused: %s", async (_, path, text) => {
    const program = await bundled(files);
    await put(program.root, `node_modules/${path}`, text);
    await put(program.root, join("node_modules", path, "../index.js"), planted);
    await expect(loadProgram(program)).rejects.toMatchObject({ code: "PACKAGE_CHANGED" });
  });

  test.each([
    ["a file beside the package's folder", "dep.js"],
    ["a file in a folder of its own", "probe/node_modules/dep.js"],
  ])("and what shadows it is not found: %s", async (_, path) => {
    const program = await bundled(files);
    await put(program.root, `node_modules/${path}`, planted);
    expect((await loadProgram(program)).simulation.name).toBe(sound.replace("1", NOT_FOUND));
  });

  test.each([
    ["an import", 'import "fast";'],
    ["an import of a file outside", 'import "../beside/index.js";'],
    ["a re-export", 'export { default as fast } from "fast";'],
  ])("by %s of an ES module", async (_, statement) => {
    const program = await bundled({
      "m.ts": `import { next, value } from "probe"; ${SIM}`,
      ...installed(
        "probe",
        "1.0.0",
        `${statement} let n = 0; export const next = () => ++n, value = 7;`,
      ),
      "node_modules/probe/binding.gyp": "",
      ...common("fast", planted),
      ...common("beside", planted),
    });
    const error = { code: "MODULE_FAILED", cause: { code: "ERR_MODULE_NOT_FOUND" } };
    await expect(loadProgram(program)).rejects.toMatchObject(error);
  });
});

describe("a package outside loads what it loaded at the recording", () => {
  const depends = (...names: string[]): object => ({
    dependencies: Object.fromEntries(names.map((name) => [name, "*"])),
  });
  const version = (n: number): object => ({ name: "a", version: `${n}.0.0` });
  const asks = (code: string): string => `${COUNTER} exports.value = String(${code});`;
  const shared = (code: string, nested: number, beside: number) => ({
    "m.ts": `import { next, value } from "one"; import * as two from "two"; export { two }; ${SIM}`,
    ...common("one", asks(code), { gypfile: true, ...depends("a") }),
    ...common("one/node_modules/a", `module.exports = ${nested};`, version(nested)),
    ...common("two", 'exports.value = require("a");', { gypfile: true, ...depends("a") }),
    ...common("a", `module.exports = ${beside};`, version(beside)),
  });

  test("two versions of one package are not swapped", async () => {
    const program = await bundled(shared('require("a")', 1, 2));
    expect(program.externals.map(({ name, version, loads }) => [name, version, loads])).toEqual([
      ["one", "1.0.0", [["a", 2, 0]]],
      ["two", "1.0.0", [["a", 3, 2]]],
      ["a", "1.0.0", []],
      ["a", "2.0.0", []],
    ]);
    expect((await loadProgram(program)).simulation.name).toBe("1");
    const { root } = await bundled(shared('require("a")', 2, 1));
    await expect(loadProgram({ ...program, root })).rejects.toMatchObject({
      code: "PACKAGE_CHANGED",
      message: "recorded with the package a 1.0.0, but 2.0.0 is installed",
    });
  });

  test("two copies of one package, which count for themselves, stay two, and one stays one", async () => {
    const two = await bundled(shared('require("a")', 1, 1));
    expect((await loadProgram(two)).simulation.name).toBe("1");
    const one = await bundled(shared('require("a")', 1, 1));
    const nested = "node_modules/one/node_modules";
    await rm(join(one.root, nested), { recursive: true });
    const recorded = await bundle({ root: one.root, module: "m.ts" });
    expect((await loadProgram({ ...recorded, root: one.root })).simulation.name).toBe("1");
    const linked = await bundled(shared('require("a")', 1, 1));
    await rm(join(linked.root, nested, "a"), { recursive: true });
    await symlink("../../a", join(linked.root, nested, "a"));
    const elsewhere = "but the installed one is in another place";
    for (const [code, { root }, problem] of [
      [two, one, elsewhere],
      [recorded, two, elsewhere],
      [two, linked, "but other packages share a copy of it now"],
    ] as const) {
      const message = `recorded with the package a 1.0.0, ${problem}`;
      await expect(loadProgram({ ...code, root })).rejects.toMatchObject({
        code: "PACKAGE_CHANGED",
        message,
      });
    }
  });

  test.each([
    ["by its name", "a"],
    ["by its path", "../a/index.js"],
    ["by the name of a folder", "../a"],
  ])("and not, %s, what only another package has", async (_, request) => {
    const load = `require(${JSON.stringify(request)})`;
    const code = asks(`(() => { try { return ${load}; } catch (error) { return error.code; } })()`);
    const files = Object.entries({
      ...shared("", 1, 2),
      ...common("one", code, { gypfile: true }),
    });
    const outside = files.filter(([path]) => !path.includes("one/node_modules"));
    const program = await bundled(Object.fromEntries(outside));
    expect((await loadProgram(program)).simulation.name).toBe("MODULE_NOT_FOUND");
  });

  test.each(["a", "../a/index.js"])("nor by `import %s` in an ES module", async (request) => {
    const code = `import a from ${JSON.stringify(request)}; export const next = () => 0, value = a;`;
    const program = await bundled({
      "m.ts": `import { next, value } from "one"; import * as two from "two"; export { two }; ${SIM}`,
      ...installed("one", "1.0.0", code),
      "node_modules/one/binding.gyp": "",
      ...common("two", 'exports.value = require("a");', { gypfile: true, ...depends("a") }),
      ...common("a", "module.exports = 2;"),
    });
    const error = { code: "MODULE_FAILED", cause: { code: "ERR_MODULE_NOT_FOUND" } };
    await expect(loadProgram(program)).rejects.toMatchObject(error);
  });

  test("and what finds an addon for another package loads the addon by its path", async () => {
    const finder = "module.exports = (folder) => require(folder + '/addon.js');";
    const program = await bundled({
      "m.ts": `import { next, value } from "one"; ${SIM}`,
      ...common("one", asks('require("finder")(__dirname)'), {
        gypfile: true,
        ...depends("finder"),
      }),
      ...common("finder", `module.exports = require("inner");`, depends("inner")),
      ...common("inner", finder),
      "node_modules/one/addon.js": "module.exports = 5;",
    });
    expect((await loadProgram(program)).simulation.name).toBe("5");
  });
});

describe("packages outside are where they were at the recording", () => {
  const depends = { gypfile: true, dependencies: { libx: "1" } };
  const addon = (at = "addon") =>
    common(at, `${COUNTER} exports.value = require("libx");`, { name: "addon", ...depends });
  const MAIN = { "m.ts": `import { next, value } from "addon"; ${SIM}` };
  const libx = (at = "libx", code = "module.exports = 7;") => common(at, code, { name: "libx" });
  const EVIL = "module.exports = 8;";
  const ELSEWHERE =
    "recorded with the package libx 1.0.0, but the installed one is in another place";

  const layouts = {
    hoisted: { ...MAIN, ...addon(), ...libx() },
    nested: { ...MAIN, ...addon(), ...libx("addon/node_modules/libx") },
  };

  test.each([
    ["hoisted", 2, { ...layouts.nested, ...libx("libx", EVIL) }],
    ["nested", 0, layouts.hoisted],
  ] as const)("%s", async (layout, up, moved) => {
    const program = await bundled(layouts[layout]);
    expect(program.externals.map(({ loads }) => loads)).toEqual([[["libx", 1, up]], []]);
    expect((await loadProgram(program)).simulation.name).toBe("7");
    const root = await project(moved);
    await expect(loadProgram({ ...program, root })).rejects.toMatchObject({
      ...{ code: "PACKAGE_CHANGED", message: ELSEWHERE },
    });
  });

  test("a nearer folder without a package.json, which a native library may find, is refused", async () => {
    const program = await bundled(layouts.hoisted);
    await put(program.root, "node_modules/addon/node_modules/libx/libx.so", "");
    await expect(loadProgram(program)).rejects.toMatchObject({ code: "PACKAGE_CHANGED" });
  });

  test("links as pnpm makes them", async () => {
    const store = (name: string): string => `.pnpm/${name}@1.0.0/node_modules/${name}`;
    const files = { ...MAIN, ...addon(store("addon")), ...libx(store("libx")) };
    const link = async (root: string, libxAt: string): Promise<void> => {
      const modules = join(root, "node_modules");
      await symlink(store("addon"), join(modules, "addon"));
      await mkdir(dirname(join(modules, libxAt)), { recursive: true });
      await symlink(join(modules, store("libx")), join(modules, libxAt));
    };
    const beside = ".pnpm/addon@1.0.0/node_modules/libx";
    const [root, moved] = [await project(files), await project(files)];
    await link(root, beside);
    const program = { ...(await bundle({ root, module: "m.ts" })), root };
    expect(program.externals[0]?.loads).toEqual([["libx", 1, 2]]);
    expect((await loadProgram(program)).simulation.name).toBe("7");
    await link(moved, `${store("addon")}/node_modules/libx`);
    await expect(loadProgram({ ...program, root: moved })).rejects.toMatchObject({
      ...{ code: "PACKAGE_CHANGED", message: ELSEWHERE },
    });
    // What npm installs has the same places.
    const npm = await project(layouts.hoisted);
    expect((await loadProgram({ ...program, root: npm })).simulation.name).toBe("7");
  });

  test("a workspace, whose packages are above the project", async () => {
    const files = { "app/m.ts": MAIN["m.ts"], ...libx() };
    const own = Object.entries(addon()).map(([path, text]) => [
      path.replace("node_modules/", "packages/"),
      text,
    ]);
    const base = await project({ ...files, ...Object.fromEntries(own) });
    await symlink("../packages/addon", join(base, "node_modules/addon"));
    const root = join(base, "app");
    const program = { ...(await bundle({ root, module: "m.ts" })), root };
    expect(program.externals.map(({ up, loads }) => [up, loads])).toEqual([
      [1, [["libx", 1, 2]]],
      [undefined, []],
    ]);
    expect((await loadProgram(program)).simulation.name).toBe("7");
    const inside = await project(layouts.hoisted);
    await expect(loadProgram({ ...program, root: inside })).rejects.toMatchObject({
      code: "PACKAGE_CHANGED",
      message: "recorded with the package addon 1.0.0, but the installed one is in another place",
    });
  });
});

describe("the files that a program imports from a package outside are in its digest", () => {
  test.each([
    ["outside its folder", "../../data/x.js"],
    ["in a package inside it", "node_modules/other/x.js"],
    ["in its history", ".git/x.js"],
    ["not there", "gone.js"],
    ["through a link", "link.js"],
  ])("one that lies %s is refused", async (_, file) => {
    const program = await bundled({
      "m.ts": `import { next, value } from "plugins"; ${SIM}`,
      ...PLUGINS,
      ...Object.fromEntries(
        ["data", "node_modules/plugins/node_modules/other", "node_modules/plugins/.git"].map(
          (folder) => [`${folder}/x.js`, COUNTER],
        ),
      ),
    });
    await symlink(
      join(program.root, "data/x.js"),
      join(program.root, "node_modules/plugins/link.js"),
    );
    const [external] = externalsOf(
      new Map([
        [
          join(program.root, "node_modules/plugins"),
          { name: "plugins", specifiers: [["import", "plugins", file]] },
        ],
      ]),
    );
    const externals = [external as ExternalPackage];
    await expect(loadProgram({ ...program, externals })).rejects.toMatchObject({
      code: "PACKAGE_CHANGED",
      message: expect.stringContaining(file),
    });
  });
});

describe("the digest of a package", () => {
  const linked = async (text: string) => {
    const root = await project({
      ...PLUGINS,
      "data/x.js": "",
      "node_modules/plugins/lib/y.js": "",
    });
    const folder = join(root, "node_modules/plugins");
    await put(folder, "node_modules/other/x.js", "");
    await symlink(text, join(folder, "lib/link"));
    return () => digestOfFolder("plugins", folder);
  };

  test.each([
    ["out of it", "../../../data/x.js"],
    ["out of it, to a missing file", "../../../data/later.js"],
    ["to a folder out of it", "../../../data"],
    ["into a package installed in it", "../node_modules/other/x.js"],
  ])("is refused with a link %s", async (_, text) => {
    expect(await linked(text)).toThrow(
      expect.objectContaining({
        code: "PACKAGE_CHANGED",
        message: "expected the link lib/link in the package plugins to stay in it",
      }),
    );
  });

  test.each(["y.js", "../part.js", "/usr/bin/python3"])(
    "counts the text of a link to %s",
    async (text) => {
      expect((await linked(text))()).not.toBe((await linked("../index.js"))());
    },
  );

  test("tells a link from a file with its text, and where one ends from where the next begins", async () => {
    const packages = await Promise.all([
      linked("y.js"),
      project({
        ...PLUGINS,
        "node_modules/plugins/lib/y.js": "",
        "node_modules/plugins/lib/link": "y.js",
      }),
      project({
        ...PLUGINS,
        "node_modules/plugins/lib/y.js": "",
        "node_modules/plugins/lib/linky.js": "",
      }),
    ]);
    const digests = packages.map((one) =>
      typeof one === "string"
        ? digestOfFolder("plugins", join(one, "node_modules/plugins"))
        : one(),
    );
    expect(new Set(digests).size).toBe(3);
  });

  test("counts the bytes of a link that is not UTF-8", async () => {
    const links = [Buffer.from([0x79, 0xff]), Buffer.from([0x79, 0xfe]), Buffer.from("y\ufffd")];
    const digests = await Promise.all(
      links.map(async (link) => {
        const folder = join(await project(PLUGINS), "node_modules/plugins");
        await symlink(link, join(folder, "link"));
        return digestOfFolder("plugins", folder);
      }),
    );
    expect(new Set(digests).size).toBe(3);
  });

  test("does not count how a name was cut into folders by the system", async () => {
    // In the order of paths with "/", "a-b" comes before "a/b".
    const files = { "a/b": "1", "a-b": "2" };
    const root = await project(files);
    const expected = createHash("sha256").update("fa-b\x001\x002fa/b\x001\x001").digest("hex");
    expect(digestOfFolder("a", root)).toBe(expected);
  });

  describe("is refused at once", () => {
    const refusal = (got: string) =>
      expect.objectContaining({
        code: "PACKAGE_CHANGED",
        message: `expected the package plugins to have only files, folders and links with names in UTF-8, got ${got}`,
      });

    test.skipIf(process.platform === "win32")("for a package with a pipe", async () => {
      const folder = join(await project(PLUGINS), "node_modules/plugins");
      await mkdir(join(folder, "lib"));
      execFileSync("mkfifo", [join(folder, "lib/pipe.js")]);
      expect(() => digestOfFolder("plugins", folder)).toThrow(refusal('a pipe at "lib/pipe.js"'));
    });

    test.skipIf(process.platform === "win32")("for a package with a socket", async () => {
      const folder = join(await project(PLUGINS), "node_modules/plugins");
      const server = createServer().listen(join(folder, "s"));
      onTestFinished(() => void server.close());
      await once(server, "listening");
      expect(() => digestOfFolder("plugins", folder)).toThrow(refusal('a socket at "s"'));
    });

    test.runIf(process.platform === "linux")("for a name that is not UTF-8", async () => {
      const folder = join(await project(PLUGINS), "node_modules/plugins");
      await writeFile(Buffer.concat([Buffer.from(`${folder}/a`), Buffer.from([0xff])]), "");
      expect(() => digestOfFolder("plugins", folder)).toThrow(refusal('another name at "a\ufffd"'));
    });

    test.skipIf(process.platform === "win32")(
      "a pipe for a package.json, before it is read",
      async () => {
        const program = await bundled({
          "m.ts": `import { next, value } from "plugins"; ${SIM}`,
          ...common("plugins", `${COUNTER} exports.value = 7;`, {
            dependencies: { bindings: "1" },
          }),
          ...common("bindings", ""),
        });
        const file = join(program.root, "node_modules/plugins/package.json");
        await rm(file);
        execFileSync("mkfifo", [file]);
        await expect(loadProgram(program)).rejects.toMatchObject({ code: "PACKAGE_CHANGED" });
        await expect(bundle({ root: program.root, module: "m.ts" })).rejects.toMatchObject({
          code: "MODULE_FAILED",
        });
      },
    );
  });

  test("is refused for one of many gigabytes", async () => {
    const root = await project(PLUGINS);
    const folder = join(root, "node_modules/plugins");
    for (const file of ["part.js", "index.js"]) await truncate(join(folder, file), 2 ** 30 + 1);
    expect(() => digestOfFolder("plugins", folder)).toThrow(
      expect.objectContaining({
        code: "PACKAGE_CHANGED",
        message:
          "expected the packages outside the program to have at most 2,147,483,648 bytes, got 2,147,483,686 with plugins",
      }),
    );
  });

  test("is refused for several that have many gigabytes together", async () => {
    const sparse = async (...names: string[]) => {
      const all = names.map((name) => common(name, COUNTER, { gypfile: true }));
      const root = await project(Object.assign({}, ...all));
      const folders = names.map((name) => join(root, "node_modules", name));
      const grow = () =>
        Promise.all(folders.map((folder) => truncate(join(folder, "index.js"), 3 * 2 ** 28)));
      return { folders, grow };
    };
    const names = ["a", "b", "c"];
    const { folders, grow } = await sparse(...names);
    const imports = new Map(
      folders.map((folder, i) => [folder, { name: names[i] as string, specifiers: [] }]),
    );
    expect(externalsOf(imports)).toEqual([]);
    await grow();
    expect(() => externalsOf(imports)).toThrow(
      expect.objectContaining({
        code: "PACKAGE_CHANGED",
        message: expect.stringContaining("the packages outside the program to have at most"),
      }),
    );
  });

  test.skipIf(process.platform === "win32")(
    "is refused for a folder that is too deep",
    async () => {
      const root = await project(PLUGINS);
      const folder = join(root, "node_modules/plugins");
      const name = "d".repeat(200);
      const make = `for (let i = 0; i < 25; i++) { fs.mkdirSync("${name}"); process.chdir("${name}"); }`;
      execFileSync(process.execPath, ["-e", make], { cwd: folder });
      expect(() => digestOfFolder("plugins", folder)).toThrow(
        expect.objectContaining({
          code: "PACKAGE_CHANGED",
          message: expect.stringMatching(
            /^expected the package plugins to be readable, got ENAMETOOLONG in ".{1,41}"$/,
          ),
        }),
      );
      execFileSync("rm", ["-r", join(folder, name)]);
    },
  );
});
