import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generatorFamilies } from "../../src/random/generators.ts";
import { type Playground, playground } from "./playground.ts";

/** The files whose examples are run: those with exports of the package. */
const FILES = [
  ...["index.ts", "repository.ts", "replay/simulation.ts", ...sourcesIn("repository")],
  ...["history/branches.ts", "node/config/config.ts", "codec/json/write.ts"],
  ...["replay/run/run.ts", "replay/run/recorded-run.ts", "replay/run/open-run.ts"],
  ...["random.ts", ...sourcesIn("plan")],
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
import { cloneRepository, Config, describeFile, toJson } from "rewind-engine";
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
beforeAll(async () => {
  place = await playground();
  await place.write("walk.ts", WALK);
  await place.write("shock.ts", SHOCK);
});
afterAll(() => place.remove());

const examples = FILES.flatMap((file) =>
  examplesOf(readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8")).map(
    (example) => [`${file}: ${example.split("\n")[0]}`, example] as const,
  ),
);

describe("the examples of the public docstrings", () => {
  test("are found", () => expect(examples.length).toBeGreaterThan(50));

  test.each(examples)("%s", async (_name, example) => {
    prepareStore(example);
    const { status, output } = await runExample(example);
    expect(output).toBe("");
    expect(status).toBe(0);
  });

  test("fail when a value is wrong", async () => {
    const { output } = await runExample("1 + 1; // 3");
    expect(output).toContain("AssertionError");
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

/** Puts a store with a run of a module, and the file of that run, into the folder. */
function copyRecorded(module: string): void {
  if (!recorded.has(module)) {
    const record = `rewind record ${module} --steps 1e6 --seed 42`;
    const keep = `mkdir -p kept/${module} && cp -r .rewind run.replay kept/${module}`;
    const line = `rewind init && ${record} && rewind save main -o run.replay && ${keep}`;
    expect(place.shell(line).status).toBe(0);
    recorded.add(module);
  }
  expect(place.shell(`rm -rf .rewind && cp -r kept/${module}/. .`).status).toBe(0);
}

/** Makes the store that an example begins with. */
function prepareStore(example: string): void {
  place.shell("rm -rf .rewind run.replay runs ../lab-runs");
  if (example.includes("initRepository")) return;
  if (!/repo|Repository|load\(|describeFile/.test(example)) return;
  if (example.includes("repo.record")) {
    expect(place.shell("rewind init").status).toBe(0);
    return;
  }
  copyRecorded(example.includes("clamp") ? "shock.ts" : "walk.ts");
  if (example.includes("cloneRepository")) {
    const line = "rewind remote add lab ../lab-runs && rewind push lab && rm -r .rewind";
    expect(place.shell(line).status).toBe(0);
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

async function runExample(example: string): Promise<{ status: number | null; output: string }> {
  const given = GIVEN.filter(
    ([name]) => uses(example, name) || (name === "run" && uses(example, "fork")),
  );
  const code = example
    .replace(/^export /gm, "")
    .split("\n")
    .map(checked)
    .join("\n");
  const text = `${PRELUDE}${given.map(([, line]) => `${line}\n`).join("")}{\n${code}\n}\n`;
  await place.write("example.ts", text);
  return place.run("example.ts");
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
