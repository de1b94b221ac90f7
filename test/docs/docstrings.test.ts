import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { copySync, removeSync } from "fs-extra/esm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generatorFamilies } from "../../src/random/generators.ts";
import { projectAt } from "../support/run-cli.ts";
import { type Playground, playground } from "./playground.ts";
import { type Runner, startRunner } from "./runner.ts";

/** The files whose examples are run: those with exports of the package. */
const FILES = [
  ...["index.ts", "repository.ts", "replay/simulation.ts", ...sourcesIn("repository")],
  ...["history/branches.ts", "node/config/config.ts", "codec/json/write.ts"],
  ...["replay/run/run.ts", "replay/run/recorded-run.ts", "replay/run/open-run.ts"],
  ...["plot.ts", "random.ts", ...sourcesIn("plan")],
  ...generatorFamilies().flatMap((family) => sourcesIn(`random/${family}`)),
];

function sourcesIn(folder: string): string[] {
  const names = readdirSync(new URL(`../../src/${folder}`, import.meta.url));
  return names.sort().map((name) => `${folder}/${name}`);
}

/** Names that every example may use. */
const PRELUDE = `
import assert from "node:assert/strict";
import { defineSimulation, initRepository, load, openRepository, record } from "rewind-engine";
import { cloneRepository, Config, describeFile, exportTable, toJson } from "rewind-engine";
import { plotHtml, plotSvg, plotText } from "rewind-engine/plot";
import * as random from "rewind-engine/random";
const { numpy, python, torch, xoshiro, generatorNamed } = random;
const { parsePlan, formatPlan, stateBefore, orderOf, drawsOf, explain, locate, loadingLines } = random;
const walk = defineSimulation({
  name: "random-walk",
  params: { p: 0.5 },
  init: () => 0,
  step: (x: number, rng, ctx) => x + (rng.random() < ctx.params.p ? 1 : -1),
});
`;

/** Names that an example also gets if it uses them without declaring them. */
const GIVEN: readonly (readonly [name: string, code: string])[] = [
  ["repo", 'const repo = await openRepository(".");'],
  ["run", "const run = await record(walk, { steps: 1_000_000, seed: 42 });"],
  ...generatorFamilies().map((family) => {
    const algorithm = `${family}Algorithm`;
    const module = `rewind-engine/random/${family}`;
    return [algorithm, `const { ${algorithm} } = await import("${module}");`] as const;
  }),
  ["fork", "const fork = await run.branch(842_137, { mutate: (x) => x + 100 });"],
];

const WALK = `${PRELUDE}export default walk;\n`;
const SHOCK = readFileSync(new URL("../../fixtures/simulations/shock.ts", import.meta.url), "utf8");

let place: Playground;
let runner: Runner;
let ran = 0;
beforeAll(async () => {
  place = await playground();
  runner = await startRunner(place);
  await place.write("walk.ts", WALK);
  await place.write("shock.ts", SHOCK);
  await place.write("metrics.ts", "export const size = (state) => Math.abs(state);");
});
afterAll(async () => {
  runner.stop();
  await place.remove();
});

const examples = FILES.flatMap((file) =>
  examplesOf(readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8")).map(
    (example) => [`${file}: ${example.split("\n")[0]}`, example] as const,
  ),
);

describe("the examples of the public docstrings", () => {
  test("are found", () => expect(examples.length).toBeGreaterThan(50));

  test.each(examples)("%s", async (_name, example) => {
    await prepareStore(example);
    expect(await runExample(example)).toBe("");
  });

  test("fail when a value is wrong", async () => {
    expect(await runExample("1 + 1; // 3")).toContain("AssertionError");
  });
});

/** The code of each `@example` block. */
function examplesOf(source: string): string[] {
  return [...source.matchAll(/@example\n *\* ```ts\n([\s\S]*?) *\* ```/g)].map(([, code = ""]) =>
    code.replace(/^ *\* ?/gm, "").trimEnd(),
  );
}

/** The modules whose run was recorded before: others get copies of its files. */
const recorded = new Set<string>();

/** Runs commands in the folder, in this process. */
async function commands(...lines: readonly string[]): Promise<void> {
  for (const line of lines) await projectAt(place.folder).ok(...line.split(" "));
}

/** Puts a store with a run of a module, and the file of that run, into the folder. */
async function copyRecorded(module: string): Promise<void> {
  const kept = join(place.folder, "kept", module);
  const names = [".rewind", "run.replay"];
  if (!recorded.has(module)) {
    await commands("init", `record ${module} --steps 1e6 --seed 42`, "save main -o run.replay");
    for (const name of names) copySync(join(place.folder, name), join(kept, name));
    recorded.add(module);
  }
  for (const name of names) {
    removeSync(join(place.folder, name));
    copySync(join(kept, name), join(place.folder, name));
  }
}

/** Makes the store that an example begins with. */
async function prepareStore(example: string): Promise<void> {
  for (const name of [".rewind", "run.replay", "runs", "../lab-runs"])
    removeSync(join(place.folder, name));
  if (example.includes("initRepository")) return;
  if (!/repo|Repository|load\(|describeFile/.test(example)) return;
  if (example.includes("repo.record")) return commands("init");
  await copyRecorded(example.includes("clamp") ? "shock.ts" : "walk.ts");
  if (example.includes("cloneRepository")) {
    await commands("remote add lab ../lab-runs", "push lab");
    removeSync(join(place.folder, ".rewind"));
  }
  // An interrupted recording, for the example that resumes it.
  if (example.includes("resume")) cutShort();
}

/** Interrupts the recording of main, which leaves the branch unfinished. */
function cutShort(): void {
  place.shell("rm -rf .rewind && rewind init");
  const script = `import { openRepository } from "rewind-engine";
    const repo = await openRepository(".");
    const keys = new AbortController();
    const onProgress = ({ done }) => { if (done > 5_000) keys.abort(); };
    const options = { steps: 10_000, signal: keys.signal, onProgress };
    console.log(await repo.record("walk.ts", options).catch(({ code }) => code));`;
  const line = `cat > cut.mjs <<'END'\n${script}\nEND\nnode cut.mjs`;
  expect(place.shell(line).output).toContain("INTERRUPTED");
}

/** Runs an example, and returns what it printed and the error with which it failed. */
async function runExample(example: string): Promise<string> {
  const given = GIVEN.filter(
    ([name]) => uses(example, name) || (name === "run" && uses(example, "fork")),
  );
  const code = example
    .replace(/^export /gm, "")
    .split("\n")
    .map(checked)
    .join("\n");
  const text = `${PRELUDE}${given.map(([, line]) => `${line}\n`).join("")}{\n${code}\n}\n`;
  const file = `example-${ran++}.ts`;
  await place.write(file, text);
  return runner.run(await place.compile(file));
}

function uses(example: string, name: string): boolean {
  const declared = new RegExp(`const (\\{[^}]*\\b)?${name}\\b`).test(example);
  return !declared && new RegExp(`\\b${name}\\b`).test(example);
}

/** Turns a line whose comment is a value into an assertion. A comment in words stays. */
function checked(line: string): string {
  const [, names, expression, comment] =
    /^(?:const \{ (\w+) \} = )?(\S.*); \/\/ (.+)$/.exec(line) ?? [];
  if (expression === undefined || !isValue(comment as string)) return line;
  if (names === undefined) return `assert.deepEqual(${expression}, ${comment});`;
  return `assert.deepEqual((${expression}).${names}, ${comment});`;
}

function isValue(text: string): boolean {
  try {
    new Function(`return (${text});`)();
    return true;
  } catch {
    return false;
  }
}
