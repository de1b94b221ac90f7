import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksOf } from "./blocks.ts";
import { PAGES, readPage } from "./pages.ts";
import { type Playground, playground } from "./playground.ts";
import { moduleName } from "./run-page.ts";

const SIR = readFileSync(new URL("../../fixtures/simulations/sir.ts", import.meta.url), "utf8");

const WRONG = `import { record } from "rewind-engine";
import walk from "./walk.mts";
const run = await record(walk, { steps: "ten" });
export const x: string = await run.get(1);
`;

let place: Playground;
beforeAll(async () => {
  place = await playground();
});
afterAll(() => place?.remove());

test("the modules of the pages pass the strict compiler, and it sees a wrong one", async () => {
  const files: string[] = [];
  for (const page of PAGES) {
    const folder = basename(page, ".md");
    mkdirSync(join(place.folder, folder));
    // A page may have the reader copy this model.
    await place.write(join(folder, "sir.ts"), SIR);
    for (const block of blocksOf(readPage(page)).filter(({ language }) => language === "ts")) {
      const file = join(folder, moduleName(block));
      await place.write(file, block.text);
      files.push(file);
    }
  }
  const wrong = join("README", "wrong.mts");
  await place.write(wrong, WRONG);
  const errors = typeErrors([...files, wrong]);
  expect(errors.filter(([file]) => file !== "wrong.mts")).toEqual([]);
  expect(errors).toHaveLength(2);
  expect(files.length).toBeGreaterThan(10);
});

/** What the strict compiler says about files of the playground. */
function typeErrors(files: readonly string[]): (readonly [file: string, message: string])[] {
  const program = ts.createProgram({
    rootNames: files.map((file) => join(place.folder, file)),
    options: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      typeRoots: [fileURLToPath(new URL("../../node_modules/@types", import.meta.url))],
      types: ["node"],
    },
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => [
      basename(file?.fileName ?? ""),
      ts.flattenDiagnosticMessageText(messageText, "\n"),
    ]);
}
