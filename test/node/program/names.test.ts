import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { type Bundle, bundle } from "../../../src/node/program/bundle.ts";
import { loadExports } from "../../../src/node/program/load-program.ts";
import { placesIn, placesInFiles } from "../../../src/node/program/locate.ts";
import { withNames } from "../../../src/node/program/names.ts";
import type { CodePlace } from "../../../src/replay/programs.ts";
import { installed, project } from "../../support/project-folder.ts";

type Files = Readonly<Record<string, string>>;

/** What Node gives for the export `names` of m.mjs. */
function nodeNames(root: string): unknown {
  const url = pathToFileURL(join(root, "m.mjs")).href;
  const script = `import { names } from ${JSON.stringify(url)}; console.log(JSON.stringify(names));`;
  const args = ["--input-type=module", "-e", script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

/** The same from the bundle. */
async function bundledNames(root: string): Promise<{ names: unknown; code: string }> {
  const { code } = await bundle({ root, module: "m.mjs" });
  const { names } = await loadExports({ code, root, module: "m.mjs" });
  return { names, code };
}

const OTHER = `export class World {} export function step() {} export const act = () => 1;
  export const text = () => World.name + step.name + act.name;`;

const CASES: Readonly<Record<string, Files>> = {
  "a class that refers to itself": {
    "m.mjs": `class Wolf { static made = 0; born() { Wolf.made++; return new Wolf(); } }
      const Sheep = class Ewe { static first = new Ewe(); };
      export const names = [new Wolf().born().constructor.name, Sheep.name, Sheep.first.constructor.name];`,
  },
  "classes, functions and closures of one name in two modules": {
    "m.mjs": `import * as other from "./other.mjs";
      class World {} function step() {} const act = () => 2; let late; late = async () => 3;
      const { text = () => 4 } = {}; class Far extends World {}
      export const names = [World, step, act, late, text, Far, ...Object.values(other)].map((f) => f.name);`,
    "other.mjs": `${OTHER} export const late = { name: 1 }; export class Far {}`,
  },
  "functions whose names are read above them": {
    "m.mjs": `import { World, step as other } from "./other.mjs"; import later from "./later.mjs";
      const names = [step.name, other.name, later, World.name]; export { names };
      function step() {}`,
    "other.mjs": OTHER,
    "later.mjs": `export default [step.name, act.name]; function step() {} async function* act() {}`,
  },
  "default exports without a name": {
    "m.mjs": `import A from "./a.mjs"; import b from "./b.mjs"; import c from "./c.mjs"; import d from "./d.mjs";
      export const names = [A, new A().constructor, b, c, d].map((f) => f.name);`,
    "a.mjs": "export default class {}",
    "b.mjs": "export default function () {}",
    "c.mjs": "export default (x) => x;",
    "d.mjs": "export default async function* () {}",
  },
  "functions inside others, whose names other modules have": {
    "m.mjs": `import { World, step, act } from "./other.mjs";
      const f = () => {
        const found = [World, step, act];
        { const act = (x = function step() {}) => [x, act]; class World {} found.push(...act(), World); }
        return [...found, function World() {}, (function act() { return act; })(), new (function step() {})().constructor];
      };
      const again = function f(n) { return n === 0 ? f : f(n - 1); }, called = [];
      (function step() { called.push(step); }).call(1);
      export const names = [...f(), again(2), ...called].map((f) => f.name);`,
    "other.mjs": OTHER,
  },
  "classes with a static name of their own": {
    "m.mjs": `import "./other.mjs";
      class World { static name = "world"; static self = World; }
      class Act { static name() { return "act"; } static self = Act; }
      class Step { static get name() { return "step"; } static self = Step; }
      export const names = [World.name, Act.name(), Step.name];`,
    "other.mjs": OTHER,
  },
  "members, whose names the language gives": {
    "m.mjs": `import "./other.mjs"; class World { static self = World; act = () => 1; #b = () => 2;
        static s = class {}; get b() { return this.#b; } }
      const o = { act: () => 1, "a b": function () {}, 1: () => 1, default: class {}, ["c" + "d"]: () => 1 };
      const bare = []; bare.push(() => 1); o.assigned = () => 1;
      const w = new World();
      export const names = [...Object.values(o), ...bare, w.act, w.b, World.s].map((f) => f.name);`,
    "other.mjs": OTHER,
  },
  "a CommonJS package, and one that sets names by esbuild's own helper": {
    "m.mjs": `import common from "common"; import { kept, Wolf } from "kept"; import "./other.mjs";
      class World {} class Wolf2 { static self = Wolf2; }
      export const names = [...Object.values(common), kept, Wolf, World, Wolf2].map((f) => f.name);`,
    "other.mjs": OTHER,
    "node_modules/common/package.json": '{ "name": "common", "version": "1.0.0" }',
    "node_modules/common/index.js": `class World { static self = World } function step() {} const act = () => 1;
      exports.anonymous = (() => () => 1)(); Object.assign(exports, { World, step, act });`,
    ...installed(
      "kept",
      "1.0.0",
      `var __defProp = Object.defineProperty;
       var __name = (target, value) => __defProp(target, "name", { value, configurable: true });
       export function kept() {} __name(kept, "other"); export class Wolf { static self = Wolf; }`,
    ),
  },
  "texts that read like what sets a name": {
    "m.mjs": `import { act as other } from "./other.mjs"; const act = () => ', "act")';
      const step = () => act(1, "step"), World = class {};
      const text = \`
__name(act, "b");
static {
  __name(this, "World");
}
\` + "/* @__PURE__ */ __name(act, \\"act\\")";
      export const names = [act.name, step.name, other.name, text];`,
    "other.mjs": OTHER,
  },
};

describe("a program sees the names that Node gives", () => {
  test.each(Object.entries(CASES))("%s", async (_title, files) => {
    const root = await project(files);
    const { names, code } = await bundledNames(root);
    expect(names).toEqual(nodeNames(root));
    // Closures whose names the language gives are not slowed.
    expect(code).not.toContain("= /* @__PURE__ */ __name(() =>");
  });
});

describe("the bundle", () => {
  test("is the one without names if nothing was renamed", async () => {
    const root = await project({
      "m.mjs": `import { World } from "./other.mjs"; const f = () => { const g = () => 1; return g; };
        class Wolf2 extends World { act = () => 1; } export const names = [Wolf2, f].map((f) => f.name);`,
      "other.mjs": OTHER,
    });
    const { code } = await bundledNames(root);
    expect(code).toBe(`// program:other.mjs
var World = class {
};
function step() {
}
var act = () => 1;
var text = () => World.name + step.name + act.name;

// program:m.mjs
var f = () => {
  const g = () => 1;
  return g;
};
var Wolf2 = class extends World {
  act = () => 1;
};
var names = [Wolf2, f].map((f2) => f2.name);
export {
  names
};
`);
  });

  test("names a renamed closure without a call, and leaves others as they are", async () => {
    const root = await project({
      "m.mjs": `import { act as other } from "./other.mjs"; other();
        export const step = () => { const act = () => 1, free = () => 2; return [act, free]; };
        export const names = step().map((f) => f.name);`,
      "other.mjs": OTHER,
    });
    const { code, names } = await bundledNames(root);
    expect(names).toEqual(["act", "free"]);
    expect(code).toContain("const act2 = { act: () => 1 }.act, free = () => 2;");
    expect(code).not.toContain("defineProperty");
  });

  test("sets names by a helper whose name the program does not have", async () => {
    const root = await project({
      "m.mjs": `const __named = 1, __named_ = 2; class Wolf { static self = Wolf; }
        export const names = [Wolf.name, __named, __named_];`,
    });
    expect((await bundledNames(root)).names).toEqual(["Wolf", 1, 2]);
  });

  test("keeps all names if the two bundles differ in more than names", () => {
    const plain = { code: "var a = 1;\n", mapJson: "{}", shift: 0 };
    const kept = { code: "var b = 1;\n", mapJson: "{}", shift: 0 };
    expect(withNames(plain, kept)).toBe(kept);
  });
});

describe("the place of an error", () => {
  test("is that of the source, before and after what was inserted", async () => {
    const root = await project({
      "m.mjs": `import { act as other } from "./other.mjs"; import common from "./common.cjs";
class Wolf { static self = Wolf; static fail() { throw new Error("1"); } }
const act = () => { throw new Error("2"); }; const after = () => { throw new Error("3"); };
const World = (run = () => { throw new Error("4"); }, to = () => { throw new Error("5"); }) => [run, to];
function step() { throw new Error("6"); } const text = () => new Error("8"), [late = () => new Error("9")] = [];
export const fails = [Wolf.fail, act, after, ...World(), step, () => { throw new Error("7"); }, text, late, other, common];`,
      "other.mjs": `${OTHER} export const run = 1, late = 1;`,
      "common.cjs": "module.exports = 1;",
    });
    const bundled = await bundle({ root, module: "m.mjs" });
    const { fails } = await loadExports({ ...bundled, root });
    const places = (fails as (() => unknown)[]).slice(0, 9).map((fail) => placeOf(fail, bundled));
    const text = readFileSync(join(root, "m.mjs"), "utf8");
    const expected = Array.from({ length: 9 }, (_, index) => {
      const before = text.slice(0, text.indexOf(`new Error("${index + 1}")`)).split("\n");
      return [before.length, (before.at(-1)?.length ?? 0) + 1];
    });
    expect(places.map((place) => [place?.line, place?.column])).toEqual(expected);
  });
});

/** The place in the source of the error that a function throws or returns. */
function placeOf(fail: () => unknown, { map }: Bundle): CodePlace | undefined {
  const { stack = "" } = errorOf(fail);
  const placeOf = placesInFiles(map, () => undefined);
  return placesIn(stack, { filename: "rewind:m.mjs", placeOf })[0];
}

function errorOf(fail: () => unknown): Error {
  try {
    return fail() as Error;
  } catch (error) {
    return error as Error;
  }
}
