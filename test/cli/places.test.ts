import { expect, test } from "vitest";
import { emptyProject, type Project } from "../support/run-cli.ts";

const MODEL = `import { fall, wander } from "ants";
interface Ant {
  x: number;
}

export const own = {
  name: "own",
  init: (): Ant => ({ x: 0 }),
  step: (ant: Ant): Ant => {
    const none = (ant.x < 7 ? ant : undefined) as Ant;
    return { x: none.x + 1 };
  },
};
export const within = { name: "within", init: () => 0, step: (x: number) => (x < 7 ? x + 1 : fall(x)) };
export const refused = { name: "refused", init: () => 0, step: (x: number) => x + wander() };
export const first = { name: "first", init: () => wander(), step: (x: number) => x };
export const early = { name: "early", init: () => fall(1), step: (x: number) => x };
`;

async function ants() {
  const project = await emptyProject();
  await project.write(
    "node_modules/ants/package.json",
    JSON.stringify({ name: "ants", version: "1.2.3", main: "ants.js" }),
  );
  await project.write(
    "node_modules/ants/ants.js",
    `exports.wander = () => Math.random();
exports.fall = () => {
  throw new Error("fell");
};
`,
  );
  await project.write("ants.ts", MODEL);
  return project;
}

test.each([
  ["own", "step 7 failed: TypeError: Cannot read properties of undefined", "(at ants.ts:11:22)"],
  ["within", "step 7 failed: Error: fell", "(at ants.ts:14:94, in ants@1.2.3)"],
  ["refused", "Math.random() was called in a step", "(step 0, at ants.ts:15:83, in ants@1.2.3)"],
  ["first", "Math.random() was called in init", "(at ants.ts:16:51, in ants@1.2.3)"],
  ["early", "init failed: Error: fell", "(at ants.ts:17:51, in ants@1.2.3)"],
])("an error names the user's own line, and the package: %s", async (name, says, place) => {
  const project = await ants();
  const { stderr } = await project.run("record", `ants.ts#${name}`, "--steps", "50");
  const [error = ""] = stderr.split("\n");
  expect(error).toContain(says);
  expect(error).toContain(place);
  const { json } = await project.run(
    "record",
    `ants.ts#${name}`,
    "--steps",
    "50",
    "--json",
    "-b",
    "b",
  );
  const { places } = json.error.data;
  expect(places.at(-1)).toMatchObject({ file: "ants.ts" });
  if (place.includes(" in ")) {
    expect(places[0]).toMatchObject({
      ...{ file: "node_modules/ants/ants.js", package: "ants@1.2.3" },
      line: says.startsWith("Math") ? 1 : 3,
    });
  }
});

test("--verbose adds the stack in the program's own files, which is left out without it", async () => {
  const project = await ants();
  const record = ["record", "ants.ts#within", "--steps", "50", "-b"];
  const loud = await project.run(...record, "loud", "--verbose");
  expect(loud.stderr.split("\n").filter((line) => line.startsWith("  at "))).toEqual([
    "  at exports.fall (node_modules/ants/ants.js:3:9, in ants@1.2.3)",
    "  at Object.step (ants.ts:14:94)",
  ]);
  const usual = await project.run(...record, "usual");
  expect(usual.stderr).not.toMatch(/^\s*at /m);
});

/** What `show --source` prints at a place of recorded code, from its column on. */
async function shownAt(project: Project, place: Place, ...more: string[]): Promise<string> {
  const { stdout } = await project.ok("show", "main", "--source", ...more);
  return (stdout.split("\n")[place.line - 1] ?? "").slice(place.column - 1);
}

interface Place {
  readonly line: number;
  readonly column: number;
}

test.each([
  ["own", "x + 1"],
  ["within", "(x) }"],
  ["refused", "() }"],
])("recorded code is named by the line that show prints: %s", async (name, at) => {
  const project = await ants();
  const model = `import "./helper.ts";\n${MODEL.replace("x + wander()", "x < 7 ? x + 1 : wander()")}`;
  await project.write("helper.ts", "export const text = `one\ntwo`;\n");
  await project.write("ants.ts", model);
  await project.ok("record", `ants.ts#${name}`, "--steps", "6");
  // A replay of recorded code: the working file is another by now.
  await project.write("ants.ts", "export default 1;");
  const { stderr } = await project.run("extend", "main", "--by", "20");
  const found = /^error: .*at recorded ants\.ts:(\d+):(\d+)(, in ants@1\.2\.3)?\)/m.exec(stderr);
  const own = { line: Number(found?.[1]), column: Number(found?.[2]) };
  expect((await shownAt(project, own)).slice(0, at.length)).toBe(at);
  expect(found?.[3]).toBe(name === "own" ? undefined : ", in ants@1.2.3");

  const { json } = await project.run("resume", "main", "--json");
  const { places } = json.error.data;
  expect(places.at(-1)).toMatchObject({ file: "ants.ts", recorded: true, ...own });
  if (name === "own") return;
  expect(places[0]).toMatchObject({ file: "ants", package: "ants@1.2.3", recorded: true });
  const inPackage = await shownAt(project, places[0], "--package", "ants");
  expect(inPackage).toMatch(name === "within" ? /^new Error\("fell"\)/ : /^random\(\)/);
});

test("--verbose prints the places in recorded code, and no frame of the engine", async () => {
  const project = await ants();
  await project.ok("record", "ants.ts#within", "--steps", "6");
  const { stderr } = await project.run("extend", "main", "--by", "20", "--verbose");
  expect(stderr.split("\n").filter((line) => line.startsWith("  at "))).toEqual([
    expect.stringMatching(/^ {2}at exports\.fall \(recorded ants:\d+:\d+, in ants@1\.2\.3\)$/),
    expect.stringMatching(/^ {2}at Object\.step \(recorded ants\.ts:\d+:\d+\)$/),
  ]);
});

test("--verbose adds the stack of a user's mistake, too", async () => {
  const project = await emptyProject();
  const { stderr } = await project.run("get", "nobody", "--verbose");
  expect(stderr).toMatch(/^ {2}at /m);
});

test("an error in a codec names its place", async () => {
  const project = await emptyProject();
  await project.write(
    "codec.ts",
    `class Ant {
  #x = 1;
}
const fails = (): never => {
  throw new Error("lost");
};
const types = { Ant: { is: (x: unknown) => x instanceof Ant, encode: fails, decode: () => new Ant() } };
export default { name: "codec", types, init: () => new Ant(), step() {} };
`,
  );
  const { stderr } = await project.run("record", "codec.ts", "--steps", "5");
  expect(stderr).toContain("failed to encode state: lost (the state at step 0, at codec.ts:5:9)");
});

test.each([
  ["one package", ["a"], true],
  ["two packages have a class of this name", ["a", "b"], false],
])("the place of a class in a state is named if it is sure: %s", async (_, packages, isNamed) => {
  const project = await emptyProject();
  for (const name of packages) {
    const manifest = { name, version: "1.0.0", type: "module", main: "index.js" };
    await project.write(`node_modules/${name}/package.json`, JSON.stringify(manifest));
    await project.write(`node_modules/${name}/index.js`, "export class World {\n  size = 1;\n}\n");
  }
  const imports = packages.map((name) => `import { World as ${name} } from "${name}";`);
  const model = `{ name: "m", init: () => [${packages.map((name) => `new ${name}()`)}], step() {} }`;
  await project.write("m.ts", `${imports.join("\n")}\nexport default ${model};\n`);
  const { stderr } = await project.run("record", "m.ts", "--steps", "5");
  expect(stderr).toContain("is an instance of World");
  expect(stderr.includes("World is at node_modules/a/index.js:1, in a@1.0.0")).toBe(isNamed);
  expect(stderr.includes("World is at")).toBe(isNamed);
});
