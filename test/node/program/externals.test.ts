import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundle } from "../../../src/node/bundle.ts";
import { loadProgram } from "../../../src/node/load-program.ts";
import { installed, project, put, WALK } from "../project.ts";

const SIM = `export default { ...${WALK}, name: String(value), step: () => next() };`;

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

  test("with what it depends on, and beside packages that are bundled", async () => {
    const program = await bundled({
      "m.ts": `import wrap from "wrapper"; const { next, value } = wrap; ${SIM}`,
      ...installed("wrapper", "3.0.0", 'import plugins from "plugins"; export default plugins;'),
      ...PLUGINS,
      ...{
        "node_modules/plugins/package.json": manifest("plugins", { dependencies: { deep: "1" } }),
      },
      ...common("deep", "exports.deep = 1;"),
    });
    expect(program.externals.map(({ name }) => name)).toEqual(["deep", "plugins"]);
    expect(program.parts.map((part) => part.package)).toContain("wrapper@3.0.0");
    expect((await loadProgram(program)).simulation.name).toBe("7");
  });

  test("with the package that alone finds it", async () => {
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
    expect(program.externals.map(({ name }) => name)).toEqual(["plugins", "wrapper"]);
    expect((await loadProgram(program)).simulation.name).toBe("7");
  });
});

describe("a package outside that is not the recorded one is refused", () => {
  const program = () =>
    bundled({ "m.ts": `import { next, value } from "plugins"; ${SIM}`, ...PLUGINS });

  test.each([
    [
      "another version",
      "package.json",
      manifest("plugins").replace("1.0.0", "1.1.0"),
      "installed is 1.1.0",
    ],
    [
      "another file",
      "part.js",
      "module.exports = 8;",
      "and the files of the one installed are others",
    ],
    ["a new file", "new.js", "", "and the files of the one installed are others"],
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
