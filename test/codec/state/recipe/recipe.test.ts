import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";

const ROOT = new URL("../../../../", import.meta.url);
const REG_EXP = fileURLToPath(new URL("reg-exp.ts", import.meta.url));

describe("the recipe for a state type in CONTRIBUTING", () => {
  const recipe = /## To add a state type\n(.*?)\n## /s.exec(
    readFileSync(new URL("CONTRIBUTING.md", ROOT), "utf8"),
  )?.[1] as string;
  const steps =
    recipe.slice(0, recipe.lastIndexOf("\n5. ")) + recipe.split("\n5. ")[1]?.split("\n\n")[0];
  const files = [...steps.matchAll(/`((?:src|test)\/[\w/<>.-]+)`|\]\((src\/[\w/.-]+)\)/g)].map(
    ([, code, link]) => code ?? link,
  );

  test("names at most five files, which exist, and the folder of the new one", () => {
    expect(new Set(files)).toEqual(
      new Set([
        "src/codec/state/tags.ts",
        "src/codec/state/kinds/<name>.ts",
        "src/codec/state/kinds.ts",
        "test/codec/state/states.ts",
        "src/store/FORMAT.md",
      ]),
    );
    for (const file of new Set(files)) {
      const there = (file as string).replace("<name>", "kind");
      expect(existsSync(new URL(there, ROOT)), there).toBe(true);
    }
  });
});

describe("a kind that is added only to the table", () => {
  let codec: typeof import("./everything.ts");

  beforeAll(async () => {
    // The whole codec, with one more import and one more name in kinds.ts.
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("everything.ts", import.meta.url))],
      ...{ bundle: true, write: false, format: "esm", platform: "node" },
      plugins: [
        {
          name: "one more kind",
          setup: ({ onLoad }) =>
            onLoad({ filter: /codec\/state\/kinds\.ts$/ }, ({ path }) => {
              const table = readFileSync(path, "utf8");
              const more = table.replace("SET, DATE]", "SET, DATE, REG_EXP]");
              expect(more).not.toBe(table);
              const line = `import { REG_EXP } from ${JSON.stringify(REG_EXP)};\n`;
              return { contents: line + more, loader: "ts" };
            }),
        },
      ],
    });
    const bundle = Buffer.from(outputFiles[0]?.contents as Uint8Array).toString("base64");
    codec = await import(/* @vite-ignore */ `data:text/javascript;base64,${bundle}`);
  });

  const state = () => ({ p: /a+/gi, list: [/b/] });

  test("is encoded and decoded, shared and frozen too", () => {
    const shared = /x/y;
    shared.lastIndex = 3;
    for (const value of [state(), [shared, shared], Object.freeze(/z/), new Set([/k/])]) {
      const bytes = codec.encode(value);
      const back = codec.decode(bytes);
      expect(back).toEqual(value);
      expect(codec.encode(back)).toEqual(bytes);
    }
    const [one, two] = codec.decode(codec.encode([shared, shared])) as [RegExp, RegExp];
    expect([one === two, one.lastIndex]).toEqual([true, 3]);
  });

  test("is compared, counted, and found in paths", () => {
    const other = codec.setAt(state(), ["list", 0], /c/);
    expect(codec.getAt(other, ["list", 0])).toEqual(/c/);
    expect(codec.differences(state(), state())).toEqual([]);
    expect(codec.differences(state(), other)).toEqual([{ path: "state.list[0]", a: /b/, b: /c/ }]);
    expect(codec.countDifferences(state(), other, () => {})).toEqual({ fields: 2, different: 1 });
    expect(codec.surelyEqual(state(), other)).toBe(false);
    expect(() => codec.getAt(state(), ["p", "x"])).toThrow("there is no state.p.x");
  });

  test("is written as JSON, whole and in short, and read back", () => {
    const json = codec.toJson(state());
    expect(json).toEqual({ p: { $regexp: ["a+", "gi", 0] }, list: [{ $regexp: ["b", "", 0] }] });
    expect(codec.fromJson(json)).toEqual(state());
    expect(codec.toShortJson([/a/, 1, 2, 3], 20).isCut).toBe(true);
  });

  test("is refused if it is not quite of the kind", () => {
    class Mine extends RegExp {}
    expect(() => codec.encode([new Mine("a")])).toThrow(
      "state[0] is an instance of Mine, a subclass of RegExp: use a plain RegExp",
    );
    expect(() => codec.encode(Object.assign(/a/, { more: 1 }))).toThrow(
      "is a property beside the contents",
    );
    expect(() => codec.encode(Object.create(RegExp.prototype))).toThrow("not genuine");
  });

  test("must be replaced by another of its kind in a fork", () => {
    expect(codec.fitting(/a/, /b/, [])).toEqual(/b/);
    expect(() => codec.fitting(/a/, "b", ["p"])).toThrow("expected a RegExp for state.p");
  });
});
